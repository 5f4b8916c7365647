"""Forms of a draft lose nothing: what a page shows and takes back is what the definition held."""

import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from hanpyo.elections import checklist
from hanpyo.elections.definition import DefinitionError, definition_of
from hanpyo.elections.templates import ADVICE, NOTICES, TEMPLATES, Law
from hanpyo.elections.terms import LEVELS, METHODS
from hanpyo.errors import HanpyoError
from hanpyo.web.pages.office import classes_form, dates, drafts, elections, item_form, naming
from hanpyo.web.pages.office.details import korean
from hanpyo.web.pages.office.saying import BadForm
from hanpyo.webhooks import registry

TIMES = {"opens": 4_000_000_020, "closes": 4_000_003_600, "opening": 4_000_007_200}
ITEMS: tuple[dict[str, Any], ...] = (
    {"title": "안건", "options": ["찬성", "반대"]},
    {
        "title": "정관",
        "description": "첫 줄\n둘째 줄",
        "documents": [{"title": f"자료 {n}", "url": f"https://x.example/{n}"} for n in range(8)],
        "options": ["찬성", "반대", "기권"],
        "rule": {
            "decision": "threshold",
            "quorum": "> 1/2",
            "approval": ">= 2/3",
            "presence": ">= 1/7",
            "base": "all",
            "unit": "both",
        },
    },
    {
        "title": "예산",
        "options": [{"title": "길", "cost": 5, "group": 0}, {"title": "숲", "cost": 7, "group": 1}],
        "optionGroups": ["가", "나"],
        "method": "approval",
        "minimum": 1,
        "maximum": 2,
        "costCap": 12,
        "counting": {"method": "equal-shares", "budget": 12},
        "eligible": ["everybody"],
    },
    {
        "title": "이사",
        "options": ["김", "이", "박"],
        "method": "ranking",
        "minimum": 1,
        "maximum": 3,
        "counting": {"method": "stv seats=2"},
    },
    {"title": "점수", "options": ["가", "나"], "method": "score", "points": 5, "minimum": 1},
    {
        "title": "나누기",
        "options": ["가", "나"],
        "method": "cumulative",
        "points": 5,
        "total": 10,
        "minimum": 1,
    },
)


def sent(form: item_form.ItemForm) -> MultiDict[str, str]:
    """The form as a browser sends it, untouched."""
    fields = {
        "title": form.title,
        "description": form.description.replace("\n", "\r\n"),
        "options": form.options.replace("\n", "\r\n"),
        "method": form.method,
        "counting": form.counting,
        "seats": form.seats,
        **form.numbers,
        **form.rule,
    }
    documents = [("documentTitle", title) for title, _ in form.documents]
    documents += [("documentUrl", url) for _, url in form.documents]
    budget = form.budget
    documents += [
        ("costs", budget.costs.replace("\n", "\r\n")),
        ("costCap", budget.cap),
        ("spending", budget.spending),
        ("budget", budget.budget),
        *(("eligible", name) for name in form.eligible or ()),
    ]
    return MultiDict([*fields.items(), *documents])


def meaning(item: dict[str, Any]) -> object:
    """What a definition with this item says."""
    content = {"title": "총회", "times": TIMES, "items": [item]}
    definition = definition_of(content)
    return definition.agenda(), definition.text()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["title"]))
def test_a_form_sent_untouched_changes_nothing(item: dict[str, Any]) -> None:
    again = item_form.read(sent(item_form.shown(item)), item)
    assert meaning(again) == meaning(item)


def test_what_was_typed_is_shown_again() -> None:
    form = item_form.shown(ITEMS[1])
    assert item_form.typed(sent(form)).options.split() == form.options.split()
    assert item_form.typed(sent(form)).rule == form.rule


def test_a_renamed_option_loses_its_group_and_a_kept_one_keeps_it() -> None:
    form = sent(item_form.shown(ITEMS[2]))
    form["options"] = "길\n바다\n"
    found = item_form.read(form, ITEMS[2])["options"]
    assert found == [ITEMS[2]["options"][0], {"title": "바다", "cost": 7}]


def test_costs_are_given_to_every_option_or_none() -> None:
    form = sent(item_form.shown(ITEMS[0]))
    form["costs"] = "1,000\n20"
    form["costCap"] = "1020"
    found = item_form.read(form, ITEMS[0])
    assert [each["cost"] for each in found["options"]] == [1000, 20]
    assert found["costCap"] == 1020
    form["costs"] = ""
    assert item_form.read(form, found)["options"] == ["찬성", "반대"]
    form["costs"] = "1"
    with pytest.raises(BadForm) as refusal:
        item_form.read(form, found)
    assert refusal.value.text == "costs_differ"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "9" * 19, "x"])
def test_a_budget_that_is_spent_has_an_amount(text: str) -> None:
    form = sent(item_form.shown(ITEMS[2]))
    form["budget"] = text
    with pytest.raises(BadForm) as refusal:
        item_form.read(form, ITEMS[2])
    assert refusal.value.field == "budget"


@pytest.mark.parametrize("text", ["-1", "1.5", "٣", "1e3", "9999999", "x"])
def test_a_number_that_is_none_is_named(text: str) -> None:
    form = sent(item_form.shown(ITEMS[5]))
    form["points"] = text
    with pytest.raises(BadForm) as refusal:
        item_form.read(form, {})
    assert refusal.value.field == "points"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://x.example", "https:///x", "//x"])
def test_a_document_lies_at_an_address_of_https(url: str) -> None:
    form = sent(item_form.shown(ITEMS[0]))
    form.setlist("documentTitle", ["자료"])
    form.setlist("documentUrl", [url])
    with pytest.raises(DefinitionError, match="documents"):
        meaning(item_form.read(form, {}))


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"title": "가" * 1_001},
        {"documents": [{"title": "자료", "url": "http://x.example"}]},
        {"documents": [{"title": "", "url": "https://x.example"}]},
        {"options": []},
        {"options": ["하나"]},
        {"method": "choose-up-to", "minimum": 3, "maximum": 2},
        {"method": "choose-up-to", "maximum": 9},
        {"method": "approval", "minimum": 0},
        {"method": "score", "points": 70_000},
        {"method": "cumulative", "points": 5},
        {"method": "approval", "total": 3},
        {"method": "approval", "costCap": 5},
        {"options": [{"title": "가", "cost": 1}, "나"]},
        {"method": "ranking", "rule": {"decision": "threshold", "approval": "> 1/2"}},
        {"rule": {"decision": "threshold"}},
        {"rule": {"decision": "threshold", "approval": "half"}},
        {"eligible": ["nobody"]},
        {"eligible": []},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_is_wrong_with_an_item_is_said_in_korean(changed: dict[str, Any]) -> None:
    with pytest.raises(HanpyoError) as refusal:
        meaning({"title": "안건", "options": ["찬성", "반대"]} | changed)
    assert re.search("[가-힣]", korean(str(refusal.value))), str(refusal.value)


def test_what_is_not_known_is_left_in_english() -> None:
    assert korean("somewhere: something new") == ""


def rows(*cells: tuple[str, str, str]) -> MultiDict[str, str]:
    names = ("className", "classGroup", "classBarred")
    return MultiDict([pair for row in cells for pair in zip(names, row, strict=True)])


def test_classes_are_shown_and_taken_back() -> None:
    content = {
        "groups": ["조합원", "이사"],
        "classes": [
            {"name": "조합원", "group": "조합원"},
            {"name": "이사", "group": "이사", "barred": [[2, 1], [2, 3]]},
        ],
    }
    form = rows(*((each.name, each.group, each.barred) for each in classes_form.shown(content)))
    assert classes_form.read(form) == content
    assert classes_form.typed(form) == classes_form.shown(content)
    assert classes_form.read(rows(("", "", ""))) == {"classes": None, "groups": None}
    assert classes_form.read(rows(("가", "", ""), ("나", "", "1-1")))["groups"] is None


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ([("", "모임", "")], "classes"),
        ([("가", "모임", ""), ("나", "", "")], "groups"),
        ([("가", "", "2")], "barred"),
        ([("가", "", "-1-1")], "barred"),
        ([("가", "", "٣-1")], "barred"),
        ([("가", "", "99999-1")], "barred"),
    ],
)
def test_a_table_of_classes_that_is_none_is_refused(
    cells: list[tuple[str, str, str]], field: str
) -> None:
    with pytest.raises(BadForm) as refusal:
        classes_form.read(rows(*cells))
    assert refusal.value.field == field


def test_times_are_shown_in_korea_and_taken_back() -> None:
    whole = dates.completed(4_000_000_020, 4_000_003_620)
    assert dates.read(dates.shown(whole)) == whole
    assert dates.shown({"opens": "2027-03-02T09:00:00+09:00"})["opens"] == "2027-03-02T09:00"
    assert dates.shown({})["barrier"] == ""


def test_an_empty_opening_sets_every_later_time_anew() -> None:
    told = dates.shown(dates.completed(4_000_000_020, 4_000_003_620))
    later = told | {"opening": "", "closes": "2096-10-03T12:00"}
    found = dates.read(later)
    assert found == dates.completed(found["opens"], found["closes"])
    kept = dates.read(later | {"barrier": "2096-10-03T12:30"})
    assert kept["barrier"] == found["closes"] + 1_800


@pytest.mark.parametrize(
    "text", ["", "gestern", "2027-13-01T00:00", "9" * 400, "2027-01-01T00:00Z9"]
)
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    told = dates.shown(dates.completed(4_000_000_020, 4_000_003_620)) | {"opens": text}
    with pytest.raises(BadForm):
        dates.read(told)


@pytest.mark.parametrize("law", [None, *Law])
def test_proposed_times_leave_the_notice_that_the_law_asks_for(law: Law | None) -> None:
    now = 1_800_000_000
    days = NOTICES[law].days if law else 0
    found = dates.proposed(now, law)
    assert found["opens"] >= now + days * 86_400
    assert list(found.values()) == sorted(found.values())


def test_everything_that_has_a_name_in_the_service_has_one_on_pages() -> None:
    assert {each.id: each.name for each in TEMPLATES} == {
        name: text._args[0] for name, text in naming.TEMPLATES.items()
    }
    assert naming.ADVICE._args[0] == ADVICE
    assert set(naming.LEVELS) == set(LEVELS)
    assert set(naming.METHODS) == set(METHODS) - {"oidc"}
    assert set(naming.EVENTS) == set(registry.EVENTS)
    assert set(drafts.LAWS) == {"none", *Law}


def test_every_line_of_the_checklist_leads_to_a_page() -> None:
    source = Path(checklist.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'_(?:fault|warning)\(\s*"(\w+)"', source))
    assert codes - set(elections._STEP_OF) == {"bad_counting", "refused"}
    assert set(elections._STEP_OF) <= codes
