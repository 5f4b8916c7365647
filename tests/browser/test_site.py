"""What holds for every page: language, look, headers, failures."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.browsers import faults_as_served, reach, visitor
from tests.browser.town import Town

pytestmark = pytest.mark.xdist_group("voters")
GROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_page_that_is_nowhere_and_its_settings_are_accessible(
    phone: BrowserContext, town: Town
) -> None:
    page = phone.new_page()
    for lang in ("ko", "en"):
        page.goto(f"{town.url}/nowhere?lang={lang}")
        page.locator(".settings summary").click()
        assert faults_as_served(page) == [], lang


def test_the_settings_cover_nothing_that_has_the_focus(phone: BrowserContext, town: Town) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/v")
    page.locator(".settings summary").focus()
    page.keyboard.press("Enter")
    reach(page, "English")
    expect(page.locator(".settings-panel")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".settings-panel")).to_be_hidden()


def test_choices_of_the_look_are_remembered(phone: BrowserContext, town: Town) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/v")
    page.locator(".settings summary").click()
    page.get_by_role("link", name="아주 크게").click()
    light = page.evaluate(GROUND)
    page.get_by_role("link", name="어둡게").click()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{town.url}/v")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    expect(html).to_have_attribute("data-size", "200")
    expect(html).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(GROUND)
    assert dark != light
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(GROUND) == light
    page.emulate_media(media="screen", color_scheme="light")
    assert page.evaluate(GROUND) == dark
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_look_can_be_chosen_without_script(browser: Browser, town: Town) -> None:
    with visitor(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{town.url}/v")
        page.locator(".settings summary").click()
        page.get_by_role("link", name="아주 크게").click()
        page.goto(f"{town.url}/v")
        expect(page.locator("html")).to_have_attribute("data-size", "200")


def test_fonts_are_ours_and_come_last(phone: BrowserContext, town: Town) -> None:
    asked: list[str] = []
    page = phone.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{town.url}/v", wait_until="load")
    assert not [url for url in asked if "fonts" in url]
    with page.expect_response(re.compile(r"/static/fonts-[0-9.]+/.+\.woff2")):
        pass
    assert [url for url in asked if re.search(r"/static/fonts-[0-9a-f]{12}\.css", url)]
    assert all(url.startswith((town.url, "data:")) for url in asked)
    page.goto(f"{town.url}/v", wait_until="networkidle")
    assert page.evaluate("document.fonts.check('16px \"Pretendard Variable\"', '한')")


def test_a_switch_takes_no_value_of_the_visitors(phone: BrowserContext, town: Town) -> None:
    page = phone.new_page()
    page.goto(f"{town.url}/v?lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&theme=x%27&size=9")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("html")).to_have_attribute("data-size", "100")
