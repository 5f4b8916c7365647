"""Whatever a file holds: nothing is raised, and what is written comes back."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from hanpyo.elections.roll_import.csv_file import read_csv
from hanpyo.spreadsheets import write_csv
from tests.unit.elections.roll_import.books import preview, workbook

cells = st.text(max_size=40)
spreadsheet_cells = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    max_size=40,
)
written_cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
)
HEAD = ("이름", "휴대폰", "이메일", "생년월일", "지분", "구분", "지갑주소", "조합원번호")


@given(st.binary(max_size=300))
@example(b"PK\x03\x04")
@example(b"\xef\xbb\xbf")
def test_any_bytes_give_a_preview(data: bytes) -> None:
    found = preview(data)
    assert found.rows or found.errors


@given(st.lists(st.tuples(*(cells for _ in HEAD)), min_size=1, max_size=3))
def test_any_text_in_any_cell_gives_a_preview(rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEAD, *rows])
    found = preview(text.getvalue().encode("utf-8", "replace"))
    assert len(found.rows) <= len(rows)


@given(spreadsheet_cells, st.floats(), st.integers(-(10**30), 10**30))
def test_any_value_in_a_workbook_gives_a_preview(text: str, number: float, whole: int) -> None:
    preview(workbook(("이름", "지분", "조합원번호"), (text, number, whole)))


@given(st.lists(st.lists(written_cells, min_size=1, max_size=3), max_size=4))
def test_what_is_written_comes_back(rows: list[list[str]]) -> None:
    header = ["이름", "휴대폰", "이메일"]
    found = read_csv(write_csv(header, rows))
    assert found.errors == ()
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(line.cells) for line in found.lines][1:] == expected
