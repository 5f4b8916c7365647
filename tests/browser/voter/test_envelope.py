"""The envelope challenge: what the page sealed opens elsewhere, and is never cast."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from hanpyo.protocol.choices import decode
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Digest, Secrecy
from hanpyo.secrecy.escrow import Opening, open_escrow
from tests.browser.browsers import faults
from tests.browser.town import Held, Question, Town
from tests.browser.voter.steps import CODE, Visit, ballots_sent

pytestmark = pytest.mark.xdist_group("voters")
TWO = (Question("첫째 안건"), Question("둘째 안건"))


@pytest.fixture(scope="module")
def held(town: Town) -> Held:
    return town.hold(TWO, secrecy=Secrecy.SEALED)


def test_an_opened_envelope_holds_the_choices_and_is_never_sent(
    phone: BrowserContext, held: Held
) -> None:
    visit = Visit(phone, held)
    page = visit.page
    bodies = ballots_sent(page)
    visit.begin()
    visit.mark(("찬성", "반대"))
    page.get_by_text("고른 대로 담기는지").click()
    visit.tap("봉투를 만들어 확인하기")
    visit.heading("봉투를 만들었습니다")
    number = page.locator(".receipt-code").inner_text()
    assert CODE.fullmatch(number)
    assert faults(page) == []
    visit.tap("보내지 않고 열어 보기")
    page.get_by_text("다른 기기에서 계산해 보기").click()
    told = json.loads(page.locator("pre").inner_text())
    choices = bytes.fromhex(told["choices"][2:])
    position = Position(
        held.election.domain.context, told["voter"], told["epoch"], told["revision"]
    )
    found = envelope(position, choices, bytes.fromhex(told["salt"][2:]))
    assert (found.hex(), short_code(found)) == (told["envelope"][2:], number)
    assert choices == bytes([1, 2])
    assert bodies == []
    assert faults(page) == []
    visit.tap("돌아가서 투표하기")
    visit.heading("보내기 전에 확인해 주세요")
    visit.send()
    visit.recorded()
    [body] = bodies
    payload = bytes.fromhex(body["payload"][2:])
    assert payload[:32] != found
    assert opened(held, body).choices == choices


def opened(held: Held, body: dict[str, Any]) -> Opening:
    """What the trustees find in a ballot that was sent."""
    trustee = held.town.deployment.scene.officials.trustee
    assert trustee is not None
    payload = bytes.fromhex(body["payload"][2:])
    position = Position(
        held.election.domain.context, body["voter"], body["epoch"], body["revision"]
    )
    length = held.election.manifest.choices_length
    found = open_escrow(trustee.secret, payload[32:], Digest(payload[:32]), length, position)
    assert isinstance(found, Opening)
    assert decode(held.election.manifest, found.choices, 0)
    return found


def test_an_envelope_that_is_shown_can_be_cast(phone: BrowserContext, held: Held) -> None:
    visit = Visit(phone, held)
    bodies = ballots_sent(visit.page)
    visit.begin(1)
    visit.mark(("기권", "찬성"))
    visit.page.get_by_text("고른 대로 담기는지").click()
    visit.tap("봉투를 만들어 확인하기")
    number = visit.page.locator(".receipt-code").inner_text()
    visit.tap("이 봉투로 투표하기")
    visit.heading("투표했습니다")
    payload = bytes.fromhex(bodies[0]["payload"][2:])
    assert short_code(Digest(payload[:32])) == number
    assert opened(held, bodies[0]).choices == bytes([3, 1])
    expect(visit.page.locator(".receipt-code")).not_to_have_text(number)
