"""A vote from the personal link to the receipt, in open and sealed elections."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hanpyo.built import Assets
from hanpyo.protocol.types import Secrecy
from tests.browser.browsers import faults, picture, reach, visitor
from tests.browser.town import Held, Question, Town
from tests.browser.voter.steps import Visit

pytestmark = pytest.mark.xdist_group("voters")
PAPERS = {
    "description": "2026년 결산 보고와 감사 의견입니다.",
    "documents": [{"title": "결산 보고서", "url": "https://docs.example/report.pdf"}],
}
TITLES = ("2026년도 결산 승인", "2027년도 사업계획과 예산", "조합비 인상", "정관 변경", "임원 보수")
FIVE = tuple(
    Question(f"제{number}호 안건: {title}", more=PAPERS if number == 1 else {})
    for number, title in enumerate(TITLES, 1)
)
CHOSEN = ("찬성", "반대", "기권", "찬성", "반대")
MOST = 150_000
MOST_TAPS = 12


@pytest.fixture(scope="module")
def sealed(town: Town) -> Held:
    return town.hold(FIVE, title="2027년 정기총회", secrecy=Secrecy.SEALED, voters=8)


def check(page: Page, name: str) -> None:
    """What holds for every screen."""
    picture(page, name)
    assert faults(page) == [], name


def test_a_sealed_vote_is_recorded(phone: BrowserContext, sealed: Held) -> None:
    visit = Visit(phone, sealed)
    page = visit.page
    visit.open_link()
    visit.heading("본인이 맞습니까?")
    check(page, "voter-who")
    visit.tap("네, 투표를 시작합니다")
    for number, name in enumerate(CHOSEN, 1):
        visit.heading(FIVE[number - 1].title)
        visit.choose(name)
        if number in (1, len(FIVE)):
            check(page, f"voter-item-{number}")
        visit.tap("모아 보기" if number == len(FIVE) else "다음")
    visit.heading("보내기 전에 확인해 주세요")
    assert page.locator(".chosen").all_inner_texts() == list(CHOSEN)
    check(page, "voter-review")
    visit.send()
    assert visit.taps <= MOST_TAPS
    visit.recorded()
    check(page, "voter-receipt")
    code = visit.receipt()
    page.get_by_role("link", name="내 표 확인하기").last.click()
    expect(page.locator(".note-good")).to_contain_text("유효한 표")
    assert code in page.locator(".receipt-code").inner_text()
    check(page, "voter-check")


def test_an_open_vote_is_recorded_on_a_desk_in_english(desktop: BrowserContext, town: Town) -> None:
    held = town.hold(FIVE[:2], title="2026년 공개 투표")
    visit = Visit(desktop, held)
    page = visit.page
    page.goto(held.link(0).replace("/v#", "/v?lang=en#"))
    visit.heading("Is this you?")
    check(page, "voter-en-who")
    visit.tap("Yes, start voting")
    visit.choose("찬성")
    check(page, "voter-en-item")
    visit.tap("Next")
    visit.choose("반대")
    visit.tap("Review")
    visit.heading("Please check before sending")
    check(page, "voter-en-review")
    visit.tap("Cast my ballot")
    visit.heading("You have voted")
    expect(page.locator(".receipt-status")).to_contain_text("Recorded", timeout=30_000)
    check(page, "voter-en-receipt")
    page.get_by_role("link", name="Check my ballot").last.click()
    expect(page.locator(".note-good")).to_be_visible()
    check(page, "voter-en-check")
    page.goto(f"{town.url}/vote/{held.id}")
    visit.tap("Take my vote back")
    check(page, "voter-en-withdraw")


def test_a_vote_is_cast_with_the_keyboard_alone(browser: Browser, sealed: Held) -> None:
    with visitor(browser, "desktop") as context:
        visit = Visit(context, sealed)
        keys = visit.page.keyboard
        visit.open_link(4)
        visit.heading("본인이 맞습니까?")
        reach(visit.page, "네, 투표를 시작합니다")
        keys.press("Enter")
        for number, question in enumerate(FIVE, 1):
            visit.heading(question.title)
            expect(visit.page.get_by_role("heading", level=1)).to_be_focused()
            keys.press("Tab")
            while visit.page.evaluate("document.activeElement.type") != "radio":
                keys.press("Tab")
            keys.press("ArrowDown")
            expect(visit.page.get_by_role("radio", name="반대")).to_be_checked()
            reach(visit.page, "모아 보기" if number == len(FIVE) else "다음")
            keys.press("Enter")
        visit.heading("보내기 전에 확인해 주세요")
        reach(visit.page, "투표하기")
        keys.press("Enter")
        visit.heading("투표했습니다")


def test_without_script_the_agenda_is_there_and_the_page_says_why(
    browser: Browser, town: Town, sealed: Held
) -> None:
    with visitor(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(sealed.link(5))
        why = page.locator("noscript p").last
        expect(why).to_contain_text("자바스크립트를 켜야")
        page.get_by_role("link", name=sealed.election.title).click()
        expect(page.locator("noscript p").first).to_contain_text("서버도 표를 만들거나 고칠 수 없")
        page.get_by_text("안건과 자료 모두 보기").click()
        for question in FIVE:
            expect(page.get_by_role("heading", name=question.title)).to_be_visible()
        expect(page.get_by_role("link", name="결산 보고서")).to_be_visible()


def test_the_receipt_is_saved_as_a_picture(
    phone: BrowserContext, town: Town, tmp_path: Path
) -> None:
    visit = Visit(phone, town.hold())
    code = visit.vote()
    with visit.page.expect_download() as saved:
        visit.tap("그림으로 저장")
    assert saved.value.suggested_filename == f"hanpyo-{code}.png"
    picture = tmp_path / "receipt.png"
    saved.value.save_as(picture)
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n")
    sides = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    assert sides == (720, 1000)


def test_the_check_page_tells_whether_the_program_is_the_published_one(
    phone: BrowserContext, town: Town
) -> None:
    code = Assets().voting_code()
    held = town.hold(text={"votingCode": code | {"site.js": "sha384-" + "A" * 64}})
    page = phone.new_page()
    page.goto(f"{town.url}/vote/{held.id}")
    served = page.locator("script[src*='voter-']").get_attribute("integrity")
    page.goto(f"{town.url}/check/{held.id}")
    page.get_by_text("투표 프로그램이 그대로인지 보기").click()
    told = page.locator("details dd")
    expect(told.nth(1)).to_contain_text(served or "no integrity")
    expect(told.nth(1)).to_contain_text("지금 프로그램과 같습니다")
    expect(told.nth(0)).to_contain_text("지금 프로그램은 이와 다릅니다")
    expect(page.locator(".note-warn")).to_contain_text("프로그램이 바뀌었습니다")
    assert faults(page) == []


def test_the_text_at_twice_its_size_fits_a_phone(phone: BrowserContext, sealed: Held) -> None:
    visit = Visit(phone, sealed)
    visit.page.goto(sealed.link(6).replace("/v#", "/v?size=200#"))
    visit.heading("본인이 맞습니까?")
    check(visit.page, "voter-large-who")
    visit.tap("네, 투표를 시작합니다")
    visit.choose("찬성")
    check(visit.page, "voter-large-item")


def test_the_voting_path_is_light() -> None:
    parts = ("site.css", "site.js", "voter.css", "voter.js")
    assert sum(Assets().get(each).compressed for each in parts) <= MOST - 20_000
