"""What goes wrong on phones: taps twice, no network, reloads, two tabs, links and times gone by."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from hanpyo.elections.plan import Periods
from tests.browser.browsers import visitor
from tests.browser.town import Held, Question, Town
from tests.browser.voter.steps import BALLOTS, Visit, ballots_sent

pytestmark = pytest.mark.xdist_group("voters")
TWO = (Question("첫째 안건"), Question("둘째 안건"))


@pytest.fixture(scope="module")
def held(town: Town) -> Held:
    return town.hold(TWO, voters=40)


@pytest.fixture(scope="module")
def voters() -> Any:
    return iter(range(40))


def acts(held: Held, voter: int) -> list[dict[str, Any]]:
    path = f"{held.town.url}/v1/elections/{held.id}/acts?voter={voter}"
    found: list[dict[str, Any]] = held.town.deployment.http.get(path).json()["acts"]
    return found


def test_a_double_tap_sends_once(phone: BrowserContext, held: Held, voters: Any) -> None:
    voter, visit = next(voters), Visit(phone, held)
    sent = ballots_sent(visit.page)
    visit.begin(voter)
    visit.mark(("찬성", "반대"))
    visit.page.get_by_role("button", name="투표하기").dblclick()
    visit.heading("투표했습니다")
    visit.recorded()
    assert len(sent) == 1
    assert len(acts(held, voter)) == 1


def test_reload_and_back_keep_the_place_and_the_marks(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    visit = Visit(phone, held)
    page = visit.page
    visit.begin(next(voters))
    visit.choose("기권")
    visit.tap("다음")
    page.reload()
    visit.heading("둘째 안건")
    page.go_back()
    visit.heading("첫째 안건")
    expect(page.get_by_role("radio", name="기권")).to_be_checked()
    page.go_forward()
    visit.choose("찬성")
    visit.tap("모아 보기")
    page.reload()
    visit.heading("보내기 전에 확인해 주세요")
    assert page.locator(".chosen").all_inner_texts() == ["기권", "찬성"]
    visit.send()
    page.go_back()
    visit.heading("이미 투표했습니다")
    page.reload()
    visit.heading("이미 투표했습니다")


def test_a_lost_answer_is_asked_for_again(phone: BrowserContext, held: Held, voters: Any) -> None:
    voter, visit = next(voters), Visit(phone, held)
    seen: list[str] = []

    def lose_answer(route: Route) -> None:
        seen.append(route.request.post_data or "")
        if len(seen) == 1:
            route.fetch()  # it arrives, and nobody hears of it
            route.abort("connectionreset")
        else:
            route.continue_()

    visit.page.route(BALLOTS, lose_answer)
    visit.begin(voter)
    visit.mark(("찬성", "찬성"))
    visit.send()
    visit.recorded()
    assert len(set(seen)) == 1
    assert len(seen) == 2
    assert len(acts(held, voter)) == 1


def test_a_ballot_without_network_is_kept_and_sent_later(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    voter, visit = next(voters), Visit(phone, held)
    page = visit.page
    sent = ballots_sent(page)
    visit.begin(voter)
    visit.mark(("찬성", "반대"))
    page.clock.install()
    page.route(BALLOTS, lambda route: route.abort())
    visit.tap("투표하기")
    for _ in range(12):
        page.clock.run_for(5_000)
        page.wait_for_timeout(20)
    visit.heading("문제가 생겼습니다")
    expect(page.locator(".note-bad")).to_contain_text("다시 보내도 한 번만 셉니다")
    page.unroute(BALLOTS)
    tried = len(sent)
    page.reload()
    visit.heading("투표했습니다")
    assert len(sent) > tried > 1
    assert all(body == sent[0] for body in sent)
    held.town.deployment.wait(lambda: len(acts(held, voter)) == 1, "it is recorded once")


def test_two_tabs_never_sign_two_ballots_of_one_number(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    voter = next(voters)
    first, second = Visit(phone, held), Visit(phone, held)
    bodies = ballots_sent(phone)
    for visit, names in ((first, ("찬성", "찬성")), (second, ("반대", "반대"))):
        visit.begin(voter)
        visit.mark(names)
    for visit in (first, second):
        visit.page.get_by_role("button", name="투표하기").evaluate("each => each.click()")
    headings = []
    for visit in (first, second):
        done = visit.page.get_by_role("heading", level=1, name="투표했습니다")
        failed = visit.page.get_by_role("heading", level=1, name="문제가 생겼습니다")
        expect(done.or_(failed)).to_be_visible()
        headings.append(done.is_visible())
    assert sorted(headings) == [False, True]
    assert len(bodies) == 1
    loser = (first, second)[headings.index(False)]
    expect(loser.page.locator(".note-bad")).to_contain_text("다른 창에서 이미 표를 보냈습니다")
    loser.tap("처음으로")
    loser.heading("이미 투표했습니다")
    loser.tap("바꿔서 다시 투표하기")
    loser.mark(("기권", "기권"))
    loser.send()
    assert [body["revision"] for body in bodies] == [0, 1]


def test_a_vote_is_changed_taken_back_and_cast_again(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    voter, visit = next(voters), Visit(phone, held)
    code = visit.vote(("찬성", "찬성"), voter)
    visit.recorded()
    visit.tap("바꿔서 다시 투표하기")
    visit.mark(("반대", "반대"))
    visit.send()
    visit.recorded()
    assert standing(visit, code) == "다른 표로 바뀌었습니다"
    visit.page.goto(f"{held.town.url}/vote/{held.id}")
    visit.heading("이미 투표했습니다")
    visit.tap("투표 취소하기")
    visit.heading("투표를 취소하시겠습니까?")
    visit.tap("취소합니다")
    visit.heading("투표를 취소했습니다")
    visit.recorded()
    withdrawal = visit.receipt()
    visit.tap("다시 투표하기")
    visit.mark(("기권", "기권"))
    visit.send()
    visit.recorded()
    again = visit.receipt()
    assert [each["kind"] for each in acts(held, voter)] == [
        "BallotRecorded",
        "BallotRecorded",
        "BallotWithdrawn",
        "BallotRecorded",
    ]
    assert standing(visit, withdrawal) == "투표 취소가 기록되었습니다"
    assert standing(visit, again) == "기록되었고 유효한 표입니다"


def standing(visit: Visit, code: str) -> str:
    """What the check page says of a receipt, typed by hand."""
    visit.page.goto(f"{visit.held.town.url}/check/{visit.held.id}")
    visit.page.get_by_label("확인증 코드").fill(code.lower().replace("-", " "))
    visit.tap("확인하기")
    return visit.page.locator("[class^=note] h2").inner_text()


def test_links_that_do_not_work_say_what_to_do(phone: BrowserContext, held: Held) -> None:
    page = phone.new_page()
    for link in (held.link(0, lasts=-10), f"{held.town.url}/v#nonsense"):
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("이 링크로 들어갈 수 없습니다")
        assert page.url == f"{held.town.url}/v"


def test_an_ended_session_asks_for_the_link_and_keeps_the_marks(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    voter, visit = next(voters), Visit(phone, held)
    visit.begin(voter)
    visit.choose("찬성")
    visit.page.evaluate("(id) => sessionStorage.setItem(`hanpyo.session.${id}`, 'gone')", held.id)
    visit.page.reload()
    visit.heading("투표하러 오셨습니까?")
    expect(visit.page.locator(".note-warn")).to_contain_text("받은 링크를 다시 눌러 주세요")
    visit.open_link(voter)
    visit.page.wait_for_url(re.compile("/vote/"))
    visit.page.evaluate("location.hash = '#1'")
    visit.heading("첫째 안건")
    expect(visit.page.get_by_role("radio", name="찬성")).to_be_checked()


def test_a_lying_server_gets_no_receipt(phone: BrowserContext, held: Held, voters: Any) -> None:
    visit = Visit(phone, held)

    def lie(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["promise"]["includeBy"] += 1
        route.fulfill(response=answer, json=body)

    visit.page.route(BALLOTS, lie)
    visit.begin(next(voters))
    visit.mark(("찬성", "찬성"))
    visit.tap("투표하기")
    visit.heading("문제가 생겼습니다")
    expect(visit.page.locator(".note-bad")).to_contain_text("접수 확인이 올바르지 않습니다")


def test_the_key_cannot_be_taken_out_of_the_storage(
    phone: BrowserContext, held: Held, voters: Any
) -> None:
    visit = Visit(phone, held)
    visit.vote(("찬성", "찬성"), next(voters))
    told = visit.page.evaluate(
        """() => new Promise((resolve) => {
          const open = indexedDB.open("hanpyo");
          open.onsuccess = () => {
            const all = open.result.transaction("keys").objectStore("keys").getAll();
            all.onsuccess = async () => {
              const { wrapping, wrapped } = all.result[0];
              const tried = await crypto.subtle.exportKey("raw", wrapping).catch((e) => e.name);
              resolve([wrapping.extractable, wrapped.byteLength, tried]);
            };
          };
        })"""
    )
    assert told == [False, 48, "InvalidAccessError"]
    drafts = visit.page.evaluate("Object.keys(sessionStorage).filter((k) => k.includes('draft'))")
    assert drafts == []


def test_another_device_cannot_vote_without_a_second_proof(
    browser: Browser, held: Held, voters: Any
) -> None:
    voter = next(voters)
    with visitor(browser) as first:
        Visit(first, held).vote(("찬성", "찬성"), voter)
    with visitor(browser) as second:
        visit = Visit(second, held)
        visit.open_link(voter)
        visit.heading("다른 기기에서 투표를 시작했습니다")
        visit.tap("이 기기로 옮기기")
        visit.heading("이 기기로 옮길 수 없습니다")


def test_two_people_share_a_phone(phone: BrowserContext, held: Held, voters: Any) -> None:
    one, other = next(voters), next(voters)
    visit = Visit(phone, held)
    visit.vote(("찬성", "찬성"), one)
    visit.page.get_by_text("이 기기를 다른 사람도 씁니까?").click()
    visit.tap("나가기")
    visit.heading("투표하러 오셨습니까?")
    visit.vote(("반대", "반대"), other)
    assert len(acts(held, one)) <= 1


def test_a_closed_election_takes_no_ballot(browser: Browser, town: Town) -> None:
    periods = Periods(lead=60, voting=3_000, desk=60, gap=60, release=60, challenge=60)
    held = town.hold(TWO, periods=periods)
    with visitor(browser) as context:
        visit = Visit(context, held)
        visit.begin()
        visit.mark(("찬성", "반대"))
        held.close()
        visit.tap("투표하기")
        visit.heading("문제가 생겼습니다")
        expect(visit.page.locator(".note-bad")).to_contain_text("투표가 끝났습니다")
        expect(visit.page.locator(".note-bad")).to_contain_text("보내지지 않았습니다")
        visit.page.goto(f"{town.url}/vote/{held.id}")
        visit.heading("투표가 끝났습니다")
