"""How this request's language is called, and moments as it tells them."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale

_SEOUL: Final = ZoneInfo("Asia/Seoul")
_SHAPES: Final = {"ko": "y년 M월 d일 (E) HH:mm", "en": "EEE, d MMM y, HH:mm"}


def language() -> str:
    """The language of this answer, as HTML names it."""
    return str(get_locale())


def moment_words(seconds: int) -> str:
    """A moment in Korea's time."""
    when = datetime.fromtimestamp(seconds, _SEOUL)
    return str(format_datetime(when, _SHAPES[language()], locale=get_locale()))
