"""A vote from the personal link to the receipt, in open and sealed elections."""

import pytest
from playwright.sync_api import BrowserContext, expect

from hanpyo.protocol.types import Secrecy
from tests.browser.browsers import small_targets, violations
from tests.browser.town import Question, Town
from tests.browser.voter.steps import Visit

FIVE = tuple(Question(f"제{number}호 안건") for number in range(1, 6))


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
def test_a_vote_is_recorded(sized: BrowserContext, town: Town, secrecy: Secrecy) -> None:
    held = town.hold(FIVE, secrecy=secrecy)
    visit = Visit(sized, held)
    visit.begin()
    for name in ("찬성", "반대", "기권", "찬성", "반대"):
        assert violations(visit.page) == []
        assert small_targets(visit.page) == []
        visit.choose(name)
        last = visit.page.get_by_role("button", name="모아 보기").count()
        visit.tap("모아 보기" if last else "다음")
    visit.heading("보내기 전에 확인해 주세요")
    assert visit.page.locator(".chosen").all_inner_texts() == [
        "찬성",
        "반대",
        "기권",
        "찬성",
        "반대",
    ]
    assert violations(visit.page) == []
    assert small_targets(visit.page) == []
    visit.send()
    assert visit.taps <= 12
    assert violations(visit.page) == []
    assert small_targets(visit.page) == []
    code = visit.receipt()
    visit.recorded()
    visit.tap("내 표 확인하기", role="link", exact=False)
    expect(visit.page.locator(".note-good")).to_contain_text("유효한 표")
    assert code in visit.page.locator(".receipt-code").inner_text()
    assert violations(visit.page) == []
