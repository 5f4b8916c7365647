"""Costs of options, and how a budget is spent on them, as the fields of an item's form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict

from hanpyo.web.pages.office.saying import BadForm

SPENDINGS: Final[dict[str, LazyString]] = {
    "": lazy_gettext("집계만 하기"),
    "greedy-skip threshold=0": lazy_gettext("표가 많은 차례로, 예산에 들어가는 것만"),
    "greedy-stop threshold=0": lazy_gettext("표가 많은 차례로, 예산을 넘으면 멈춤"),
    "equal-shares completion=add1u utility=cost increment=1": lazy_gettext(
        "동등 몫: 예산을 선거인마다 같은 몫으로 나눔"
    ),
}
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class BudgetForm:
    """The fields as text; `costs` has a line for each option."""

    costs: str
    cap: str
    spending: str
    budget: str


def shown(item: Mapping[str, Any]) -> BudgetForm:
    """The fields of an item of a definition."""
    costs = [_cost(option) for option in item.get("options", ())]
    counting = item.get("counting") or {}
    has_rule = item.get("method") != "ranking"
    return BudgetForm(
        costs="\n".join(costs) if any(costs) else "",
        cap=str(item.get("costCap") or ""),
        spending=str(counting.get("method", "")) if has_rule else "",
        budget=str(counting.get("budget", "")),
    )


def typed(form: MultiDict[str, str]) -> BudgetForm:
    """The fields as they were sent."""
    return BudgetForm(*(form.get(name, "") for name in ("costs", "costCap", "spending", "budget")))


def with_costs(form: MultiDict[str, str], options: Sequence[Any]) -> list[Any]:
    """The options with the costs that the form gives; raises `BadForm`."""
    costs = [amount(line, "costs") for line in form.get("costs", "").split()]
    if costs and len(costs) != len(options):
        raise BadForm("costs", "costs_differ")
    return [
        _option(option, costs[place] if costs else None) for place, option in enumerate(options)
    ]


def cap(form: MultiDict[str, str]) -> int | None:
    """What one ballot's choices may cost together; raises `BadForm`."""
    return amount(form.get("costCap", ""), "costCap") or None


def counting(form: MultiDict[str, str], kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How the budget is spent, with what `kept` holds beyond it; raises `BadForm`."""
    spending = form.get("spending", "")
    if not spending:
        return None
    budget = amount(form.get("budget", ""), "budget")
    if budget is None:
        raise BadForm("budget")
    return {**(kept or {}), "method": spending, "budget": budget}


def amount(text: str, name: str) -> int | None:
    """A whole number, with or without commas; None for nothing. Raises `BadForm`."""
    digits = text.strip().replace(",", "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise BadForm(name)
    return int(digits)


def _cost(option: Any) -> str:
    known = None if isinstance(option, str) else option.get("cost")
    return "" if known is None else str(known)


def _option(option: Any, cost: int | None) -> Any:
    parts = {"title": option} if isinstance(option, str) else dict(option)
    parts["cost"] = cost
    given = {name: value for name, value in parts.items() if value is not None}
    return given["title"] if set(given) == {"title"} else given
