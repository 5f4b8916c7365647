"""A form for every method: what is marked is what the ballot says."""

import pytest
from playwright.sync_api import BrowserContext, expect

from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import decode
from hanpyo.protocol.manifest import ClassRow
from tests.browser.browsers import faults
from tests.browser.town import Held, Question, Town
from tests.browser.voter.steps import Visit

pytestmark = pytest.mark.xdist_group("voters")
FRUIT = ("사과", "배", "감", "귤", "밤")
MANY = tuple(
    f"마을 사업 {number:03} {'도서관' if number % 7 == 0 else '쉼터'}" for number in range(1, 816)
)
COSTLY = FRUIT + tuple(f"나무 {number}그루" for number in range(1, 9))
"""Enough for a search of their own."""

AGENDA = (
    Question("감사 2명 선출", FRUIT, Item(Method.CHOOSE_UP_TO, 5, 1, 2)),
    Question("좋은 것 모두", FRUIT, Item(Method.APPROVAL, 5, 2, 5)),
    Question("점수 주기", FRUIT[:3], Item(Method.SCORE, 3, 1, 3, points=5)),
    Question("열 점 나누기", FRUIT[:3], Item(Method.CUMULATIVE, 3, 1, 3, points=10, sum_limit=10)),
    Question("순위 정하기", FRUIT, Item(Method.RANKING, 5, 1, 3)),
    Question(
        "마을 예산",
        COSTLY,
        Item(
            Method.APPROVAL,
            13,
            1,
            13,
            cost_cap=1_000_000,
            costs=(700_000, 500_000, *[300_000] * 11),
        ),
    ),
    Question(
        "주민 제안",
        MANY,
        Item(Method.CHOOSE_UP_TO, 815, 1, 3, option_groups=tuple(n // 300 for n in range(815))),
        {"optionGroups": ["서부", "중부", "동부"]},
    ),
)


MARKED = [
    ((1, 1), (3, 1)),
    ((4, 1), (5, 1)),
    ((2, 4), (3, 5)),
    ((1, 7), (2, 3)),
    ((5, 1), (1, 1), (4, 1)),
    ((1, 1), (3, 1)),
    ((14, 1),),
]


@pytest.fixture(scope="module")
def held(town: Town) -> Held:
    return town.hold(AGENDA, voters=4)


def marks_of(held: Held, voter: int) -> list[tuple[tuple[int, int], ...]]:
    """What the last recorded ballot of a voter says."""
    deployment = held.town.deployment
    path = f"{held.town.url}/v1/elections/{held.id}/acts?voter={voter}"
    deployment.wait(lambda: bool(deployment.http.get(path).json()["acts"]), "the act is indexed")
    payload = deployment.http.get(path).json()["acts"][-1]["payload"]["payload"]
    verdicts = decode(held.election.manifest, bytes.fromhex(payload[2:]), 0)
    return [getattr(each, "marks", ()) for each in verdicts]


def test_every_method_says_what_was_marked(phone: BrowserContext, held: Held) -> None:
    visit = Visit(phone, held)
    visit.begin()
    mark_sets(visit)
    mark_points(visit)
    mark_ranking(visit)
    mark_lists(visit)
    visit.heading("보내기 전에 확인해 주세요")
    assert "1순위 밤" in visit.page.locator(".summary").inner_text()
    check(visit)
    visit.send()
    assert marks_of(held, 0) == MARKED


def mark_sets(visit: Visit) -> None:
    page = visit.page
    visit.choose("사과")
    visit.choose("감")
    expect(page.locator(".counter")).to_contain_text("지금 2개 골랐습니다")
    expect(page.locator("label.option", has_text="배").locator("input")).to_be_disabled()
    check(visit)
    visit.tap("다음")

    visit.choose("귤")
    visit.tap("다음")
    expect(page.get_by_role("alert")).to_contain_text("2개 이상 골라 주세요")
    visit.choose("밤")
    check(visit)
    visit.tap("다음")


def mark_points(visit: Visit) -> None:
    page = visit.page
    for _ in range(4):
        visit.tap("배 1점 더하기")
    page.get_by_label("감에 줄 점수").fill("99")
    page.get_by_label("감에 줄 점수").blur()
    expect(page.get_by_label("감에 줄 점수")).to_have_value("5")
    check(visit)
    visit.tap("다음")

    page.get_by_label("사과에 줄 점수").fill("7")
    page.get_by_label("배에 줄 점수").fill("7")
    page.get_by_label("배에 줄 점수").blur()
    expect(page.get_by_label("배에 줄 점수")).to_have_value("3")
    expect(page.locator(".counter")).to_contain_text("0점 남았습니다")
    check(visit)
    visit.tap("다음")


def mark_ranking(visit: Visit) -> None:
    page = visit.page
    for name in ("감", "사과", "밤"):
        page.locator("button.option", has_text=name).click()
    visit.tap("밤 위로")
    visit.tap("감 빼기")
    page.locator("button.option", has_text="귤").click()
    expect(page.locator(".ranked b")).to_have_text(["밤", "사과", "귤"])
    expect(page.locator("button.option", has_text="배")).to_be_disabled()
    check(visit)
    visit.tap("다음")


def mark_lists(visit: Visit) -> None:
    page = visit.page
    visit.choose("사과")
    expect(page.locator("label.option", has_text="배").locator("input")).to_be_disabled()
    visit.choose("감")
    expect(page.locator(".counter")).to_contain_text("남은 예산 0원")
    check(visit)
    visit.tap("다음")

    page.get_by_label("이름으로 찾기").fill("014 도서관")
    expect(page.locator(".found")).to_contain_text("1개를 찾았습니다")
    visit.choose("마을 사업 014")
    page.get_by_label("이름으로 찾기").fill("")
    page.get_by_label("묶음", exact=True).select_option("동부")
    expect(page.locator("label.option", has_text="마을 사업 700").locator("input")).to_be_disabled()
    visit.tap("모아 보기")


def test_nothing_chosen_is_a_blank_ballot(phone: BrowserContext, held: Held) -> None:
    visit = Visit(phone, held)
    visit.begin(2)
    for _ in AGENDA:
        visit.tap("고르지 않고 다음")
    assert visit.page.locator(".blank").count() == len(AGENDA)
    visit.send()
    assert marks_of(held, 2) == [()] * len(AGENDA)


def test_what_was_chosen_can_be_cleared_and_mended(phone: BrowserContext, held: Held) -> None:
    visit = Visit(phone, held)
    visit.begin(3)
    visit.choose("사과")
    visit.tap("고른 것 지우기")
    for _ in AGENDA:
        visit.tap("고르지 않고 다음")
    visit.tap("감사 2명 선출 고치기")
    visit.choose("배")
    visit.page.evaluate("location.hash = '#review'")
    visit.heading("보내기 전에 확인해 주세요")
    assert visit.page.locator(".chosen").all_inner_texts() == ["배"]


def test_groups_that_do_not_vote_and_barred_options_are_told(
    phone: BrowserContext, town: Town
) -> None:
    questions = (
        Question("모두", FRUIT[:3], Item(Method.CHOOSE_ONE, 3)),
        Question("나눔", FRUIT[:3], Item(Method.CHOOSE_ONE, 3)),
    )
    held = town.hold(questions, classes=((0, ClassRow(0, ((0, 2),))),))
    visit = Visit(phone, held)
    visit.begin()
    barred = visit.page.locator("label.option", has_text="배")
    expect(barred.locator("input")).to_be_disabled()
    expect(barred).to_contain_text("우리 소속에서는 고를 수 없습니다")
    check(visit)


def check(visit: Visit) -> None:
    assert faults(visit.page) == []
