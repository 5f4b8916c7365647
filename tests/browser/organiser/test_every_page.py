"""What holds for every page of the site, whoever adds one: taken from the map of URLs itself.

Each is opened in both languages, with hostile texts wherever people write any. It is accessible in
both looks and on both sizes, can be used with the keyboard alone, and shows every text as text.
"""

import re
from collections.abc import Mapping
from typing import Final

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from hanpyo.db.models import Election, Organisation, Role
from hanpyo.web.app import create_app
from hanpyo.web.page_kind import is_page
from hanpyo.web.pages.office.back import ENDPOINT
from tests.browser.browsers import faults_as_served, faults_in_light, visitor
from tests.browser.keyboard import keyboard_faults
from tests.browser.organiser.hall import Hall
from tests.browser.organiser.hostile import Hostile

pytestmark = pytest.mark.xdist_group("office")
LANGUAGES: Final = {"ko": "phone", "en": "desktop"}
"""And on what each is used; both are looked at in both sizes."""
WALKED: Final = "ko"
"""Gone through with the keyboard, and looked at in dark, in one of them.

The other has the same elements, and the same colours.
"""
OPEN: Final = "for (const each of document.querySelectorAll('main details')) each.open = true"
NO_PAGES: Final[Mapping[str, str]] = {
    "pages_static": "scripts, style sheets and fonts",
    "pages_observer.live_part": "a part of the election's page, put into it by its script",
    "pages_explorer.source_file": "a file",
    "pages_auditor.file": "a page that is kept and opened from a disk: auditor/test_offline_file",
    "pages_office.log_file": "a file",
    "pages_office.roll_template": "a file",
}
"""What is opened by GET and is not visited here, and why; besides what leads back to a form."""
ALL: Final = (Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER)
OPERATORS: Final = ("pages_office.invite_organiser_page",)


@pytest.fixture(scope="module")
def places(hall: Hall, hostile: Hostile) -> dict[str, str]:
    """The address of every page, by its endpoint."""
    events = hall.town.deployment.http.get(f"{hall.url}/v1/elections/{hostile.held.id}/events")
    draft = f"/staff/elections/{hostile.draft}"
    held = f"/staff/elections/{hostile.held.id}"
    place = f"/staff/organisations/{hostile.organisation}"
    office = {
        "dashboard": "/staff",
        "account_page": "/staff/account",
        "sign_in_page": "/staff/sign-in",
        "second_factor_page": "/staff/second-factor",
        "new_factor_page": "/staff/second-factor/new",
        "set_up_page": "/staff/set-up",
        "election_page": draft,
        "agenda_page": f"{draft}/agenda",
        "new_item_page": f"{draft}/items/new",
        "item_page": f"{draft}/items/1",
        "classes_page": f"{draft}/classes",
        "channels_page": f"{draft}/channels",
        "dates_page": f"{draft}/dates",
        "key_page": f"{draft}/key",
        "roll_page": f"{draft}/roll",
        "preview_page": f"{draft}/preview",
        "checklist_page": f"{draft}/checklist",
        "messages_page": f"{held}/messages",
        "desk_page": f"{held}/desk",
        "result_page": f"{held}/result",
        "new_election_page": f"{place}/new",
        "people_page": f"{place}/people",
        "log_page": f"{place}/log",
        "webhooks_page": f"{place}/webhooks",
        "invite_organiser_page": f"{place}/organiser",
    }
    return {f"pages_office.{name}": path for name, path in office.items()} | {
        "pages_voter.home": "/",
        "pages_voter.enter": "/v",
        "pages_voter.vote": f"/vote/{hostile.held.id}",
        "pages_voter.check": f"/check/{hostile.held.id}?code=0000",
        "pages_voter.check_any": "/check",
        "pages_observer.list_page": "/elections",
        "pages_observer.election_page": f"/elections/{hostile.held.id}",
        "pages_observer.log_page": f"/elections/{hostile.held.id}/log",
        "pages_explorer.account_page": f"/chain/address/{hostile.held.election.address}",
        "pages_explorer.transaction_page": f"/chain/tx/{events.json()['events'][0]['transaction']}",
        "pages_auditor.page": "/audit",
        "pages_trustee.all_elections": "/trustee",
        "pages_trustee.new_key": "/trustee/new",
        "pages_trustee.hand_in": f"/trustee/{hostile.held.id}",
    }


@pytest.fixture(scope="module")
def app(hall: Hall) -> APIFlask:
    return create_app(hall.town.deployment.scene.runtime)


def test_every_page_is_visited(app: APIFlask, places: dict[str, str]) -> None:
    opened = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if is_page(rule.endpoint) and "GET" in (rule.methods or set())
    }
    leading_back = {name for name in opened if name.startswith(f"pages_office.{ENDPOINT}")}
    assert opened - leading_back - set(NO_PAGES) == set(places)
    adapter = app.url_map.bind("localhost")
    for endpoint, path in places.items():
        assert adapter.match(path.partition("?")[0])[0] == endpoint


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_are_for_everybody_and_their_texts_are_texts(
    browser: Browser, hall: Hall, hostile: Hostile, places: dict[str, str], lang: str
) -> None:
    ours = names_by_people(hall)
    problems: list[str] = []
    with visitor(browser, LANGUAGES[lang]) as context:
        page = context.new_page()
        page.on("dialog", lambda each: pytest.fail(f"a script ran: {each.message}"))
        hall.sign_in(context, *ALL, where=hostile.organisation)
        for endpoint in sorted(places, key=OPERATORS.__contains__):
            if endpoint in OPERATORS:
                hall.sign_in(context, Role.OPERATOR, where=None)
            visit(page, f"{hall.url}{places[endpoint]}", lang)
            page.evaluate(OPEN)
            problems += [f"{endpoint}: {each}" for each in problems_of(page, lang)]
            if lang != "ko" and (korean := own_korean(page, ours)):
                problems.append(f"{endpoint}: in Korean: {korean}")
        assert problems == []


def problems_of(page: Page, lang: str) -> list[str]:
    """What is wrong with the page that is open."""
    executed = page.locator("img[src=x]").count() or page.title() == "taken"
    evaluated = "49" in page.locator("h1").first.inner_text()
    found = ["a text is more than a text"] * bool(executed or evaluated)
    if lang == WALKED:
        return keyboard_faults(page) + found + faults_as_served(page)
    return found + faults_in_light(page)


def visit(page: Page, address: str, lang: str) -> None:
    """Open a page in a language, and wait until it is there."""
    answer = page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    assert answer is not None
    assert answer.status == 200, address
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator(".working")).to_have_count(0)


def names_by_people(hall: Hall) -> list[str]:
    """What people call the elections and organisations of this installation."""
    with hall.town.deployment.database.read() as session:
        return [
            *session.scalars(select(Election.title)),
            *session.scalars(select(Organisation.name)),
        ]


def own_korean(page: Page, names: list[str]) -> str:
    """What the page says in Korean of its own accord."""
    page.evaluate("document.querySelectorAll('[lang=ko]').forEach((e) => e.remove())")
    text = page.locator("main").inner_text()
    for name in names:
        text = text.replace(name, "")
    text = re.sub(r"\[시험 투표\]|.○+", "", text)
    text = "".join(line for line in text.splitlines() if "김담당" not in line)
    return "".join(each for each in text if "가" <= each <= "힣")
