"""Classes of voters as a form: a row each, with its group and what it may not choose.

A roll's column `구분` names these classes. Where no row names a group, all vote together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from hanpyo.web.pages.office.saying import BadForm

MOST: Final = 40
"""Rows that the form has room for."""
_SPARE: Final = 2
_PAIR: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One row as text; `barred` is pairs `item-option`, both from 1."""

    name: str = ""
    group: str = ""
    barred: str = ""


def shown(content: Mapping[str, Any]) -> tuple[ClassRow, ...]:
    """The rows of a definition, and some that are empty."""
    rows = [
        ClassRow(
            str(each.get("name", "")),
            str(each.get("group") or ""),
            ", ".join(f"{item}-{option}" for item, option in each.get("barred") or ()),
        )
        for each in content.get("classes") or ()
    ]
    return _with_spare(rows)


def typed(form: MultiDict[str, str]) -> tuple[ClassRow, ...]:
    """The rows as they were sent."""
    return _with_spare(_rows(form))


def read(form: MultiDict[str, str]) -> dict[str, Any]:
    """`classes` and `groups` of a definition, None for those that it does without.

    Raises `BadForm`.
    """
    rows = _rows(form)
    groups = list(dict.fromkeys(row.group for row in rows if row.group))
    if any(not row.name for row in rows):
        raise BadForm("classes")
    if groups and not all(row.group for row in rows):
        raise BadForm("groups", "group_missing")
    return {"classes": [_part(row) for row in rows] or None, "groups": groups or None}


def _rows(form: MultiDict[str, str]) -> list[ClassRow]:
    columns = [form.getlist(name) for name in ("className", "classGroup", "classBarred")]
    rows = [ClassRow(*(cell.strip() for cell in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row != ClassRow()]


def _part(row: ClassRow) -> dict[str, Any]:
    parts = {"name": row.name, "group": row.group, "barred": _pairs(row.barred)}
    return {name: value for name, value in parts.items() if value}


def _pairs(text: str) -> list[list[int]]:
    found = []
    for each in filter(None, re.split(r"[,\s]+", text)):
        pair = _PAIR.fullmatch(each)
        if pair is None:
            raise BadForm("barred")
        found.append([int(pair[1]), int(pair[2])])
    return found


def _with_spare(rows: list[ClassRow]) -> tuple[ClassRow, ...]:
    return (*rows, *[ClassRow()] * max(0, min(_SPARE, MOST - len(rows))))
