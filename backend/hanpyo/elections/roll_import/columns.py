"""Which column means what, by its heading in Korean or English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hanpyo.elections.normal_forms import BadForm, clean
from hanpyo.elections.roll_import.lines import Cell, Line
from hanpyo.elections.roll_import.notes import Note, note

# The names of each field, the best first: of two columns that mean the same the better one is read.
_NAMES: Final[dict[str, str]] = {
    "name": "조합원명 조합원성명 회원명 회원성명 선거인명 성명 이름 소유자명 소유자 대표자명 "
    "fullname membername name",
    "phone": "휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰 핸드폰번호 연락처 전화번호 전화 "
    "mobile mobilephone mobilenumber cell cellphone cellnumber phone phonenumber telephone tel",
    "mail": "이메일 이메일주소 전자우편 전자우편주소 전자메일 메일 메일주소 "
    "email emailaddress mail mailaddress",
    "birth_date": "생년월일 생일 출생일 출생일자 birthdate dateofbirth birthday birth dob",
    "address": "주소 거주지 거주지주소 우편주소 자택주소 address postaladdress homeaddress",
    "number": "조합원번호 회원번호 선거인번호 사번 학번 번호아이디 "
    "membernumber memberno memberid number identity",
    "subject": "로그인식별자 oidcsubject openidsubject subject sub",
    "co_owners": "공유자 공동소유자 공유자명 coowners coowner",
    "weight": "의결권 의결권수 지분 지분율 지분비율 좌수 출자좌수 구좌 구좌수 표수 가중치 "
    "weight votes share shares",
    "class": "구분 분류 선거구 그룹 동 class group category building",
    "wallet": "지갑주소 지갑 walletaddress wallet ethereumaddress key",
}
_RESIDENT: Final = frozenset({"주민등록번호", "주민번호", "residentregistrationnumber", "rrn"})
_RANKS: Final = {
    name: (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}
_PERSONAL: Final = frozenset({"name", "phone", "mail", "number", "subject", "wallet"})
_IN_BRACKETS: Final = re.compile(r"[(\[<{].*?[)\]>}]")
_NO_LETTER: Final = re.compile(r"[\W_]+")
_HEADER_WITHIN: Final = 10
_LONGEST_HEADING: Final = 60
TITLES: Final = {
    "name": "이름",
    "phone": "휴대폰",
    "mail": "이메일",
    "birth_date": "생년월일",
    "address": "주소",
    "number": "조합원번호",
    "subject": "로그인식별자",
    "co_owners": "공유자",
    "weight": "지분",
    "class": "구분",
    "wallet": "지갑주소",
}
"""The heading of each field in files that are written here."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: its place, its heading as the file says it, its meaning."""

    index: int
    title: str
    field: str


@dataclass(frozen=True, slots=True)
class Header:
    """The row of headings, its columns, and what to say of them."""

    line: int
    columns: tuple[Column, ...]
    errors: tuple[Note, ...]
    warnings: tuple[Note, ...]


def find_header(lines: Sequence[Line]) -> Header | None:
    """The header among the first lines: the one with the most known headings, a person's too."""
    first = lines[:_HEADER_WITHIN]
    best = max(first, key=lambda line: known_headings(line.cells), default=None)
    if best is None:
        return None
    header = _header(best)
    fields = {column.field for column in header.columns}
    return header if fields & _PERSONAL else None


def known_headings(cells: Sequence[Cell]) -> int:
    """How many cells are headings that are known."""
    names = [_name(cell) for cell in cells if isinstance(cell, str)]
    return sum(name in _RANKS or name in _RESIDENT for name in names)


def _header(line: Line) -> Header:
    errors: list[Note] = []
    warnings: list[Note] = []
    best: dict[str, tuple[int, Column]] = {}
    for index, cell in enumerate(line.cells):
        title = _title(cell)
        name = _name(title)
        if name in _RESIDENT:
            errors.append(note("resident_number", line.number, title))
            continue
        if name not in _RANKS:
            if name:
                warnings.append(note("column_ignored", line.number, title))
            continue
        field, rank = _RANKS[name]
        found = (rank, Column(index, title, field))
        other = best.setdefault(field, found)
        if other is found:
            continue
        if other[0] == rank:
            errors.append(note("column_twice", line.number, title))
            continue
        best[field], worse = sorted((other, found), key=lambda each: each[0])
        warnings.append(note("column_ignored", line.number, worse[1].title))
    columns = sorted((column for _, column in best.values()), key=lambda column: column.index)
    return Header(line.number, tuple(columns), tuple(errors), tuple(warnings))


def _title(cell: Cell) -> str:
    """A heading fit to be repeated: a text, not too long, nothing hidden in it."""
    try:
        return clean(cell)[:_LONGEST_HEADING] if isinstance(cell, str) else ""
    except BadForm:
        return ""


def _name(heading: str) -> str:
    """A heading as it is compared: no remark in brackets, no spaces, no signs, no case."""
    if len(heading) > _LONGEST_HEADING:
        return ""
    return _NO_LETTER.sub("", _IN_BRACKETS.sub("", _title(heading))).casefold()
