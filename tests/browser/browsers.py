"""Browsers for tests: Chromium at the sizes of a phone and of a desk, with axe at hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    WebError,
)

from scripts.toolchain.browser import installed
from tests.browser.english import in_english

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES: Final = {"phone": (360, 740), "desktop": (1280, 800)}
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",  # else a process waits beside each visitor for another site
)
PATIENCE: Final = 30_000
_CONTRAST: Final = "color-contrast-enhanced"
_STRICT: Final = f"""
axe.configure({{ checks: [{{ id: "{_CONTRAST}", options: {{ contrastRatio: {{
  normal: {{ expected: 7 }}, large: {{ expected: 7 }} }} }} }}] }});"""
"""Large text is held to the same contrast as other text, which leaves the weaker rule nothing."""
_ALL: Final = {"rules": {_CONTRAST: {"enabled": True}, "color-contrast": {"enabled": False}}}
_COLOURS: Final = {"runOnly": [_CONTRAST]}
_SETTINGS: Final = {"resultTypes": ["violations"], "preload": False}
"""No page plays sound by itself or turns with the device, for which alone axe would load files."""


def launch(playwright: Playwright) -> Browser:
    """The machine's own Chromium, else Playwright's."""
    return playwright.chromium.launch(executable_path=installed(), args=list(_FLAGS))


@contextmanager
def visitor(
    browser: Browser, size: str = "phone", *, faults: bool = True, **options: Any
) -> Iterator[BrowserContext]:
    """A browser of one person. With `faults`, an error of a script or the policy fails the test."""
    with opened(browser, size, **options) as context, watched(context, faults=faults):
        yield context


@contextmanager
def opened(browser: Browser, size: str = "phone", **options: Any) -> Iterator[BrowserContext]:
    """A browser of this size, as somebody in Seoul has it."""
    width, height = SIZES[size]
    given: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "has_touch": size == "phone",
        "is_mobile": size == "phone",
        "locale": "ko-KR",
        "timezone_id": "Asia/Seoul",
        "reduced_motion": "reduce",
    } | options
    context = browser.new_context(**given)
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def watched(context: BrowserContext, *, faults: bool = True) -> Iterator[None]:
    """With `faults`, an error of a script or the policy in the block fails the test."""
    problems: list[str] = []

    def note_error(error: WebError) -> None:
        problems.append(str(error.error))

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(message.text)

    context.on("weberror", note_error)
    context.on("console", note_message)
    try:
        yield
    finally:
        context.remove_listener("weberror", note_error)
        context.remove_listener("console", note_message)
    assert not faults or not problems, problems


def forget(context: BrowserContext, *origins: str) -> None:
    """Make a browser the next person's: nothing open, nothing in the way, nothing kept but files.

    `origins` are those whose pages may have stored something.
    """
    context.unroute_all(behavior="ignoreErrors")
    context.set_offline(False)
    context.clear_cookies()
    context.clear_permissions()
    left = context.pages
    session = context.new_cdp_session(left[0] if left else context.new_page())
    for page in left[1:]:
        page.close()
    for origin in origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    context.pages[0].close()


def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds wrong by the rules of WCAG 2.2 AA and its advice."""
    if not page.evaluate("() => 'axe' in window"):
        # Not a script element: the page's policy would not run it, as it should. Pages that this
        # tab comes to later find it ready.
        source = AXE.read_text() + _STRICT
        page.add_init_script(source)
        page.evaluate(source)
    found: list[str] = page.evaluate(
        """async ([settings, options]) => {
          const { violations } = await axe.run("body", { ...settings, ...options });
          return violations.map(({ id, help, nodes }) =>
            `${id}: ${help} (${nodes.map((each) => `${each.target} ${each.failureSummary}`)})`);
        }""",
        [_SETTINGS, options],
    )
    return found


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in Korean and in English; see `faults_as_served`.

    A page that came in English is looked at in English alone. Colours do not depend on texts.
    """
    found = faults_as_served(page)
    if page.evaluate("document.documentElement.lang") == "ko":
        with in_english(page):
            found += [f"in English: {each}" for each in faults_in_light(page)]
    return found


def faults_as_served(page: Page) -> list[str]:
    """What is wrong with the page in its language: light and dark, on a phone and on a desk.

    The page has loaded and shows the theme of the device. Texts need a contrast of 7:1.
    """
    found = faults_in_light(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in _axe(page, _COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def faults_in_light(page: Page) -> list[str]:
    """What is wrong with a page that is seen in dark in its other language."""
    return _axe(page, _ALL) + _in_all_sizes(page)


def _in_all_sizes(page: Page) -> list[str]:
    """What is too small or too wide; the page has one of the sizes, and has it afterwards."""
    found = []
    own = page.viewport_size
    sizes = [{"width": width, "height": height} for width, height in SIZES.values()]
    sizes.sort(key=lambda size: size != own)
    for size in sizes:
        if size != own:
            page.set_viewport_size(size)  # type: ignore[arg-type]  # its keys are those
        width = size["width"]
        found += [f"small at {width}: {each}" for each in small_targets(page)]
        # Not beside innerWidth: a phone shows a wider page smaller, as a whole.
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than {width}")
    if own is not None:
        page.set_viewport_size(own)
    return found


def small_targets(page: Page, least: int = 48) -> list[str]:
    """What can be pressed and is smaller than `least` pixels a side; links inside text excepted."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
          .filter((each) => each.checkVisibility({ visibilityProperty: true }))
          .filter((each) => !each.closest(".visually-hidden, .skip, [inert]"))
          .filter((each) => !(each.matches("a") && each.closest("p, li, dd, td")
            && getComputedStyle(each).display === "inline"))
          .map((each) => each.matches("input[type=checkbox], input[type=radio]")
            ? each.closest("label") ?? each : each)
          .map((each) => [each.getBoundingClientRect(), each.textContent.trim(), each.tagName])
          .filter(([box]) => box.width + 0.5 < least || box.height + 0.5 < least)
          .map(([box, text, tag]) => `${tag} ${text}: ${box.width} × ${box.height}`)""",
        least,
    )
    return found


def reach(page: Page, name: str) -> None:
    """Go on by Tab until what has the focus is called so; the focus can be seen all along."""
    for _ in range(80):
        page.keyboard.press("Tab")
        told, seen = page.evaluate(
            """() => {
              const { activeElement: each } = document;
              if (each === document.body) return ["", true];
              const style = getComputedStyle(each.matches("input[type=radio], input[type=checkbox]")
                ? each.closest("label") ?? each : each);
              const own = getComputedStyle(each);
              return [(each.labels?.[0] ?? each).textContent.trim(),
                [style, own].some((at) => at.outlineStyle !== "none" || at.boxShadow !== "none")];
            }"""
        )
        assert seen, f"nobody sees that the focus is on {told}"
        if told == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


def picture(page: Page, name: str) -> None:
    """Keep what the page shows for the documentation, in the folder that HANPYO_PICTURES names."""
    folder = os.environ.get("HANPYO_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
