"""A whole assembly from pages alone: the account, the draft, the roll, the votes, the result."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from hanpyo.db.models import Act, Member, Notice, Role
from hanpyo.identity.staff import accounts
from tests.browser.browsers import visitor
from tests.browser.organiser.hall import Hall
from tests.browser.organiser.steps import PASSWORD, Office, field_time
from tests.browser.town import Held, text_of
from tests.browser.voter.steps import Visit

pytestmark = pytest.mark.xdist_group("office")
HOUR = 3_600
BAD = "이름,휴대폰,이메일,지분\n김하나,010-1111-2222,hana@example.org,1\n이두리,12,duri@,많이\n"
PEOPLE = (
    ("김하나", "hana@example.org"),
    ("이두리", "duri@example.org"),
    ("박세찬", "sechan@example.org"),
    ("최네온", "neon@example.org"),
    ("정다솜", ""),
)
TRUSTEE = "참관인의 긴 비밀번호"


def roll_file(folder: Path) -> Path:
    """The members as a file."""
    path = folder / "roll.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("이름", "이메일", "주소"))
        writer.writerows((name, mail, "서울시 한표로 1") for name, mail in PEOPLE)
    return path


def test_an_assembly_from_sign_in_to_certified_result(
    browser: Browser, desktop: BrowserContext, phone: BrowserContext, hall: Hall, tmp_path: Path
) -> None:
    office = _join(desktop, hall)
    key, file = _make_key(phone, hall, tmp_path)
    _draft(office, hall, key)
    _roll(office, tmp_path)
    _publish(office)
    _wait_stand(office, "시작 전")
    held = Held(hall.town, hall.town.deployment.scene.catalogue.get(office.election))
    _invite(office, hall)
    _vote(browser, office, hall, held)
    _close(office, hall, held)
    _release(phone, hall, held, file)
    _result(office, hall, held)


def _join(context: BrowserContext, hall: Hall) -> Office:
    mail = "organiser@example.org"
    link = accounts.invite(
        hall.desk, "console", hall.organisation, Role.ORGANISER, name="김주최", mail=mail
    )
    office = Office(context, hall.url, "organiser")
    office.set_up(link.url)
    office.check("home")
    office.follow("내 계정")
    office.check("account")
    office.submit("이 기기에서 로그아웃")
    office.done("로그아웃했습니다.")
    office.check("sign-in")
    office.sign_in(mail)
    return office


def _make_key(context: BrowserContext, hall: Hall, folder: Path) -> tuple[str, Path]:
    trustee = Office(context, hall.url, "trustee")
    sent: list[str] = []
    trustee.page.on("request", lambda each: sent.append(each.method))
    trustee.go("/trustee/new")
    trustee.check("new")
    trustee.fill("열쇠 파일의 비밀번호", TRUSTEE)
    trustee.fill("비밀번호 한 번 더", TRUSTEE)
    trustee.press("열쇠 만들기")
    expect(trustee.page.get_by_role("heading", name="열쇠를 만들었습니다")).to_be_visible(
        timeout=60_000
    )
    trustee.check("made")
    with trustee.page.expect_download() as saved:
        trustee.press("열쇠 파일 저장", role="link")
    file = folder / "trustee-key.json"
    saved.value.save_as(file)
    assert json.loads(file.read_text())["version"] == 3
    key = trustee.page.get_by_label("공개 열쇠 (남에게 보여도 됩니다)").input_value()
    assert set(sent) == {"GET"}
    return key, file


def _draft(office: Office, hall: Hall, key: str) -> None:
    office.follow("새 투표 만들기")
    office.heading("새 투표 만들기")
    office.check("new")
    office.fill("투표 제목", "2027년 정기총회")
    office.page.get_by_label(re.compile("C1")).check()
    office.submit("초안 만들기")
    office.done("만들었습니다.")
    office.check("agenda")
    office.follow("안건 더하기")
    office.fill("안건 제목", "제2호 의안: 정관 변경")
    office.fill("설명", "제12조를 고칩니다.\n신구 대조표를 보세요.")
    office.page.get_by_label("찬성", exact=True).select_option(">= 2/3")
    office.fill("자료 1 이름", "신구 대조표")
    office.fill("자료 1 주소", "https://docs.example/articles.pdf")
    office.check("item")
    office.submit("저장")
    office.done("저장했습니다.")
    office.follow("본인 확인과 알림")
    office.page.get_by_label("본인 확인 수준").select_option("L0")
    office.check("channels")
    office.submit("저장")
    office.follow("일정")
    now = hall.town.deployment.node.controls.now()
    opens = (max(now, hall.town.now) // 60 + 20) * 60
    office.fill("투표 시작", field_time(opens))
    office.fill("투표 마감", field_time(opens + 24 * HOUR))
    office.fill("개표 시작", "")
    office.check("dates")
    office.submit("저장")
    office.done("저장했습니다.")
    office.follow("개표 열쇠")
    office.fill("공개 열쇠", key)
    office.check("key")
    office.submit("저장")
    office.done("저장했습니다.")
    office.follow("미리보기")
    expect(office.page.get_by_text("신구 대조표를 보세요.")).to_be_visible()
    office.check("preview")


def _roll(office: Office, folder: Path) -> None:
    office.follow("선거인 명부")
    office.check("roll-empty")
    bad = folder / "bad.csv"
    bad.write_text(BAD, encoding="utf-8")
    office.upload(bad)
    expect(office.page.get_by_role("alert")).to_contain_text("아직 등록할 수 없습니다")
    expect(office.page.get_by_role("button", name="이 명부로 등록하기")).to_have_count(0)
    office.check("roll-errors")
    office.follow("다른 파일 올리기")
    office.upload(roll_file(folder))
    office.done("선거인 5명을 읽었습니다")
    office.check("roll-preview")
    office.submit("이 명부로 등록하기")
    office.done("명부를 등록했습니다.")
    expect(office.page.get_by_role("cell", name="김○○")).to_be_visible()
    office.check("roll")


def _publish(office: Office) -> None:
    office.follow("진행")
    office.check("draft")
    office.follow("점검과 게시")
    office.check("checklist")
    office.page.get_by_label("내용을 모두 확인했습니다").check()
    office.submit("게시하기")
    office.done("게시를 시작했습니다.")


def _wait_stand(office: Office, word: str) -> None:
    office.go(f"/staff/elections/{office.election}")
    office.await_text(".stand .badge", word)


def _invite(office: Office, hall: Hall) -> None:
    before = len(hall.mail.came)
    office.check("frozen")
    office.follow("알림")
    office.check("messages")
    office.submit("안내 보내기")
    office.heading("편지 1통")
    expect(office.page.get_by_text("정다솜 귀하")).to_be_visible()
    expect(office.page.locator(".letter .qr svg")).to_have_count(1)
    office.readable_code()
    office.check("letters")
    office.page.emulate_media(media="print")
    expect(office.page.get_by_role("heading", name="편지 1통")).to_be_hidden()
    expect(office.page.get_by_role("button")).to_have_count(0)
    expect(office.page.get_by_text("정다솜 귀하")).to_be_visible()
    office.page.emulate_media(media="screen")
    office.follow("다 인쇄했습니다")
    texts = hall.mail.wait(before + 4)[before:]
    assert {to for to, _ in texts} == {mail for _, mail in PEOPLE if mail}
    office.await_text("td", "보냄")
    office.check("sent")


def _vote(browser: Browser, office: Office, hall: Hall, held: Held) -> None:
    running = hall.town.deployment
    with running.beat.held():
        running.node.controls.advance_to(held.election.manifest.timetable.opens_at)
    running.wait_open(held.election)
    _wait_stand(office, "투표 중")
    link = next(
        re.search(r"http://localhost\S+", text)
        for to, text in reversed(hall.mail.texts)
        if to == "hana@example.org"
    )
    assert link is not None
    with visitor(browser) as phone:
        visit = Visit(phone, held)
        visit.page.goto(link[0])
        visit.heading("본인이 맞습니까?")
        assert _runs_what_was_published(visit.page, held)
        visit.tap("네, 투표를 시작합니다")
        visit.mark(("찬성", "찬성"))
        visit.send()
    running.wait(lambda: running.owed(held.election) == 0, "the ballot is recorded")
    expect(office.page.locator('[data-turnout="heads"]')).to_have_text("1", timeout=40_000)
    voted = _voters_of(hall, held)
    crowd = running.crowd(held.election)
    rest = [number for number in range(5) if number not in voted][:3]
    assert crowd.vote(rest[:2], bytes([1, 1])) == 2
    assert crowd.vote(rest[2:], bytes([1, 2])) == 1
    running.settle(held.election)
    expect(office.page.locator('[data-turnout="heads"]')).to_have_text("4", timeout=40_000)
    office.check("voting")
    office.follow("알림")
    office.submit("투표하지 않은 사람에게 알리기")
    office.done("아직 투표하지 않은 사람에게")
    assert not _reminded(hall, held) & _voters_of(hall, held)


def _runs_what_was_published(page: Page, held: Held) -> bool:
    """Whether the page's scripts are, by what browsers check, those in the election's text."""
    scripts: list[str] = page.locator("script[src]").evaluate_all(
        "all => all.map((each) => each.integrity)"
    )
    return sorted(scripts) == sorted(text_of(held)["votingCode"].values())


def _voters_of(hall: Hall, held: Held) -> set[int]:
    with hall.town.deployment.database.read() as session:
        return set(session.scalars(select(Act.voter).where(Act.election_id == held.id)))


def _reminded(hall: Hall, held: Held) -> set[int | None]:
    wanted = Notice.template == "reminder", Notice.election_id == held.id
    with hall.town.deployment.database.read() as session:
        query = select(Member.voter).join(Notice, Notice.member_id == Member.id).where(*wanted)
        return set(session.scalars(query))


def _close(office: Office, hall: Hall, held: Held) -> None:
    running = hall.town.deployment
    with running.beat.held():
        running.node.controls.advance_to(held.election.manifest.timetable.closes_at + 1)
    _wait_stand(office, "마감됨")
    office.check("closed")


def _release(context: BrowserContext, hall: Hall, held: Held, file: Path) -> None:
    trustee = Office(context, hall.url, "trustee")
    sent: list[str] = []
    trustee.page.on("request", lambda each: sent.append(each.method))
    trustee.go(f"/trustee/{held.id}")
    trustee.check("wait")
    trustee.page.get_by_label("열쇠 파일", exact=True).set_input_files(file)
    trustee.fill("열쇠 파일의 비밀번호", "다른 비밀번호")
    trustee.press("이 투표의 열쇠인지 확인하기")
    note = trustee.page.locator("form [role=alert]")
    expect(note).to_contain_text("비밀번호가 맞지 않습니다", timeout=60_000)
    trustee.fill("열쇠 파일의 비밀번호", TRUSTEE)
    trustee.press("이 투표의 열쇠인지 확인하기")
    expect(note).to_contain_text("이 투표의 열쇠가 맞습니다", timeout=60_000)
    trustee.check("fits")
    assert "POST" not in sent
    running = hall.town.deployment
    opening = held.election.manifest.timetable.opening_at
    with running.beat.held():
        running.node.controls.advance_to(opening + 1)
    trustee.await_text("button", "열쇠를 내고 표 열기")
    trustee.page.get_by_label("열쇠 파일", exact=True).set_input_files(file)
    trustee.fill("열쇠 파일의 비밀번호", TRUSTEE)
    trustee.check("ready")
    trustee.press("열쇠를 내고 표 열기")
    expect(note).to_contain_text("이 기기의 시계로는 아직", timeout=60_000)
    assert "POST" not in sent
    trustee.page.clock.set_system_time(opening + 60)
    trustee.fill("열쇠 파일의 비밀번호", TRUSTEE)
    trustee.press("열쇠를 내고 표 열기")
    expect(trustee.page.get_by_role("status")).to_contain_text("열쇠를 받았습니다", timeout=60_000)
    trustee.check("handed-in")


def _result(office: Office, hall: Hall, held: Held) -> None:
    running = hall.town.deployment
    running.wait(lambda: _opened(hall, held), "every ballot is opened", 90)
    with running.beat.held():
        running.node.controls.advance_to(held.election.manifest.timetable.certify_at + 1)
    office.go(f"/staff/elections/{held.id}")
    _wait_stand(office, "결과 확정")
    office.check("certified")
    office.follow("결과와 자료")
    results = office.page.locator(".result")
    expect(results).to_have_count(2)
    expect(results.nth(0).locator(".badge-large")).to_have_text("가결")
    expect(results.nth(1).locator(".badge-large")).to_have_text("가결")
    expect(results.nth(1).get_by_role("row", name=re.compile("찬성"))).to_contain_text("3")
    office.check("result")
    with office.page.expect_download() as saved:
        office.press("집계 (CSV)", role="link")
    assert saved.value.suggested_filename.endswith(".csv")
    office.go(f"/staff/organisations/{hall.organisation}/log")
    office.await_text("td", "결과를 확정함")
    office.check("log")
    office.go(f"/staff/elections/{held.id}/roll")
    office.page.get_by_text("개인정보 지우기", exact=True).first.click()
    office.page.get_by_label("되돌릴 수 없음을 알고 있습니다").check()
    office.submit("개인정보 지우기")
    office.done("개인정보를 지웠습니다.")
    expect(office.page.get_by_role("cell", name="김○○")).to_have_count(0)
    assert PASSWORD not in office.page.content()


def _opened(hall: Hall, held: Held) -> bool:
    answer = hall.town.deployment.http.get(f"{hall.url}/v1/elections/{held.id}/turnout").json()
    return bool(answer["opened"] == answer["heads"])
