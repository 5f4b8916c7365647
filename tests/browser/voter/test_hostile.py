"""Texts that want to be markup, in every field that a voter is shown."""

import pytest
from playwright.sync_api import Browser, expect

from hanpyo.elections.people import Person
from hanpyo.protocol.agenda import Item, Method
from tests.browser.browsers import faults, visitor
from tests.browser.town import Question, Town
from tests.browser.voter.steps import Visit

pytestmark = pytest.mark.xdist_group("voters")
EVIL = '"><script>window.hit=1</script><img src=x onerror="window.hit=1">{{7*7}}</script>'
MARKDOWN = "[눌러](javascript:window.hit=1) ![](https://evil.example/x.png)"
QUESTIONS = (
    Question(
        EVIL,
        (EVIL + "1", EVIL + "2", MARKDOWN),
        Item(Method.CHOOSE_ONE, 3),
        {
            "description": EVIL + MARKDOWN,
            "documents": [
                {"title": EVIL, "url": "https://docs.example/?q=" + EVIL},
                {"title": "주소가 나쁜 자료", "url": "javascript:window.hit=1"},
                {"title": "또 나쁜 자료", "url": "data:text/html,<script>window.hit=1</script>"},
                {"title": {"ko": ["모양이 틀림"]}, "url": 7},
                "자료가 아님",
            ],
        },
    ),
    Question(EVIL, (EVIL, EVIL), Item(Method.SCORE, 2, 1, 2, points=3)),
    Question(EVIL, (EVIL, EVIL), Item(Method.RANKING, 2, 1, 2)),
    Question(
        EVIL,
        tuple(EVIL for _ in range(20)),
        Item(Method.APPROVAL, 20, 1, 20, option_groups=tuple(n % 2 for n in range(20))),
        {"optionGroups": [EVIL, EVIL + "2"]},
    ),
    Question("", ("", ""), Item(Method.CHOOSE_ONE, 2)),
)


@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_texts_stay_texts(browser: Browser, town: Town, scripts: bool) -> None:
    held = town.hold(
        QUESTIONS,
        title=EVIL,
        people=(Person(name=EVIL[:40], mail="evil@example.org"),),
        text={"organisation": EVIL},
    )
    with visitor(browser, java_script_enabled=scripts) as context:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        visit = Visit(context, held)
        page = visit.page
        for path in (f"/vote/{held.id}", f"/check/{held.id}?code={EVIL}", "/check", "/v"):
            page.goto(town.url + path)
            assert page.locator("main img, main script:not(.texts), iframe").count() == 0
            assert EVIL[:20] in page.locator("body").inner_html().replace("&quot;", '"').replace(
                "&gt;", ">"
            ).replace("&lt;", "<")
        hrefs = page.goto(f"{town.url}/vote/{held.id}") and page.locator("main a").evaluate_all(
            "all => all.map((each) => each.protocol)"
        )
        assert set(hrefs or []) <= {"http:", "https:"}
        if scripts:
            vote(visit)
            assert page.evaluate("window.hit") is None
        assert not [url for url in asked if "evil.example" in url or "docs.example" in url]


def vote(visit: Visit) -> None:
    page = visit.page
    visit.begin()
    expect(page.locator(".documents a")).to_have_count(1)
    page.locator("label.option").nth(1).click()
    visit.tap("다음")
    page.locator(".step").nth(1).click()
    visit.tap("다음")
    page.locator("button.option").first.click()
    visit.tap("다음")
    page.locator("#group").select_option(index=1)
    page.locator("label.option").first.click()
    assert faults(page) == []
    visit.tap("다음")
    visit.heading("5번 안건")
    visit.tap("고르지 않고 다음")
    visit.heading("보내기 전에 확인해 주세요")
    assert page.locator("#app img, #app script").count() == 0
    visit.send()
