"""Public data as files: columns as named, and words that JSON-LD knows."""

import csv
import io

from hanpyo.indexer.exports import to_csv, to_json_ld


def test_csv_has_the_columns_asked_for_in_their_order_and_no_formula() -> None:
    sheet = to_csv(["b", "a"], [{"a": "=1+1", "b": 1, "c": 2}, {"b": "표"}]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet, newline="")))
    assert rows == [["b", "a"], ["1", "'=1+1"], ["표", ""]]


def test_json_ld_names_every_word_it_uses() -> None:
    record = {"item": 0, "option": 1, "channel": "online", "group": 0, "heads": 1, "weight": "1"}
    document = to_json_ld(name="표", url="https://x.example/", modified="2026", records=[record])
    assert set(record) <= set(document["@context"])
    assert document["records"] == [record]
