"""The auditor's page: it asks a node of the visitor's choice, and is offered as a file to keep."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hanpyo.audit import LiveSource, audit
from hanpyo.built import STATIC, Assets
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Address
from hanpyo.web.pages.auditor import FILE
from tests.browser.auditor.reports import statuses, told
from tests.browser.browsers import faults_as_served, picture, visitor
from tests.browser.town import Town

pytestmark = pytest.mark.xdist_group("voters")


def address_of(town: Town) -> Address:
    return Address(bytes.fromhex(town.hold(title="검증").election.address[2:]))


def check(page: Page) -> None:
    page.get_by_role("button", name="검증하기").click()
    expect(page.locator("#report-title, .note-warn[role=alert]")).to_be_visible(timeout=60_000)


def test_an_election_on_the_services_own_node(desktop: BrowserContext, town: Town) -> None:
    election = address_of(town)
    page = desktop.new_page()
    workers: list[str] = []
    page.on("worker", lambda worker: workers.append(worker.url))
    page.goto(f"{town.url}/audit?election=0x{election.hex()}")
    check(page)
    assert len(workers) == 1
    assert workers[0].startswith(f"{town.url}/static/audit-")
    with Rpc(f"{town.url}/rpc") as rpc:
        report = audit(LiveSource([rpc]), election)
    assert told(page) == statuses(report)
    expect(page.locator("#report-title")).to_have_text("이상이 없습니다")
    picture(page, "auditor")
    assert faults_as_served(page) == []


def test_the_file_to_keep_reads_this_very_chain_from_a_disk(
    phone: BrowserContext, town: Town
) -> None:
    election = address_of(town)
    page = phone.new_page()
    file = STATIC / Assets().get(FILE).file
    page.goto(f"{file.as_uri()}?election=0x{election.hex()}")
    page.get_by_label("노드 주소(RPC)").fill(f"{town.url}/rpc")
    check(page)
    expect(page.locator("#report-title")).to_have_text("이상이 없습니다")
    with Rpc(f"{town.url}/rpc") as rpc:
        assert told(page) == statuses(audit(LiveSource([rpc]), election))


def test_the_file_to_keep_is_the_one_whose_fingerprint_is_shown(
    phone: BrowserContext, town: Town
) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/audit")
    with page.expect_download() as saved:
        page.get_by_role("link", name="검증기 파일 저장").click()
    content = Path(saved.value.path()).read_bytes()
    assert saved.value.suggested_filename == "hanpyo-auditor.html"
    expect(page.locator("main")).to_contain_text(hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "투표 주소"),
        ("0x12", "투표 주소"),
        ("0x" + "12" * 20, "한표 투표가 없습니다"),
    ],
)
def test_what_cannot_be_audited_is_explained(
    phone: BrowserContext, town: Town, address: str, said: str
) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/audit?election={address}")
    page.get_by_role("radio", name="체인에서 바로").check()
    check(page)
    expect(page.get_by_role("alert")).to_contain_text(said)


def test_a_node_that_is_none_is_explained(phone: BrowserContext, town: Town) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/audit?election=0x{'12' * 20}")
    page.get_by_label("노드 주소(RPC)").fill("javascript:alert(1)")
    check(page)
    expect(page.get_by_role("alert")).to_contain_text("https:// 또는 http://")


def test_only_this_page_may_ask_any_node(phone: BrowserContext, town: Town) -> None:
    page = phone.new_page()
    policies = {}
    for path in ("/audit", "/v"):
        response = page.goto(f"{town.url}{path}")
        assert response is not None
        policies[path] = response.headers["content-security-policy"]
    assert "connect-src 'self' https:" in policies["/audit"]
    assert "https:" not in policies["/v"]
    assert "unsafe" not in policies["/audit"]


def test_without_script_the_page_says_why_it_needs_one(browser: Browser, town: Town) -> None:
    with visitor(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{town.url}/audit")
        assert "자바스크립트가 필요합니다" in page.locator("#auditor noscript").inner_html()
        expect(page.get_by_role("link", name="검증기 파일 저장")).to_be_visible()
