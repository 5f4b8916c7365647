"""Spreadsheets run nothing that somebody else has written."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hanpyo.spreadsheets import neutral, plain, write_csv

FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A0'),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)"),
)
SIGNS = set("=+-@＝＋－＠\t\r\n")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_text(formula: str) -> None:
    assert read(write_csv([formula], [[formula]])) == [["'" + formula]] * 2


@pytest.mark.parametrize("value", ["", "표", "a=b", "0x12", 12, None, 'say "yes", or\nnot'])
def test_everything_else_stays_and_comes_back(value: object) -> None:
    shown = "" if value is None else str(value)
    assert read(write_csv(["a", "b"], [[value, 1]]))[1] == [shown, "1"]


@given(st.text(max_size=40))
@example("=1+1")
@example("'=1+1")
@example("''@x")
@example("'")
def test_a_neutral_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert not SIGNS & set(neutral(text)[:1])
    assert plain(neutral(text)) == text


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
