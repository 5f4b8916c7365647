"""The auditor in the browser: seconds per 10,000 ballots, beside `hanpyo audit` on the same file.

The single file to keep is opened in Chromium without a network; the time is from the press of the
button to the report. The longest pause of the page meanwhile is what a visitor would feel.
"""

from functools import partial
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from bench.audit import BALLOTS, PER, evidence_file, timed
from bench.report import Row, show, write
from hanpyo.audit import BundleSource, audit
from hanpyo.built import STATIC, Assets
from hanpyo.protocol.types import Secrecy
from hanpyo.web.pages.auditor import FILE
from tests.browser.browsers import launch, visitor

_PATIENCE: Final = 300_000
_WATCH: Final = """() => {
  window.longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    window.longest = Math.max(window.longest, now - last);
    last = now;
    setTimeout(look);
  };
  look();
}"""


def main() -> None:
    """Measure, print and write `bench/results/browser_audit.json`."""
    rows = []
    for secrecy in (Secrecy.OPEN, Secrecy.SEALED):
        with evidence_file(secrecy) as (_, _, file):
            ours = timed(partial(_python, file))
            seconds, pause = _chromium(file)
        label = f"{secrecy.name.lower()} audit in Chromium"
        scale = PER / BALLOTS
        rows.append(
            Row(
                f"{label}, {PER:,} ballots",
                round(seconds * scale, 1),
                "s",
                "hanpyo audit",
                round(ours * scale, 1),
            )
        )
        rows.append(Row(f"{label}, longest pause of the page", round(pause), "ms", "felt", 100))
    show(rows)
    print(f"written to {write('browser_audit', rows)}")


def _python(file: Path) -> None:
    if not audit(BundleSource(file)).ok:
        raise SystemExit("the audit failed")


def _chromium(file: Path) -> tuple[float, float]:
    """Seconds to the report, and the page's longest pause meanwhile in milliseconds."""
    page_file = STATIC / Assets().get(FILE).file
    with (
        sync_playwright() as playwright,
        launch(playwright) as browser,
        visitor(browser) as context,
    ):
        context.set_offline(True)
        page = context.new_page()
        page.goto(page_file.as_uri())
        page.set_input_files("#audit-evidence", file)
        page.evaluate(_WATCH)

        def check() -> None:
            page.locator("form.auditor-form button.button").first.click()
            page.wait_for_selector("#report-title", timeout=_PATIENCE)

        seconds = timed(check)
        if "note-good" not in str(page.locator(".report > div").first.get_attribute("class")):
            raise SystemExit("the audit in the browser failed")
        return seconds, float(page.evaluate("window.longest"))


if __name__ == "__main__":
    main()
