"""The voting path on an old phone: what is sent, and when the ballot can be used.

Chromium is held to 1.6 Mbit/s, 150 ms a round trip and a quarter of this machine's speed. Web fonts
come after everything else and are counted apart.
"""

import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from bench.report import Row, show, write
from hanpyo.protocol.types import Secrecy
from tests.browser.browsers import launch, visitor
from tests.browser.town import Held, Question, Town
from tests.browser.voter.steps import Visit
from tests.service.deployment import deployment

BYTES_A_SECOND: Final = 1_600_000 // 8
ROUND_TRIP: Final = 150
SLOWDOWN: Final = 4
MOST_KILOBYTES: Final = 150
MOST_SECONDS: Final = 2.0
_RUNS: Final = 3
_READY: Final = "본인이 맞습니까?"
_FIVE: Final = tuple(Question(f"제{number}호 안건") for number in range(1, 6))


def main() -> None:
    """Measure, print, keep."""
    with (
        tempfile.TemporaryDirectory() as folder,
        deployment("sqlite", Path(folder)) as running,
        sync_playwright() as playwright,
    ):
        held = Town(running).hold(_FIVE, secrecy=Secrecy.SEALED, voters=_RUNS + 1)
        browser = launch(playwright)
        runs = [_visit(browser, held, number) for number in range(_RUNS)]
        browser.close()
    path, fonts = runs[0][1:]
    ready = sorted(seconds for seconds, _, _ in runs)[_RUNS // 2]
    rows = [
        Row("voting path", round(path / 1000, 1), "kB", "allowed", MOST_KILOBYTES),
        Row("ready to vote after the link", round(ready, 2), "s", "allowed", MOST_SECONDS),
        Row("web fonts, afterwards", round(fonts / 1000, 1), "kB"),
    ]
    show(rows)
    write("pages", rows)


def _visit(browser: Browser, held: Held, voter: int) -> tuple[float, int, int]:
    """Seconds until the first screen can be used, bytes of the path, bytes of fonts."""
    with visitor(browser) as context:
        visit = Visit(context, held)
        page = visit.page
        sent: dict[str, int] = {}
        places: dict[str, str] = {}
        network = context.new_cdp_session(page)

        def begun(event: dict[str, Any]) -> None:
            places[event["requestId"]] = event["request"]["url"]

        def ended(event: dict[str, Any]) -> None:
            url = places.get(event["requestId"], "")
            sent[url] = sent.get(url, 0) + int(event["encodedDataLength"])

        network.on("Network.requestWillBeSent", begun)
        network.on("Network.loadingFinished", ended)
        network.send("Network.enable")
        network.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": ROUND_TRIP,
                "downloadThroughput": BYTES_A_SECOND,
                "uploadThroughput": BYTES_A_SECOND,
            },
        )
        network.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        began = time.monotonic()
        visit.open_link(voter)
        visit.heading(_READY)
        ready = time.monotonic() - began
        network.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        page.wait_for_load_state("networkidle")
        visit.tap("네, 투표를 시작합니다")
        visit.mark(("찬성",) * len(_FIVE))
        visit.send()
        while not page.evaluate("[...document.fonts].some((each) => each.status === 'loaded')"):
            page.wait_for_timeout(100)  # the page's policy allows no function to wait for
        page.wait_for_load_state("networkidle")
        fonts = sum(size for url, size in sent.items() if "/fonts" in url)
        return ready, sum(sent.values()) - fonts, fonts


if __name__ == "__main__":
    main()
