"""Spreadsheets run nothing that an election's data says."""

import csv
import io

import pytest

from hanpyo.indexer.exports import safe_cell, to_csv, to_json_ld

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A0']


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_text(formula: str) -> None:
    assert safe_cell(formula) == "'" + formula
    sheet = to_csv(["a"], [{"a": formula}]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(sheet, newline="")))[1] == ["'" + formula]


@pytest.mark.parametrize("value", ["", "표", "a=b", "0x12", 12, None, 'say "yes", or\nnot'])
def test_everything_else_stays_and_comes_back(value: object) -> None:
    assert safe_cell(value) == value
    sheet = to_csv(["a", "b"], [{"a": value, "b": 1}]).decode("utf-8-sig")
    shown = "" if value is None else str(value)
    assert list(csv.reader(io.StringIO(sheet, newline="")))[1] == [shown, "1"]


def test_json_ld_names_every_word_it_uses() -> None:
    record = {"item": 0, "option": 1, "channel": "online", "group": 0, "heads": 1, "weight": "1"}
    document = to_json_ld(name="표", url="https://x.example/", modified="2026", records=[record])
    assert set(record) <= set(document["@context"])
    assert document["records"] == [record]
