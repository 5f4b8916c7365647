"""Members who prove themselves by another service's account or by a wallet."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hanpyo.chain.tickets import TransactionRequest
from hanpyo.elections.people import Person
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address
from tests.browser.browsers import faults, visitor
from tests.browser.town import Held, Town, free_port, town
from tests.browser.voter.steps import Visit
from tests.browser.voter.test_keys import keys_of
from tests.browser.voter.wallets import ADDRESS, NAME, REFUSING, carry
from tests.integration.audit.accounts import WALLET_CODE
from tests.service.openid import real_provider

pytestmark = pytest.mark.xdist_group("voters")
HANA = Person(name="김하나", subject="test:hana")
OWN = address_key_id(Address(bytes.fromhex(ADDRESS[2:])))


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An installation that knows an OpenID provider."""
    port = free_port()
    with real_provider(f"http://localhost:{port}/v1/oidc/callback") as issuer:
        told = {"name": "test", "issuer": issuer, "client_id": "hanpyo"}
        secret = {"client_secret": "a-secret-of-the-test"}
        with town(
            tmp_path_factory.mktemp("provided"),
            port,
            HANPYO_IDENTITY__PROVIDERS=json.dumps([told | secret]),
        ) as found:
            yield found


@pytest.fixture(scope="module")
def known(provided: Town) -> Held:
    return provided.hold(people=(HANA,), methods="oidc:test")


def log_in(page: Page, name: str) -> None:
    """Go through the provider's own pages as this person."""
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_an_account_elsewhere_opens_the_vote(phone: BrowserContext, known: Held) -> None:
    visit = Visit(phone, known)
    visit.page.goto(f"{known.town.url}/vote/{known.id}")
    visit.heading("투표하러 오셨습니까?")
    assert faults(visit.page) == []
    visit.tap("다른 서비스 계정으로 확인하기")
    log_in(visit.page, "hana")
    visit.heading("본인이 맞습니까?")
    assert "code=" not in visit.page.url
    visit.tap("네, 투표를 시작합니다")
    visit.mark(("찬성",))
    visit.send()


def test_an_account_that_is_not_on_the_roll_is_told_so(phone: BrowserContext, known: Held) -> None:
    visit = Visit(phone, known)
    visit.page.goto(f"{known.town.url}/vote/{known.id}")
    visit.tap("다른 서비스 계정으로 확인하기")
    log_in(visit.page, "stranger")
    visit.heading("확인하지 못했습니다")
    expect(visit.page.locator(".note-bad")).to_contain_text("명부에 없습니다")
    assert faults(visit.page) == []
    visit.tap("다시 해 보기", role="link")
    visit.heading("투표하러 오셨습니까?")


def test_a_login_that_others_began_opens_nothing(phone: BrowserContext, known: Held) -> None:
    page = phone.new_page()
    page.goto(f"{known.town.url}/v1/oidc/callback?code=stolen&state=guessed")
    expect(page.get_by_role("heading", level=1)).to_have_text("확인하지 못했습니다")
    assert "stolen" not in page.url


def test_one_of_several_wallets_is_chosen(desktop: BrowserContext, town: Town) -> None:
    held = town.hold(wallets={0: OWN}, methods="wallet")
    carry(desktop, (REFUSING, NAME))
    visit = Visit(desktop, held)
    visit.page.goto(f"{town.url}/vote/{held.id}")
    visit.tap("내 서명 프로그램으로 확인하기")
    visit.heading("어느 것으로 서명하시겠습니까?")
    assert faults(visit.page) == []
    visit.tap(REFUSING)
    expect(visit.page.get_by_role("alert")).to_contain_text("서명을 받지 못했습니다")
    visit.tap(NAME)
    visit.heading("본인이 맞습니까?")
    visit.tap(f"{NAME}(으)로 서명하기")
    visit.mark(("찬성",))
    visit.send()


def test_a_browser_without_a_wallet_is_told_so(phone: BrowserContext, town: Town) -> None:
    held = town.hold(wallets={0: OWN}, methods="wallet")
    visit = Visit(phone, held)
    visit.page.goto(f"{town.url}/vote/{held.id}")
    visit.tap("내 서명 프로그램으로 확인하기")
    expect(visit.page.locator(".note-warn")).to_contain_text("서명 프로그램이 없습니다")


def test_a_wallet_that_the_roll_does_not_list_stays_out(browser: Browser, town: Town) -> None:
    held = town.hold(wallets={0: address_key_id(Address(bytes([5]) * 20))}, methods="wallet")
    with visitor(browser) as context:
        carry(context)
        visit = Visit(context, held)
        visit.page.goto(f"{town.url}/vote/{held.id}")
        visit.tap("내 서명 프로그램으로 확인하기")
        visit.heading("확인하지 못했습니다")


def test_a_contract_wallet_signs_in_and_votes(desktop: BrowserContext, town: Town) -> None:
    scene = town.deployment.scene
    made = scene.organiser.transact(TransactionRequest(to=None, data=WALLET_CODE))
    address = str(made.contract).lower()
    key = address_key_id(Address(bytes.fromhex(address[2:])))
    held = town.hold(wallets={0: key}, methods="wallet")
    carry(desktop, address=address)
    visit = Visit(desktop, held)
    visit.page.goto(f"{town.url}/vote/{held.id}")
    visit.tap("내 서명 프로그램으로 확인하기")
    visit.heading("본인이 맞습니까?")
    visit.tap(f"{NAME}(으)로 서명하기")
    visit.mark(("찬성",))
    visit.send()
    visit.recorded()
    assert keys_of(held, 0) == ["0x" + key.hex()]
