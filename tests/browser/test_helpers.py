"""What the tests of all pages rely on finds what is wrong."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import keyboard
from tests.browser.browsers import faults
from tests.browser.english import english, in_english

pytestmark = pytest.mark.xdist_group("voters")
STYLE = "<style>:focus-visible { outline: 3px solid } * { min-height: 3rem }</style>"
GOOD = (
    "<a href=/a>A</a><button>B</button><details><summary>C</summary><input aria-label=D></details>"
)
VIEWPORT = "<meta name=viewport content='width=device-width'>"
TRAP = """onkeydown="if (event.key === 'Tab') event.preventDefault()" """


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", []),
        ("<button tabindex=2>last</button>", ["BUTTON last jumps the queue"]),
        ("<a href=/b style='outline: none'>B</a>", ["unseen focus: A B"]),
        ("<button style='position: fixed; top: -9rem'>B</button>", ["covered focus: BUTTON B"]),
        ("<label>R<input type=radio name=r></label><label>S<input type=radio name=r></label>", []),
        ("<button hidden>B</button><button disabled>C</button><input type=hidden>", []),
    ],
)
def test_the_walk_by_keyboard(phone: BrowserContext, wrong: str, told: list[str]) -> None:
    page = phone.new_page()
    page.set_content(f"{STYLE}{GOOD}{wrong}")
    assert keyboard.keyboard_faults(page) == told


def test_the_walk_ends_where_the_focus_is_held(
    phone: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard, "_MOST", 40)
    page = phone.new_page()
    page.set_content(f"{STYLE}{GOOD}<button {TRAP}>B</button>")
    assert keyboard.keyboard_faults(page) == ["the focus does not come round: something holds it"]


def test_the_walk_hears_names(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.set_content(f"{STYLE}<a href=/a>A</a><button><svg></svg></button>")
    assert [each.partition(":")[0] for each in keyboard.keyboard_faults(page)] == [
        "nobody hears what this button is"
    ]


@pytest.mark.parametrize(
    ("korean", "text"),
    [
        (" 투표하기\n", " Cast my ballot\n"),
        ("선거인 3명 가운데 1명이 투표했습니다", "1 of 3 voters have voted"),
        ("화면 설정 · 언어", "Display · Language"),
        ("김한표의 안건", "김한표의 안건"),
    ],
)
def test_a_text_is_found_in_english(korean: str, text: str) -> None:
    assert english(korean) == text


def test_a_page_is_in_english_for_a_while(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.set_content("<main><p>언어</p><input aria-label=언어><p id=other>언어</p></main>")
    with in_english(page):
        assert page.locator("main").inner_text().split() == ["Language", "Language"]
        assert page.get_by_label("Language").count() == 1
        page.evaluate("other.firstChild.nodeValue = 'changed'")
    assert page.locator("main").inner_text().split() == ["언어", "changed"]
    assert page.get_by_label("언어", exact=True).count() == 1


def test_what_is_wrong_in_english_alone_is_found(phone: BrowserContext) -> None:
    page = phone.new_page()
    body = "<main><h1>한표</h1><p style='font-size: 4rem; white-space: nowrap'>투표하기</p></main>"
    page.set_content(f"<html lang=ko><title>한표</title>{VIEWPORT}<body>{body}")
    assert [each for each in faults(page) if "wider" in each] == ["in English: wider than 360"]
