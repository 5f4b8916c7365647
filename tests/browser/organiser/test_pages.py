"""The staff's pages at work: forms keep what was typed, with the keyboard or without scripts."""

from pathlib import Path
from typing import Final

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import select

from hanpyo.db.models import AccessCode, Election, Role
from hanpyo.elections.organising import Organising
from hanpyo.elections.people import Person
from hanpyo.elections.terms import Terms
from hanpyo.identity.staff import accounts
from tests.browser.browsers import SIZES, reach, visitor
from tests.browser.organiser.hall import Hall
from tests.browser.organiser.hostile import EVIL, GOOD_ROLL, TIMES, Hostile, content
from tests.browser.organiser.steps import Office
from tests.browser.town import Held
from tests.printed import read

pytestmark = pytest.mark.xdist_group("office")
ALL: Final = (Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER)
ROLL: Final = (
    f'이름,이메일,주소,이상한 열\n"{EVIL[:40]}",hana@example.org,서울,x\n이두리,나쁜주소,,x\n'
)


def test_a_files_faults_are_texts(desktop: BrowserContext, hall: Hall, hostile: Hostile) -> None:
    hall.sign_in(desktop, *ALL, where=hostile.organisation)
    office = Office(desktop, hall.url, "hostile")
    office.go(f"/staff/elections/{hostile.draft}/roll")
    office.page.get_by_label("명부 파일", exact=True).set_input_files(
        {"name": "<img src=x>.csv", "mimeType": "text/csv", "buffer": ROLL.encode()}
    )
    office.press("올려서 확인하기")
    expect(office.page.get_by_role("alert")).to_be_visible()
    office.check("hostile-roll")
    assert office.page.locator("img").count() == 0


def test_long_words_break_no_page(organiser: BrowserContext, hall: Hall) -> None:
    runtime = hall.town.deployment.scene.runtime
    terms = Terms("L0", ("link",))
    organising = Organising(runtime)
    row = organising.create("console", hall.organisation, content("W" * 300), terms, test=False)
    page = organiser.new_page()
    for part in ("", "/agenda", "/preview", "/items/1"):
        page.goto(f"{hall.url}/staff/elections/{row.id}{part}?size=200")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0], part


def test_forms_keep_what_was_typed_and_say_what_is_wrong(
    phone: BrowserContext, hall: Hall, hostile: Hostile
) -> None:
    hall.sign_in(phone, *ALL, where=hostile.organisation)
    office = Office(phone, hall.url, "hostile")
    office.go(f"/staff/elections/{hostile.draft}/items/new")
    office.fill("안건 제목", EVIL)
    office.fill("선택지", "하나뿐")
    office.fill("자료 1 이름", "나쁜 자료")
    office.fill("자료 1 주소", "javascript:alert(1)")
    office.press("저장")
    expect(office.page.get_by_role("alert")).to_contain_text("자료")
    assert office.page.get_by_label("안건 제목", exact=True).input_value() == EVIL
    assert office.page.get_by_label("자료 1 주소").input_value() == "javascript:alert(1)"
    office.check("item-fault")


def test_a_draft_is_made_with_the_keyboard_alone(desktop: BrowserContext, hall: Hall) -> None:
    hall.sign_in(desktop, Role.ORGANISER)
    page = desktop.new_page()
    keys = page.keyboard

    def press(name: str) -> None:
        reach(page, name)
        with page.expect_navigation():
            keys.press("Enter")

    page.goto(f"{hall.url}/staff")
    keys.press("Tab")
    expect(page.get_by_role("link", name="본문으로 바로 가기")).to_be_focused()
    press("새 투표 만들기")
    reach(page, "투표 제목")
    keys.insert_text("자판으로 만든 총회")
    press("초안 만들기")
    press("안건 더하기")
    reach(page, "안건 제목")
    keys.insert_text("제1호 의안")
    press("저장")
    expect(page.get_by_role("status")).to_contain_text("저장했습니다")
    press("일정")
    reach(page, "투표 시작")
    press("저장")
    press("선거인 명부")
    reach(page, "명부 파일")
    press("진행")
    expect(page.locator(".stand .badge")).to_be_visible()


def test_a_budget_for_two_groups_is_drafted(organiser: BrowserContext, hall: Hall) -> None:
    item = {"title": "예산", "options": ["가", "나"]}
    content = {"title": "주민 총회", "times": TIMES, "items": [item]}
    organising = Organising(hall.town.deployment.scene.runtime)
    terms = Terms("L0", ("link",))
    row = organising.create("console", hall.organisation, content, terms, test=False)
    office = Office(organiser, hall.url, "budget")
    office.go(f"/staff/elections/{row.id}/classes")
    office.fill("구분 1 이름", "동쪽")
    office.fill("구분 1 모임", "동쪽 마을")
    office.fill("구분 2 이름", "서쪽")
    office.submit("저장")
    expect(office.page.get_by_role("alert")).to_contain_text("구분마다 모임을 적거나")
    office.fill("구분 2 모임", "서쪽 마을")
    office.fill("구분 2 고를 수 없는 것", "1-1")
    office.submit("저장")
    office.done("저장했습니다.")
    office.go(f"/staff/elections/{row.id}/items/1")
    office.page.get_by_label("고르는 방법").select_option("approval")
    office.page.get_by_text("비용과 예산").click()
    office.fill("선택지의 비용", "1,000\n이천")
    office.submit("저장")
    expect(office.page.get_by_role("alert")).to_contain_text("비용")
    office.fill("선택지의 비용", "1,000\n2,000")
    office.fill("한 표로 고를 수 있는 비용", "3000")
    office.fill("쓸 예산", "2500")
    office.page.get_by_label("예산을 쓰는 법").select_option(index=1)
    office.page.get_by_label("서쪽 마을").check()
    office.page.get_by_label("집계만 하기").check()
    office.check("budget")
    office.submit("저장")
    office.done("저장했습니다.")
    kept = orjson.loads(organising.overview(row.id).election.definition)
    [saved] = kept["items"]
    assert [each["cost"] for each in saved["options"]] == [1000, 2000]
    assert (saved["costCap"], saved["eligible"]) == (3000, ["서쪽 마을"])
    assert saved["counting"] == {"method": "greedy-skip threshold=0", "budget": 2500}
    assert kept["classes"][1] == {"name": "서쪽", "group": "서쪽 마을", "barred": [[1, 1]]}


def test_the_whole_desk_works_without_scripts(browser: Browser, hall: Hall, tmp_path: Path) -> None:
    with visitor(browser, java_script_enabled=False) as context:
        hall.sign_in(context, Role.ORGANISER)
        office = Office(context, hall.url, "plain")
        office.go("/staff")
        office.press("새 투표 만들기", role="link")
        office.fill("투표 제목", "스크립트 없는 총회")
        office.page.get_by_label("시험 투표", exact=False).check()
        office.press("초안 만들기")
        office.done("만들었습니다.")
        expect(office.page.get_by_role("heading", level=1)).to_have_text(
            "[시험 투표] 스크립트 없는 총회"
        )
        office.press("선거인 명부", role="link")
        path = tmp_path / "roll.csv"
        path.write_text(GOOD_ROLL, encoding="utf-8")
        office.upload(path)
        office.press("이 명부로 등록하기")
        office.done("명부를 등록했습니다.")
        office.press("진행", role="link")
        office.page.get_by_text("이 투표 취소하기").click()
        office.page.get_by_label("되돌릴 수 없음을 알고 있습니다").check()
        office.press("투표 취소")
        expect(office.page.locator(".stand .badge")).to_have_text("취소됨")


def test_a_clerk_sees_the_desk_and_no_more(browser: Browser, hall: Hall, hostile: Hostile) -> None:
    with visitor(browser) as context:
        hall.sign_in(context, Role.CLERK, where=hostile.organisation)
        page = context.new_page()
        page.goto(f"{hall.url}/staff")
        expect(page.get_by_role("link", name="새 투표 만들기")).to_have_count(0)
        page.goto(f"{hall.url}/staff/elections/{hostile.draft}/agenda")
        expect(page.get_by_role("button", name="저장")).to_have_count(0)
        expect(page.get_by_label("투표 제목")).to_be_disabled()
        page.goto(f"{hall.url}/staff/elections/{hostile.draft}/roll")
        expect(page.get_by_label("명부 파일")).to_have_count(0)
        for path in (f"elections/{hostile.draft}/items/new", f"elections/{hostile.draft}/messages"):
            answer = page.goto(f"{hall.url}/staff/{path}")
            assert answer is not None
            assert answer.status == 403
            expect(page.get_by_role("heading", level=1)).to_have_text("볼 수 없는 화면입니다")


def test_two_clerks_confirm_a_member(browser: Browser, hall: Hall) -> None:
    held = hall.town.hold(voters=2)
    place = _organisation_of(hall, held)
    for expected in ("다른 담당자 한 사람이 더", "두 담당자가 확인했습니다"):
        with visitor(browser) as context:
            hall.sign_in(context, Role.CLERK, where=place)
            office = Office(context, hall.url, "clerk")
            office.go(f"/staff/elections/{held.id}/desk")
            office.fill("선거인 번호", "1")
            office.press("신분증을 보고 본인임을 확인했습니다")
            office.done(expected)


def test_a_passkey_is_made_and_signs_in(browser: Browser, hall: Hall) -> None:
    link = accounts.invite(
        hall.desk, "console", hall.organisation, Role.CLERK, name="박창구", mail="p@example.org"
    )
    with visitor(browser) as context:
        office = Office(context, hall.url, "passkey")
        session = context.new_cdp_session(office.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        office.page.goto(link.url)
        office.fill("새 비밀번호", "파란 고래가 낮잠을 자는 언덕")
        office.fill("새 비밀번호 한 번 더", "파란 고래가 낮잠을 자는 언덕")
        office.press("다음")
        office.press("패스키 만들기")
        office.heading("내 투표")
        office.press("내 계정", role="link")
        expect(office.page.get_by_text("패스키: 이 기기")).to_be_visible()
        office.press("이 기기에서 로그아웃")
        office.fill("메일 주소", "p@example.org")
        office.fill("비밀번호", "파란 고래가 낮잠을 자는 언덕")
        office.submit("다음")
        office.check("second-factor")
        office.press("패스키로 확인하기")
        office.heading("내 투표")
        office.go("/staff/set-up#nothing")
        assert office.page.evaluate("location.hash") == ""


def test_what_a_pdf_cannot_draw_is_told_before_anything_is_sent(
    browser: Browser, hall: Hall, tmp_path: Path
) -> None:
    people = (Person(name="金哲洙", address="서울 1"), Person(name="이두리", address="서울 👩 2"))
    held = hall.town.hold(people=(*people, Person(name="박세찬", address="부산")))
    letters = select(AccessCode).where(AccessCode.election_id == held.id)
    with visitor(browser) as context:
        hall.sign_in(context, Role.ORGANISER, where=_organisation_of(hall, held))
        office = Office(context, hall.url, "boxed")
        office.go(f"/staff/elections/{held.id}/messages")
        office.submit("안내 보내고 편지는 PDF로 받기")
        told = [row.all_inner_texts() for row in office.page.locator("tbody tr").all()]
        assert [each[0].split("\t")[1:] for each in told] == [
            ["金哲洙", "金哲洙"],
            ["이두리", "👩"],
        ]
        office.check("letters")
        with hall.town.deployment.database.read() as session:
            assert session.scalars(letters).all() == []
        with office.page.expect_download() as saved:
            office.press("네모가 있어도 PDF로 받기")
        path = tmp_path / "letters.pdf"
        saved.value.save_as(path)
        assert "□□□ 귀하" in read(path.read_bytes()).pages[0].text
        with hall.town.deployment.database.read() as session:
            assert len(session.scalars(letters).all()) == 2 * 3


def _organisation_of(hall: Hall, held: Held) -> str:
    with hall.town.deployment.database.read() as session:
        return session.get_one(Election, held.id).organisation_id
