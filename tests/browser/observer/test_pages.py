"""What the public sees of an election, before, while and after it is decided."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.browsers import faults, picture, visitor
from tests.browser.observer.assembly import Assembly, convene
from tests.browser.town import Town

pytestmark = pytest.mark.xdist_group("voters")


@pytest.fixture(scope="module")
def assembly(town: Town) -> Assembly:
    return convene(town)


def open_page(context: BrowserContext, town: Town, path: str) -> Page:
    page = context.new_page()
    answer = page.goto(town.url + path)
    assert answer is not None
    assert answer.ok
    return page


def test_turnout_is_drawn_and_moves(
    phone: BrowserContext, desktop: BrowserContext, town: Town, assembly: Assembly
) -> None:
    pages = [open_page(each, town, f"/elections/{assembly.held.id}") for each in (phone, desktop)]
    for page, size in zip(pages, ("phone", "desktop"), strict=True):
        page.bring_to_front()
        expect(page.locator("[data-live]")).to_be_visible()
        expect(page.locator(".chart .bars rect")).to_have_count(12)
        picture(page, f"observer-{size}-voting")
    page = pages[1]
    hero = page.locator(".hero")
    before = assembly.next
    expect(hero).to_contain_text(f"{before}명이 투표했습니다")
    page.locator(".turnout details").first.locator("summary").click()
    shown = page.locator(".turnout table").first
    assert shown.locator("tbody tr").last.inner_text().split()[-2] == str(before)
    path = page.locator(".chart .curve").get_attribute("d")
    assembly.vote(4)
    expect(hero).to_contain_text(f"{before + 4}명이 투표했습니다", timeout=20_000)
    expect(shown).to_be_visible()  # what was open stays open
    assert page.locator(".chart .curve").get_attribute("d") != path
    assert faults(pages[0]) == []


def test_the_result_says_why(
    phone: BrowserContext, browser: Browser, town: Town, assembly: Assembly
) -> None:
    assembly.certify()
    with visitor(browser, "desktop", java_script_enabled=False) as plain:
        page = open_page(plain, town, f"/elections/{assembly.held.id}")
        passed, failed = (page.locator(".item").nth(number) for number in (0, 1))
        expect(passed.locator(".badge-large")).to_have_text("가결")
        expect(passed.locator(".condition.met")).to_have_count(2)
        expect(failed.locator(".verdict")).to_have_text("찬성이 모자라 부결되었습니다.")
        expect(failed.locator(".condition.unmet .fraction")).to_contain_text(f"/ {assembly.next}")
        expect(page.locator(".item").nth(3)).to_contain_text("예산 10,000,000원 가운데")
        expect(page.locator(".item").nth(4).locator(".bar-chosen")).to_have_count(1)
        picture(page, "observer-desktop-result")
    page = open_page(phone, town, f"/elections/{assembly.held.id}")
    picture(page, "observer-phone-result")
    assert faults(page) == []
    page.goto(f"{town.url}/elections?lang=en")
    expect(page.get_by_role("heading", name="2026년 정기총회")).to_be_visible()


def test_every_event_leads_to_its_transaction(
    phone: BrowserContext, town: Town, assembly: Assembly
) -> None:
    page = open_page(phone, town, f"/elections/{assembly.held.id}/log")
    page.locator(".log-where").nth(5).click()
    expect(page.get_by_role("heading", level=1, name="거래")).to_be_visible()
    expect(page.locator(".event").first).to_contain_text("표를 기록했습니다")
    expect(page.locator(".checks-made .yes")).to_have_count(2)
    picture(page, "observer-phone-transaction")
    page.goto(f"{town.url}/chain/address/{assembly.held.election.address}?lang=en")
    expect(page.locator(".checks-made .yes")).to_have_count(6)
    expect(page.locator(".source").first).to_contain_text("contract Election")


def test_the_auditor_comes_with_the_election_filled_in(
    desktop: BrowserContext, town: Town, assembly: Assembly
) -> None:
    page = open_page(desktop, town, f"/elections/{assembly.held.id}")
    page.get_by_role("link", name="이 브라우저에서 검증하기").click()
    page.get_by_role("button", name="검증하기").click()
    expect(page.locator("#report-title")).to_be_visible(timeout=30_000)
    assert page.locator('.check-result[data-status="FAIL"]').count() == 0
