"""The auditor as one file: from a disk, without a network, it says what the command says."""

import gzip
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from eth_abi.abi import encode
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from hanpyo.audit import BundleSource, Evidence, LiveSource, audit
from hanpyo.audit.bundle import encode_bundle, save_bundle
from hanpyo.built import STATIC, Assets
from hanpyo.chain.election_events import Opened, TextPublished
from hanpyo.elections.hosting import embedded_host
from hanpyo.elections.progress import Stages
from hanpyo.protocol.types import Secrecy
from hanpyo.web.pages.auditor import FILE
from tests.browser.auditor.reports import statuses, told
from tests.browser.browsers import faults_as_served, visitor
from tests.integration.audit.scene import Scene, announce, finish, vote
from tests.integration.audit.tampering import DATA, flip, log_at

pytestmark = pytest.mark.xdist_group("offline")
HOSTILE = '</title><script>window.hit=1</script><img src=x onerror="window.hit=1">'


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A sealed election with every kind of voter and act, certified."""
    with embedded_host(Stages()) as host:
        held = announce(host, Secrecy.SEALED)
        vote(held)
        finish(held)
        yield held


@pytest.fixture(scope="module")
def evidence(scene: Scene) -> Evidence:
    return LiveSource([scene.host.venue.rpc]).collect(scene.address)


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network."""
    with visitor(browser, "desktop") as context:
        context.set_offline(True)
        yield context


def open_file(context: BrowserContext, query: str = "") -> Page:
    file = STATIC / Assets().get(FILE).file
    page = context.new_page()
    page.goto(f"{file.as_uri()}{query}")
    return page


def check(page: Page, file: Path) -> None:
    """Give the page a file and wait until it has judged it."""
    page.set_input_files("#audit-evidence", file)
    page.locator("form.auditor-form button.button").first.click()
    expect(page.locator("#report-title, [role=alert]")).to_be_visible(timeout=60_000)


def test_it_says_what_the_command_says(
    offline: BrowserContext, evidence: Evidence, tmp_path: Path
) -> None:
    bundle = tmp_path / "evidence.json.gz"
    save_bundle(evidence, bundle)
    page = open_file(offline, "?lang=en")
    workers: list[str] = []
    page.on("worker", lambda worker: workers.append(worker.url))
    check(page, bundle)
    assert [url.partition(":")[0] for url in workers] == ["blob"]
    report = audit(BundleSource(bundle))
    assert told(page) == statuses(report)
    expect(page.locator("#report-title")).to_have_text("Nothing is wrong")
    shown = page.locator("[data-check] .reason").all_inner_texts()
    assert shown == [each.reason for each in report.checks]
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the whole report").click()
    assert orjson.loads(Path(saved.value.path()).read_bytes()) == report.as_json()


def test_it_asks_any_node_that_it_is_told(browser: Browser, scene: Scene) -> None:
    with visitor(browser) as context:
        page = open_file(context, f"?election=0x{scene.address.hex()}")
        page.route(f"{scene.host.url}/**", open_to_pages)
        page.get_by_label("노드 주소(RPC)").fill(scene.host.url)
        page.get_by_role("button", name="검증하기").click()
        expect(page.locator("#report-title")).to_have_text("이상이 없습니다", timeout=60_000)
        assert told(page) == statuses(audit(LiveSource([scene.host.venue.rpc]), scene.address))


def test_a_node_that_refuses_pages_is_explained(browser: Browser, scene: Scene) -> None:
    with visitor(browser, faults=False) as context:
        page = open_file(context, f"?election=0x{scene.address.hex()}")
        page.get_by_label("노드 주소(RPC)").fill(scene.host.url)
        page.get_by_role("button", name="검증하기").click()
        expect(page.get_by_role("alert")).to_contain_text("CORS", timeout=60_000)


def test_a_browser_without_workers_checks_on_the_page_itself(
    offline: BrowserContext, evidence: Evidence, tmp_path: Path
) -> None:
    bundle = tmp_path / "evidence.json.gz"
    save_bundle(evidence, bundle)
    offline.add_init_script("delete window.Worker")
    page = open_file(offline)
    check(page, bundle)
    assert told(page) == statuses(audit(BundleSource(bundle)))


def test_an_altered_file_fails_and_names_the_ballot(
    offline: BrowserContext, evidence: Evidence, tmp_path: Path
) -> None:
    content: Any = deepcopy(encode_bundle(evidence))
    place = log_at(evidence, Opened, 10)
    content["logs"][place][DATA] = flip(content["logs"][place][DATA], 0)
    page = open_file(offline)
    check(page, packed(content, tmp_path))
    assert told(page)["openings"] == "FAIL"
    expect(page.locator("#report-title")).to_contain_text("맞지 않습니다")
    expect(page.locator('[data-check="openings"]')).to_contain_text("선거인 10")
    assert faults_as_served(page) == []


def test_hostile_texts_stay_texts(
    offline: BrowserContext, evidence: Evidence, tmp_path: Path
) -> None:
    content: Any = deepcopy(encode_bundle(evidence))
    text = orjson.dumps({"items": [{"title": HOSTILE, "options": [HOSTILE, "b", "c"]}]}).decode()
    place = log_at(evidence, TextPublished)
    content["logs"][place][DATA] = "0x" + encode(["string"], [text]).hex()
    page = open_file(offline)
    check(page, packed(content, tmp_path))
    assert told(page)["manifest"] == "FAIL"
    expect(page.locator('[data-item="0"]')).to_contain_text(HOSTILE)
    assert page.evaluate("window.hit") is None


def test_what_is_expected_is_held_against_the_file(
    offline: BrowserContext, evidence: Evidence, tmp_path: Path
) -> None:
    bundle = tmp_path / "evidence.json.gz"
    save_bundle(evidence, bundle)
    page = open_file(offline)
    page.get_by_text("알고 있는 값과 대조하기").click()
    page.get_by_label("기대하는 주최자").fill("0x" + "12" * 20)
    check(page, bundle)
    assert told(page)["manifest"] == "FAIL"
    page.get_by_label("믿는 블록 해시").fill("0x" + "00" * 32)
    check(page, bundle)
    expect(page.get_by_role("alert")).to_contain_text("증거입니다")


def test_something_else_is_refused_with_a_reason(offline: BrowserContext, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=alert(1)>.gz"
    file.write_bytes(b"no evidence")
    page = open_file(offline)
    check(page, file)
    expect(page.get_by_role("alert")).to_contain_text("증거 파일이 아니거나 손상되었습니다")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_it_is_accessible(
    phone: BrowserContext, evidence: Evidence, tmp_path: Path, lang: str
) -> None:
    bundle = tmp_path / "evidence.json.gz"
    save_bundle(evidence, bundle)
    page = open_file(phone, f"?lang={lang}")
    assert faults_as_served(page) == []
    check(page, bundle)
    assert faults_as_served(page) == []


def test_its_own_policy_lets_nothing_else_run(browser: Browser) -> None:
    with visitor(browser, faults=False) as context:
        page = open_file(context)
        page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.hit = 1";
              document.body.append(script);
            }"""
        )
        assert page.evaluate("window.hit") is None


def open_to_pages(route: Route) -> None:
    """Answer as a node that lets pages of any origin ask it; ours does not."""
    allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    if route.request.method == "OPTIONS":
        route.fulfill(status=204, headers=allowed)
        return
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | allowed)


def packed(content: object, folder: Path) -> Path:
    """An evidence file with this content."""
    file = folder / "evidence.json.gz"
    file.write_bytes(gzip.compress(orjson.dumps(content)))
    return file
