"""Files as Korean offices make them, and files that are none."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from hanpyo.elections.roll_import.lines import MOST_COLUMNS
from tests.unit.elections.roll_import.books import (
    altered,
    codes,
    preview,
    saved,
    warned,
    workbook,
)

TEXT = "이름,휴대폰\n김한표,010-1234-5678\n똠방각하,01098765432\n"
PHONES = ("+821012345678", "+821098765432")
BOMB = b"0" * (5 << 20)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_are_found_out(
    encoding: str, separator: str, end: str
) -> None:
    text = TEXT.replace(",", separator).replace("\n", end)
    found = preview(text.encode(encoding))
    assert found.errors == ()
    assert [row.person.name for row in found.rows] == ["김한표", "똠방각하"]
    assert [row.person.phone for row in found.rows] == list(PHONES)
    assert [row.row for row in found.rows] == [2, 3]


def test_euc_kr_and_big_endian_utf_16_are_read() -> None:
    text = TEXT.replace("똠방각하", "박")
    for data in (text.encode("euc-kr"), b"\xfe\xff" + text.encode("utf-16-be")):
        assert [row.person.name for row in preview(data).rows] == ["김한표", "박"]


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    found = preview('2026년 명부\n\n이름,휴대폰\n"김\n한표",010-1234-5678\n\n박,12\n')
    assert [row.row for row in found.rows] == [4]
    assert codes(found) == [(6, "bad_phone")]
    assert found.errors[0].column == "휴대폰"


def test_excels_hint_of_a_separator_is_no_row() -> None:
    found = preview("sep=;\r\n이름;휴대폰\r\n김;010-1234-5678\r\n")
    assert [row.row for row in found.rows] == [2]


def test_the_trick_that_keeps_a_zero_is_understood() -> None:
    assert preview('이름,휴대폰\n김,"=""01012345678"""\n').rows[0].person.phone == PHONES[0]


def test_a_workbook_is_read_with_its_dates_numbers_and_texts() -> None:
    found = preview(
        workbook(
            ("성명", "핸드폰 번호", "생년월일", "조합원번호", "지분"),
            ("김한표", 1012345678, date(1960, 1, 2), 17, 0.1),
            ("박한표", "010-9876-5432", date(1970, 3, 4), "00018", 2),
        )
    )
    assert found.errors == ()
    first, second = (row.person for row in found.rows)
    assert (first.phone, first.birth_date, first.number) == (PHONES[0], date(1960, 1, 2), "17")
    assert (second.phone, second.number) == (PHONES[1], "00018")
    assert [str(row.weight) for row in found.rows] == ["1/10", "2"]


def test_percentages_of_excel_are_percentages() -> None:
    def style(sheet: Any) -> None:
        sheet["B2"].number_format = "0.0%"

    found = preview(workbook(("이름", "지분율"), ("김", 0.125), ("박", "87.5%"), change=style))
    assert [str(row.weight) for row in found.rows] == ["1/8", "7/8"]
    assert found.errors == ()


def test_what_excel_made_of_a_fraction_is_refused() -> None:
    def style(sheet: Any) -> None:
        sheet["B2"].number_format = "# ?/?"

    data = workbook(("이름", "지분"), ("김", 1 / 3), ("박", date(2026, 1, 3)), change=style)
    assert codes(preview(data)) == [(2, "rounded_fraction"), (3, "not_a_date")]


def test_formulas_and_error_values_are_refused_where_they_stand() -> None:
    data = workbook(("이름", "지분"), ("김", "=1+1"), ("박", "#N/A"), ("이", 3))
    found = preview(data)
    assert codes(found) == [(2, "formula"), (3, "error_value")]
    assert [row.row for row in found.rows] == [4]
    assert codes(preview("이름,지분\n=HYPERLINK(1),3\n")) == [(2, "formula")]


def test_only_the_first_visible_sheet_is_read_and_the_others_named() -> None:
    book = Workbook()
    hidden, first, second = book.worksheets[0], book.create_sheet("명부"), book.create_sheet("메모")
    hidden.title, hidden.sheet_state = "옛 명부", "hidden"
    hidden.append(["이름"])
    hidden.append(["숨은 사람"])
    first.append(["이름"])
    first.append(["김한표"])
    second.append(["아무것도"])
    found = preview(saved(book))
    assert [row.person.name for row in found.rows] == ["김한표"]
    assert warned(found) == [(None, "hidden_sheet"), (None, "more_sheets")]
    assert "옛 명부" in found.warnings[0].korean
    assert "메모" in found.warnings[1].english


def test_a_workbook_whose_sheets_are_hidden_is_refused() -> None:
    # openpyxl itself saves no workbook without a visible sheet.
    book = _part(BOOK, "xl/workbook.xml").replace(b'state="visible"', b'state="veryHidden"')
    found = preview(altered(BOOK, "xl/workbook.xml", book))
    assert (None, "only_hidden_sheets") in codes(found)


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    data = workbook(("이름",), ("김",), ("박",))
    sheet = _part(data, "xl/worksheets/sheet1.xml").replace(b'ref="A1:A3"', b'ref="A1:A2"')
    found = preview(altered(data, "xl/worksheets/sheet1.xml", sheet))
    assert len(found.rows) == 2


@pytest.mark.parametrize("cell", [b'r="ZZZZZ9"', b'r="A99999999999"'])
def test_a_cell_far_away_costs_nothing(cell: bytes) -> None:
    data = workbook(("이름",), ("김",))
    sheet = _part(data, "xl/worksheets/sheet1.xml")
    sheet = sheet.replace(b'r="A2"', cell).replace(b'<row r="2"', b'<row r="99999999999"')
    assert codes(preview(altered(data, "xl/worksheets/sheet1.xml", sheet)))


def _part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BOOK = workbook(("이름",), ("김",))
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<si><t>&x;</t></si></sst>"
)
LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><r>&c;</r>'
)
STRINGS = "xl/sharedStrings.xml"
REFUSED = {
    "nothing": (b"", "empty_file"),
    "NUL": (b"\0" * 100, "unknown_encoding"),
    "no text": (b"\xff\xff\xfe\x00\x81\xff", "unknown_encoding"),
    "half a UTF-16": (TEXT.encode("utf-16")[:-1], "unknown_encoding"),
    "old Excel": (COMPOUND, "old_workbook"),
    "encrypted": (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
    "PDF": (b"%PDF-1.7\n", "other_workbook"),
    "web page called xls": (b"\r\n<html><table><tr><td>\xec\x9d\xb4", "other_workbook"),
    "zip with nothing": (b"PK\x05\x06" + bytes(18), "other_workbook"),
    "zip without its end": (BOOK[:500], "broken_workbook"),
    "other office": (altered(BOOK, "xl/workbook.xml", None), "other_workbook"),
    "damaged sheet": (altered(BOOK, "xl/worksheets/sheet1.xml", b"<worksheet"), "broken_workbook"),
    "bomb": (altered(BOOK, STRINGS, BOMB), "unsafe_workbook"),
    "bomb beside": (altered(BOOK, "xl/media/image1.png", BOMB), "unsafe_workbook"),
    "archive within": (altered(BOOK, "xl/embeddings/a.xlsx", b"PK"), "unsafe_workbook"),
    "unusual packing": (altered(BOOK, "x", b"x", method=zipfile.ZIP_LZMA), "unsafe_workbook"),
    "outer entity": (altered(BOOK, STRINGS, XXE), "unsafe_workbook"),
    "outer entity in UTF-16": (
        altered(BOOK, STRINGS, XXE.decode().replace("?>", ' encoding="utf-16"?>').encode("utf-16")),
        "unsafe_workbook",
    ),
    "a billion laughs": (altered(BOOK, "xl/workbook.xml", LAUGHS), "unsafe_workbook"),
    "no heading": ("김한표,010-1234-5678\n".encode(), "no_header"),
    "headings of nobody": ("지분,구분\n1,2\n".encode(), "no_header"),
    "nobody below": ("이름,휴대폰\n".encode(), "no_rows"),
    "open quote": ('이름\n김\n"박\n'.encode(), "broken_csv"),
    "too wide": (("이름" + "," * MOST_COLUMNS + "x\n").encode(), "too_many_columns"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_other_files_are_refused_with_the_reason(data: bytes, code: str) -> None:
    found = preview(data)
    assert code in [note.code for note in found.errors]
    assert all(note.korean and note.english for note in found.errors)


def test_an_encrypted_entry_is_an_encrypted_workbook() -> None:
    at = BOOK.index(b"PK\x01\x02") + 8
    data = BOOK[:at] + b"\x01" + BOOK[at + 1 :]
    assert codes(preview(data))[0] == (None, "encrypted_workbook")


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says() -> None:
    data = altered(BOOK, STRINGS, BOMB)
    lied = data.replace((5 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert codes(preview(lied))[0] == (None, "broken_workbook")


def test_too_many_entries_are_refused() -> None:
    out = io.BytesIO(BOOK)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(1_001):
            archive.writestr(f"x{number}", b"")
    assert codes(preview(out.getvalue()))[0] == (None, "unsafe_workbook")


def test_two_entries_of_one_name_are_refused() -> None:
    out = io.BytesIO(BOOK)
    with (
        zipfile.ZipFile(out, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        archive.writestr("xl/workbook.xml", b"<x/>")
    assert codes(preview(out.getvalue()))[0] == (None, "unsafe_workbook")
