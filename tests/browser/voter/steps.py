"""What a voter does, in the words of the pages."""

import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.town import Held

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")

BALLOTS = re.compile(r"/v1/elections/[0-9a-f]{32}/ballots$")

IMPATIENT = """() => {
  const later = (window.later ??= window.setTimeout);
  window.setTimeout = (work, wait, ...rest) => later(work, wait / 2, ...rest);
}"""
"""The page looks twice as often whether a ballot is recorded."""


def ballots_sent(seen: Page | BrowserContext) -> list[dict[str, Any]]:
    """The ballots that are handed in from now on, as they leave."""
    bodies: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if BALLOTS.search(request.url):
            bodies.append(request.post_data_json or {})

    seen.on("request", note)
    return bodies


class Visit:
    """One tab of a voter; `taps` counts what was pressed."""

    def __init__(self, context: BrowserContext, held: Held) -> None:
        self.page: Page = context.new_page()
        self.held = held
        self.taps = 0

    def heading(self, text: str) -> None:
        """Wait for a screen."""
        expect(self.page.get_by_role("heading", level=1, name=text)).to_be_visible()

    def tap(self, name: str, *, role: str = "button", exact: bool = True) -> None:
        """Press what is called so."""
        self.page.get_by_role(role, name=name, exact=exact).click()  # type: ignore[arg-type]
        self.taps += 1

    def choose(self, name: str) -> None:
        """Press an option; the whole row takes the tap."""
        self.page.locator("label.option", has_text=name).first.click()
        self.taps += 1

    def open_link(self, voter: int = 0) -> None:
        """Open a fresh personal link."""
        self.page.goto(self.held.link(voter))

    def begin(self, voter: int = 0) -> None:
        """From the link to the first item."""
        self.open_link(voter)
        self.heading("본인이 맞습니까?")
        self.tap("네, 투표를 시작합니다")

    def mark(self, names: Sequence[str]) -> None:
        """Choose one option of each item, up to the review."""
        for place, name in enumerate(names, 1):
            self.choose(name)
            self.tap("모아 보기" if place == len(names) else "다음")
        self.heading("보내기 전에 확인해 주세요")

    def send(self) -> None:
        """Cast, and wait for the receipt."""
        self.tap("투표하기")
        self.heading("투표했습니다")

    def vote(self, names: Sequence[str] = ("찬성",), voter: int = 0) -> str:
        """The whole way; the receipt's code."""
        self.begin(voter)
        self.mark(names)
        self.send()
        return self.receipt()

    def receipt(self) -> str:
        """The code on the receipt."""
        text = self.page.locator(".receipt-code").inner_text()
        assert CODE.fullmatch(text), text
        return text

    def recorded(self) -> None:
        """Wait until the receipt says that the ballot is recorded."""
        self.page.evaluate(IMPATIENT)
        expect(self.page.locator(".receipt-status")).to_contain_text(
            "기록되었습니다", timeout=30_000
        )
