"""The times of an election as a form: moments in Korea's time, to the minute."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hanpyo.elections.templates import NOTICES, Law
from hanpyo.web.pages.office.saying import BadForm

SEOUL: Final = ZoneInfo("Asia/Seoul")
FIELDS: Final = (
    "opens",
    "closes",
    "rebindUntil",
    "barrier",
    "opening",
    "keyDeadline",
    "certify",
)
_BEFORE_OPENING: Final = ("rebindUntil", "barrier")
_SHAPE: Final = "%Y-%m-%dT%H:%M"
_HOUR: Final = 3_600
_DAY: Final = 86_400


def proposed(now: int, law: Law | None) -> dict[str, int]:
    """Times to start from: after the notice that the law asks for, three days of voting."""
    days = (NOTICES[law].days if law else 1) + 1
    first = datetime.fromtimestamp(now, SEOUL) + timedelta(days=days)
    opens = int(first.replace(hour=9, minute=0, second=0, microsecond=0).timestamp())
    return completed(opens, opens + 2 * _DAY + 9 * _HOUR)


def soon(now: int) -> dict[str, int]:
    """Times of a test: it opens in a quarter of an hour and takes an hour."""
    opens = (now // 60 + 15) * 60
    return completed(opens, opens + _HOUR)


def completed(opens: int, closes: int) -> dict[str, int]:
    """Every time, an hour after the close for counting and a day for the key."""
    opening = closes + _HOUR
    return {
        "opens": opens,
        "closes": closes,
        "opening": opening,
        "keyDeadline": opening + _DAY,
        "certify": opening + _DAY + _HOUR,
    }


def shown(times: Mapping[str, Any]) -> dict[str, str]:
    """Times of a definition as the fields show them; empty where one follows another."""
    return {name: _text(times.get(name)) for name in FIELDS}


def read(form: Mapping[str, str]) -> dict[str, int]:
    """The times that the form gives; without an opening it and what follows are set anew.

    Raises `BadForm`.
    """
    told = {name: form.get(name, "").strip() for name in FIELDS}
    if not told["opens"] or not told["closes"]:
        raise BadForm("times")
    found = {name: _seconds(text) for name, text in told.items() if text}
    if told["opening"]:
        return found
    earlier = {name: found[name] for name in _BEFORE_OPENING if name in found}
    return completed(found["opens"], found["closes"]) | earlier


def _text(value: Any) -> str:
    if value is None:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else _moment(value)
    return moment.astimezone(SEOUL).strftime(_SHAPE)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, SEOUL)


def _seconds(text: str) -> int:
    try:
        naive = datetime.fromisoformat(text)
        moment = naive.replace(tzinfo=SEOUL)
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        raise BadForm("times") from None
