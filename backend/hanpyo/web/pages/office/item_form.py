"""An agenda item as a form: its fields as text, and back to the definition's content.

Only the shape is read here; what an item may say is the definition's to judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from hanpyo.web.pages.office import budget_form
from hanpyo.web.pages.office.budget_form import BudgetForm
from hanpyo.web.pages.office.saying import BadForm

METHODS: Final[dict[str, LazyString]] = {
    "choose-one": lazy_gettext("하나만 고르기 (찬성·반대·기권 등)"),
    "choose-up-to": lazy_gettext("정해진 수까지 고르기"),
    "approval": lazy_gettext("찬성하는 것 모두 고르기"),
    "score": lazy_gettext("점수 매기기"),
    "cumulative": lazy_gettext("점수 나누어 주기"),
    "ranking": lazy_gettext("순위 매기기"),
}
COUNTINGS: Final[dict[str, LazyString]] = {
    "irv": lazy_gettext("즉석 결선 (IRV): 한 명"),
    "stv": lazy_gettext("단기이양식 (STV): 여러 명"),
    "borda": lazy_gettext("보르다: 순위를 점수로"),
    "schulze": lazy_gettext("슐체: 둘씩 견주기"),
}
SHARES: Final[dict[str, LazyString]] = {
    "> 1/2": lazy_gettext("과반수 (1/2 초과)"),
    ">= 1/2": lazy_gettext("1/2 이상"),
    ">= 2/3": lazy_gettext("2/3 이상"),
    ">= 3/4": lazy_gettext("3/4 이상"),
    ">= 4/5": lazy_gettext("4/5 이상"),
    ">= 1/3": lazy_gettext("1/3 이상"),
    ">= 1/5": lazy_gettext("1/5 이상"),
    ">= 1/10": lazy_gettext("1/10 이상"),
}
DOCUMENTS: Final = 5
"""Documents that the form has room for; an item that has more keeps them."""
_NUMBERS: Final = {"minimum": 1, "maximum": None, "points": 1, "total": 0}
_LARGEST: Final = 6
_SEATS: Final = " seats="
"""What stands between method and number in `RankRule`'s text."""
EMPTY: Final[Mapping[str, Any]] = {
    "title": "",
    "options": ["찬성", "반대", "기권"],
    "rule": {"decision": "threshold", "quorum": "> 1/2", "approval": "> 1/2"},
}


@dataclass(frozen=True, slots=True)
class ItemForm:
    """Every field as the form shows it."""

    title: str
    description: str
    options: str
    method: str
    counting: str
    seats: str
    numbers: Mapping[str, str]
    rule: Mapping[str, str]
    documents: tuple[tuple[str, str], ...]
    budget: BudgetForm
    eligible: frozenset[str] | None


def shown(item: Mapping[str, Any]) -> ItemForm:
    """An item of a definition as a form."""
    rule = item.get("rule") or {}
    documents = [(each["title"], each["url"]) for each in item.get("documents") or ()]
    counting = item.get("counting") or {}
    rule_name, _, seats = str(counting.get("method", "")).partition(_SEATS)
    numbers = {
        name: "" if item.get(name, default) is None else str(item.get(name, default))
        for name, default in _NUMBERS.items()
    }
    return ItemForm(
        title=item.get("title", ""),
        description=item.get("description") or "",
        options="\n".join(_title(each) for each in item.get("options", ())),
        method=item.get("method", "choose-one"),
        counting=rule_name or "irv",
        seats=seats or "1",
        numbers=numbers,
        rule=_rule_texts(rule),
        documents=_padded(documents),
        budget=budget_form.shown(item),
        eligible=None if item.get("eligible") is None else frozenset(item["eligible"]),
    )


def typed(form: MultiDict[str, str]) -> ItemForm:
    """What somebody typed, to be shown again beside what is wrong with it."""
    titles, urls = form.getlist("documentTitle"), form.getlist("documentUrl")
    return ItemForm(
        title=form.get("title", ""),
        description=form.get("description", ""),
        options=form.get("options", ""),
        method=form.get("method", ""),
        counting=form.get("counting", ""),
        seats=form.get("seats", ""),
        numbers={name: form.get(name, "") for name in _NUMBERS},
        rule={name: form.get(name, "") for name in _rule_texts({})},
        documents=_padded(list(zip(titles, urls, strict=False))),
        budget=budget_form.typed(form),
        eligible=frozenset(form.getlist("eligible")) or None,
    )


def read(form: MultiDict[str, str], old: Mapping[str, Any]) -> dict[str, Any]:
    """The item that the form describes, with what `old` holds beyond it; raises `BadForm`."""
    method = form.get("method", "choose-one")
    item = {
        **old,
        "title": form.get("title", "").strip(),
        "description": _lines(form.get("description", "")) or None,
        "documents": _documents(form, old),
        "options": budget_form.with_costs(form, _options(form.get("options", ""), old)),
        "costCap": budget_form.cap(form),
        "eligible": form.getlist("eligible") or None,
        "method": method,
        "counting": _counting(form, method, old),
        "rule": _rule(form, old),
        **_numbers(form, method),
    }
    return {name: value for name, value in item.items() if value is not None}


def _documents(form: MultiDict[str, str], old: Mapping[str, Any]) -> list[dict[str, str]] | None:
    pairs = zip(form.getlist("documentTitle"), form.getlist("documentUrl"), strict=False)
    told = [{"title": title.strip(), "url": url.strip()} for title, url in pairs]
    kept = [each for each in told if each["title"] or each["url"]]
    return [*kept, *list(old.get("documents") or ())[DOCUMENTS:]] or None


def _options(text: str, old: Mapping[str, Any]) -> list[Any]:
    """An option a line; one that has a group keeps it while its title stays."""
    known = {_title(each): each for each in old.get("options", ())}
    titles = [line.strip() for line in text.splitlines() if line.strip()]
    return [known.get(title, title) for title in titles]


def _counting(
    form: MultiDict[str, str], method: str, old: Mapping[str, Any]
) -> dict[str, Any] | None:
    """How ranks are counted, or a budget is spent."""
    kept: dict[str, Any] | None = old.get("counting")
    if method != "ranking":
        return budget_form.counting(form, None if old.get("method") == "ranking" else kept)
    name, seats = form.get("counting", ""), _number(form.get("seats", ""), "counting") or 1
    return {**(kept or {}), "method": f"{name}{_SEATS}{seats}"}


def _rule(form: MultiDict[str, str], old: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: form.get(name, "") for name in _rule_texts({})}
    if given["decision"] != "threshold":
        return {"decision": "counted"}
    rule = {**(old.get("rule") or {}), **given}
    return {name: value for name, value in rule.items() if value}


def _numbers(form: MultiDict[str, str], method: str) -> dict[str, int | None]:
    """The numbers that belong to the method; the definition's own defaults for the others."""
    wanted = {
        "choose-one": (),
        "choose-up-to": ("minimum", "maximum"),
        "approval": ("minimum", "maximum"),
        "score": ("minimum", "maximum", "points"),
        "cumulative": ("minimum", "maximum", "points", "total"),
        "ranking": ("minimum", "maximum"),
    }.get(method, ())
    return {
        name: _number(form.get(name, ""), name) if name in wanted else None for name in _NUMBERS
    }


def _number(text: str, name: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _LARGEST:
        raise BadForm(name)
    return int(text)


def _rule_texts(rule: Mapping[str, Any]) -> dict[str, str]:
    defaults = {
        "decision": "counted",
        "unit": "heads",
        "base": "present",
        "quorum": "",
        "presence": "",
        "approval": "",
    }
    return {name: str(rule.get(name) or default) for name, default in defaults.items()}


def _padded(documents: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    room = [*documents[:DOCUMENTS], *[("", "")] * DOCUMENTS]
    return tuple(room[: max(2, min(DOCUMENTS, len(documents) + 1))])


def _title(option: Any) -> str:
    return option if isinstance(option, str) else str(option.get("title", ""))


def _lines(text: str) -> str:
    return "\n".join(text.strip().splitlines())
