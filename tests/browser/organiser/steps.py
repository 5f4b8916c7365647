"""What staff do, in the words of the pages."""

import re
import time
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pyotp
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browsers import faults_as_served, picture

PASSWORD: Final = "파란 고래가 낮잠을 자는 언덕"
SEOUL: Final = ZoneInfo("Asia/Seoul")
_STEP: Final = 30


class Office:
    """One tab of a member of staff; every page that it comes to is checked."""

    def __init__(self, context: BrowserContext, url: str, name: str) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.name = name
        self.secret = ""
        self._last = 0

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.url}{path}")

    def press(self, name: str | re.Pattern[str], *, role: str = "button") -> None:
        """Press what is called so."""
        exact = isinstance(name, str)
        self.page.get_by_role(role, name=name, exact=exact).first.click()  # type: ignore[arg-type]

    def follow(self, name: str, *, role: str = "link") -> None:
        """Press what leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.press(name, role=role)

    def submit(self, name: str) -> None:
        """Send a form, and wait for the page that answers."""
        self.follow(name, role="button")

    def fill(self, label: str, text: str) -> None:
        """Fill the field that is labelled so."""
        self.page.get_by_label(label, exact=True).fill(text)

    def heading(self, text: str, level: int = 1) -> None:
        """Wait for a heading."""
        expect(self.page.get_by_role("heading", level=level, name=text).first).to_be_visible()

    def done(self, text: str) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def await_text(self, selector: str, text: str, seconds: int = 90) -> None:
        """Load the page anew, but not in haste, until it says so there."""
        wanted = self.page.locator(selector).filter(has_text=re.compile(f"^{text}$")).first
        for _ in range(seconds):
            self.page.reload()
            if wanted.is_visible():
                return
            self.page.wait_for_timeout(1_000)
        expect(wanted).to_be_visible()

    def check(self, name: str) -> None:
        """What holds for every page, when this one has come; `test_every_page` has the English."""
        picture(self.page, f"{self.name}-{name}")
        assert faults_as_served(self.page) == [], name

    def set_up(self, link: str) -> None:
        """From the link to the first page, with an authenticator app."""
        self.page.goto(link)
        self.heading("담당자 계정 만들기")
        assert "#" not in self.page.url
        self.check("set-up")
        self.fill("새 비밀번호", PASSWORD)
        self.fill("새 비밀번호 한 번 더", PASSWORD)
        self.submit("다음")
        self.heading("두 번째 확인 수단")
        self.check("new-factor")
        self.submit("인증 앱으로 하기")
        self.heading("인증 앱 연결하기")
        self.check("totp")
        self.readable_code()
        self.page.get_by_text("찍을 수 없으면 글자로 넣기").click()
        self.secret = self.page.locator(".secret").inner_text()
        self.fill("여섯 자리 코드", self.code())
        self.submit("연결하기")
        self.heading("내 투표")

    def readable_code(self) -> None:
        """The QR code fills its box, so that a camera can read it."""
        box = self.page.locator(".qr svg path").last.bounding_box()
        assert box is not None
        assert box["width"] > 120
        assert box["height"] > 120

    def sign_in(self, mail: str) -> None:
        """Mail, password, code."""
        self.go("/staff")
        self.heading("담당자 로그인")
        self.fill("메일 주소", mail)
        self.fill("비밀번호", PASSWORD)
        self.submit("다음")
        self.heading("한 번 더 확인합니다")
        self.fill("인증 앱의 여섯 자리 코드", self.code())
        self.submit("확인")
        self.heading("내 투표")

    def code(self) -> str:
        """A code that was not used yet: the app may be a step ahead."""
        step = max(int(time.time()) // _STEP, self._last + 1)
        while step > int(time.time()) // _STEP + 1:
            time.sleep(0.2)
        self._last = step
        return pyotp.TOTP(self.secret).at(step * _STEP)

    def upload(self, path: Path) -> None:
        """Choose the roll's file and send it."""
        self.page.get_by_label("명부 파일", exact=True).set_input_files(path)
        self.submit("올려서 확인하기")

    @property
    def election(self) -> str:
        """The id of the election whose page is open."""
        found = re.search(r"/elections/([0-9a-f]{32})", self.page.url)
        assert found is not None
        return found[1]


def field_time(seconds: int) -> str:
    """A moment as a field takes it."""
    return datetime.fromtimestamp(seconds, SEOUL).strftime("%Y-%m-%dT%H:%M")
