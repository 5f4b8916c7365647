"""Ways in: letter codes, sent codes, birth dates; a lost phone; all without saying who is known."""

from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from hanpyo.elections.people import Person
from tests.browser.browsers import faults, visitor
from tests.browser.town import Question, Town
from tests.browser.voter.steps import Visit

pytestmark = pytest.mark.xdist_group("voters")
HANA = Person(
    name="김하나",
    mail="hana@example.org",
    phone="+821023456781",
    birth_date=date(1961, 2, 3),
)


def test_a_letter_code_typed_by_hand_opens_the_vote(phone: BrowserContext, town: Town) -> None:
    held = town.hold(title="편지 투표")
    visit = Visit(phone, held)
    visit.page.goto(f"{town.url}/v")
    visit.tap("편지 투표", role="link")
    field = visit.page.get_by_label("편지에 적힌 코드")
    visit.tap("코드로 들어가기")
    expect(visit.page.get_by_role("alert")).to_contain_text("빈칸")
    code = held.letter(0)
    field.fill(("0" if code[0] != "0" else "1") + code[1:])
    visit.tap("코드로 들어가기")
    expect(visit.page.get_by_role("alert")).to_contain_text("잘못 적었습니다")
    assert faults(visit.page) == []
    field.fill(code.lower().replace("-", " "))
    visit.tap("코드로 들어가기")
    visit.heading("본인이 맞습니까?")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_code_by_mail_is_the_second_proof(phone: BrowserContext, town: Town, lang: str) -> None:
    held = town.hold(people=(HANA,), level="L2", methods="link mail sms birth")
    page = phone.new_page()
    page.goto(held.link(0, family="sms").replace("/v#", f"/v?lang={lang}#"))
    by_mail = {"ko": "메일로 숫자 받기", "en": "Digits by mail"}[lang]
    page.get_by_role("button", name=by_mail).click()
    field = page.locator("#code")
    expect(field).to_be_visible()
    assert faults(page) == []
    confirm = {"ko": "확인", "en": "Confirm"}[lang]
    code = town.sent_code()
    field.fill("0" * 8 if code != "0" * 8 else "1" * 8)
    page.get_by_role("button", name=confirm, exact=True).click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    field.fill(code)
    page.get_by_role("button", name=confirm, exact=True).click()
    expect(page.locator("dd").first).to_have_text({"ko": "김○○ 님", "en": "김○○"}[lang])


def test_a_birth_date_is_a_second_proof(phone: BrowserContext, town: Town) -> None:
    held = town.hold(people=(HANA,), level="L1", methods="link birth")
    visit = Visit(phone, held)
    visit.open_link()
    field = visit.page.get_by_label("생년월일")
    field.fill("19700101")
    visit.tap("확인")
    expect(visit.page.get_by_role("alert")).to_contain_text("맞지 않습니다")
    field.fill("1961-02-03")
    visit.tap("확인")
    visit.heading("본인이 맞습니까?")


def test_a_contact_nobody_has_is_answered_alike(phone: BrowserContext, town: Town) -> None:
    held = town.hold(people=(HANA,), methods="mail")
    visit = Visit(phone, held)
    for address in ("stranger@example.org", HANA.mail):
        visit.page.goto(f"{town.url}/vote/{held.id}")
        visit.page.get_by_label("메일 주소").fill(address or "")
        visit.tap("숫자 받기")
        visit.heading("받은 숫자를 적어 주세요")
    visit.page.locator("#code").fill(town.sent_code())
    visit.tap("확인")
    visit.heading("본인이 맞습니까?")


def test_a_lost_phone_is_replaced_with_a_second_proof(browser: Browser, town: Town) -> None:
    held = town.hold((Question(),), people=(HANA,), level="L0", methods="link sms mail")
    with visitor(browser) as lost:
        first = Visit(lost, held).vote()
    with visitor(browser) as new:
        visit = Visit(new, held)
        visit.open_link()
        visit.heading("다른 기기에서 투표를 시작했습니다")
        visit.tap("이 기기로 옮기기")
        visit.tap("문자로 숫자 받기")
        visit.page.locator("#code").fill(town.sent_code())
        visit.tap("확인")
        visit.heading("다른 기기에서 투표를 시작했습니다")
        visit.tap("이 기기로 옮기기")
        expect(visit.page.get_by_role("heading", level=1, name="본인이 맞습니까?")).to_be_visible(
            timeout=60_000
        )
        visit.tap("네, 투표를 시작합니다")
        visit.mark(("반대",))
        visit.send()
        visit.recorded()
        assert visit.receipt() != first
