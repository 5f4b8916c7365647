"""Other keys than the browser's own: a wallet found by EIP-6963, a passkey of the device."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from hanpyo.protocol.signatures import address_key_id, address_of
from tests.browser.browsers import faults, visitor
from tests.browser.town import Held, Town
from tests.browser.voter.steps import Visit
from tests.browser.voter.wallets import KEY, NAME, carry

pytestmark = pytest.mark.xdist_group("voters")


@pytest.fixture
def wallet(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with a wallet in it."""
    with visitor(browser, "desktop") as context:
        carry(context)
        yield context


def keys_of(held: Held, voter: int) -> list[str]:
    """The ids of the keys of a voter's recorded acts."""
    path = f"{held.town.url}/v1/elections/{held.id}/acts?voter={voter}"
    acts: list[dict[str, Any]] = held.town.deployment.http.get(path).json()["acts"]
    return [each["payload"]["key"] for each in acts]


def test_a_wallet_signs_in_place_of_the_browser(wallet: BrowserContext, town: Town) -> None:
    held = town.hold()
    visit = Visit(wallet, held)
    visit.open_link()
    visit.heading("본인이 맞습니까?")
    visit.page.get_by_text("다른 방법으로 서명하기").click()
    assert faults(visit.page) == []
    visit.tap(f"{NAME}(으)로 서명하기")
    visit.mark(("찬성",))
    visit.send()
    visit.recorded()
    assert "wallet_addEthereumChain" in visit.page.evaluate("window.asked")
    visit.page.reload()
    visit.tap("바꿔서 다시 투표하기")
    visit.mark(("반대",))
    visit.send()
    visit.recorded()
    assert keys_of(held, 0) == ["0x" + address_key_id(address_of(KEY)).hex()] * 2


def test_a_member_whom_the_roll_lists_votes_with_that_wallet_alone(
    wallet: BrowserContext, phone: BrowserContext, town: Town
) -> None:
    key = address_key_id(address_of(KEY))
    held = town.hold(wallets={0: key}, methods="link wallet")
    without = Visit(phone, held)
    without.open_link()
    without.heading("본인이 맞습니까?")
    expect(without.page.locator(".note-warn")).to_contain_text("서명 프로그램으로만")
    assert without.page.get_by_role("button", name="네, 투표를 시작합니다").count() == 0
    visit = Visit(wallet, held)
    visit.open_link()
    visit.tap(f"{NAME}(으)로 서명하기")
    visit.mark(("찬성",))
    visit.send()
    visit.recorded()
    assert keys_of(held, 0) == ["0x" + key.hex()]


def test_a_wallet_that_refuses_sends_nothing(wallet: BrowserContext, town: Town) -> None:
    held = town.hold()
    visit = Visit(wallet, held)
    visit.open_link()
    visit.page.get_by_text("다른 방법으로 서명하기").click()
    visit.tap(f"{NAME}(으)로 서명하기")
    visit.mark(("찬성",))
    visit.page.evaluate("() => { window.viem = () => Promise.reject({ code: 4001 }); }")
    visit.tap("투표하기")
    visit.heading("문제가 생겼습니다")
    expect(visit.page.locator(".note-bad")).to_contain_text("서명을 받지 못했습니다")
    expect(visit.page.locator(".note-bad")).to_contain_text("보내지지 않았습니다")


def test_a_passkey_signs_in_place_of_the_browser(phone: BrowserContext, town: Town) -> None:
    held = town.hold(methods="link passkey")
    visit = Visit(phone, held)
    session = phone.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visit.open_link()
    visit.page.get_by_text("다른 방법으로 서명하기").click()
    visit.tap("이 기기의 지문이나 얼굴로 서명하기")
    visit.mark(("찬성",))
    visit.send()
    visit.recorded()
    [key] = keys_of(held, 0)
    assert key.startswith("0x03")
    visit.page.evaluate("sessionStorage.clear()")
    visit.page.goto(f"{town.url}/vote/{held.id}")
    visit.tap("이 기기의 지문이나 얼굴로 확인하기")
    visit.heading("이미 투표했습니다")
