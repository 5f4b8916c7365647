"""One form for each thing by which a person is known, so that equal things are found equal.

Texts are NFC, full-width forms folded, spaces single; characters that show nothing or turn the
reading direction are refused, because two persons could look the same with them. What is refused is
named by a stable code; the refused value itself is never part of a message.
"""

import re
import unicodedata
from datetime import date
from typing import ClassVar, Final

import phonenumbers

from hanpyo.errors import HanpyoError

_REGION: Final = "KR"
_LONGEST_MAIL: Final = 254
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MAIL: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+",
    re.ASCII | re.IGNORECASE,
)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().\-]*")
_INTERNATIONAL: Final = re.compile(r"^00(?=82)")
# Numbers of 010 have eight digits more, which the library's plan does not insist on.
_MOBILE, _MOBILE_LENGTH = "+8210", 13
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_YEAR_FIRST: Final = re.compile(
    r"([12][0-9]{3})(?:\s?[-./]\s?|년\s?)([0-9]{1,2})(?:\s?[-./]\s?|월\s?)([0-9]{1,2})(?:\s?[.일])?"
)
_EIGHT: Final = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})")
_NO_CENTURY: Final = re.compile(r"[0-9]{6}|[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}\.?")
_OLDEST_YEAR: Final = 1880


class BadForm(HanpyoError):
    """A value that has no normal form; `problem` is a stable name for why."""

    code: ClassVar[str] = "bad_form"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


def clean(text: str) -> str:
    """The text in NFC, full-width forms folded, spaces single and none around it.

    Raises `BadForm("hidden_character")` for control, format and unassigned characters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    folded = unicodedata.normalize("NFC", text.translate(_FULL_WIDTH))
    folded = " ".join(folded.split())
    if any(unicodedata.category(character)[0] == "C" for character in folded):
        raise BadForm("hidden_character")
    return folded


def name_key(name: str) -> str:
    """A name as it is compared: without spaces, without case."""
    return "".join(name.split()).casefold()


def phone_number(text: str) -> str:
    """A cleaned telephone number in E.164, read as a Korean one where it names no country.

    The zero in front may be missing, as Excel drops it. Raises `BadForm("bad_phone")`.
    """
    plain = _DASHES.sub("-", text)
    if not _PHONE.fullmatch(plain):
        raise BadForm("bad_phone")
    try:
        number = phonenumbers.parse(_INTERNATIONAL.sub("+", plain, 1), _REGION)
    except phonenumbers.NumberParseException:
        raise BadForm("bad_phone") from None
    if not phonenumbers.is_valid_number(number):
        raise BadForm("bad_phone")
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension or (found.startswith(_MOBILE) and len(found) != _MOBILE_LENGTH):
        raise BadForm("bad_phone")
    return found


def mail_address(text: str) -> str:
    """A cleaned mail address as it is written to; raises `BadForm("bad_mail")`."""
    if len(text) > _LONGEST_MAIL or not _MAIL.fullmatch(text) or ".." in text:
        raise BadForm("bad_mail")
    return text


def birth_date(text: str, today: date) -> date:
    """The date in a cleaned text: 1960-01-02, 1960.1.2., 1960/1/2, 1960년 1월 2일, 19600102.

    Raises `BadForm`: `birth_needs_century` where the year has two digits, else `bad_birth_date`.
    """
    if _NO_CENTURY.fullmatch(text):
        raise BadForm("birth_needs_century")
    found = _YEAR_FIRST.fullmatch(text) or _EIGHT.fullmatch(text)
    if found is None:
        raise BadForm("bad_birth_date")
    try:
        born = date(*map(int, found.groups()))
    except ValueError:
        raise BadForm("bad_birth_date") from None
    if born.year < _OLDEST_YEAR or born > today:
        raise BadForm("bad_birth_date")
    return born
