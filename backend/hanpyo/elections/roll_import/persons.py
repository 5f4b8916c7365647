"""Persons who stand on the roll twice, and those who share a telephone or a mail address."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from hanpyo.elections.normal_forms import name_key
from hanpyo.elections.people import name_birth
from hanpyo.elections.roll_import.notes import Note, note
from hanpyo.elections.roll_import.rows import RollRow


def find_twice(rows: Iterable[RollRow], titles: Mapping[str, str]) -> tuple[list[Note], list[Note]]:
    """Errors for persons named twice, warnings for contacts that different persons share.

    A note stands at the later row and names the first; `titles` are the headings by field.
    """
    errors: list[Note] = []
    warnings: list[Note] = []
    first: dict[tuple[str, object], int] = {}
    for row in rows:
        same = _first_match(row, _IDENTITIES, first)
        if same is not None:
            code, other = same
            field = _FIELD[code]
            errors.append(note(code, row.row, titles.get(field), other=other))
        shared = _first_match(row, _CONTACTS, first)
        if shared is not None and same is None:
            code, other = shared
            warnings.append(note(code, row.row, titles.get(_FIELD[code]), other=other))
    return errors, warnings


_Key = Callable[[RollRow], object | None]


def _first_match(
    row: RollRow, keys: Mapping[str, _Key], first: dict[tuple[str, object], int]
) -> tuple[str, int] | None:
    """The first code under which an earlier row is the same; every key of this row is noted."""
    found = [
        (code, other)
        for code, key in _known(row, keys)
        if (other := first.setdefault((code, key), row.row)) != row.row
    ]
    return found[0] if found else None


def _known(row: RollRow, keys: Mapping[str, _Key]) -> Iterator[tuple[str, object]]:
    for code, of in keys.items():
        key = of(row)
        if key is not None:
            yield code, key


def _named(row: RollRow) -> str:
    return name_key(row.person.name or "")


def _number(row: RollRow) -> str | None:
    return name_key(row.person.number) if row.person.number else None


def _phone_and_name(row: RollRow) -> tuple[str, str] | None:
    return (row.person.phone, _named(row)) if row.person.phone else None


def _mail_and_name(row: RollRow) -> tuple[str, str] | None:
    return (row.person.mail.lower(), _named(row)) if row.person.mail else None


def _name_and_birth(row: RollRow) -> str | None:
    person = row.person
    return name_birth(person.name, person.birth_date) if person.name and person.birth_date else None


_IDENTITIES: Final[dict[str, _Key]] = {
    "same_number": _number,
    "same_phone_and_name": _phone_and_name,
    "same_mail_and_name": _mail_and_name,
    "same_name_and_birth": _name_and_birth,
    "same_wallet": lambda row: row.wallet,
    "same_subject": lambda row: row.person.subject,
}
_CONTACTS: Final[dict[str, _Key]] = {
    "shared_phone": lambda row: row.person.phone,
    "shared_mail": lambda row: row.person.mail and row.person.mail.lower(),
}
_FIELD: Final = {
    "same_number": "number",
    "same_phone_and_name": "phone",
    "same_mail_and_name": "mail",
    "same_name_and_birth": "name",
    "same_wallet": "wallet",
    "same_subject": "subject",
    "shared_phone": "phone",
    "shared_mail": "mail",
}
