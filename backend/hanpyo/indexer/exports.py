"""Public data as CSV, safe to open in a spreadsheet, and as JSON-LD (docs/exports.md).

A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM: Final = "\ufeff"
CONTEXT: Final = {
    "@vocab": "https://schema.org/",
    "hanpyo": "urn:hanpyo:vocabulary:",
    "heads": {"@id": "hanpyo:heads", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
    "weight": {"@id": "hanpyo:weight", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
    "channel": "hanpyo:channel",
    "group": "hanpyo:group",
    "item": "hanpyo:item",
    "option": "hanpyo:option",
    "block": "hanpyo:block",
    "logIndex": "hanpyo:logIndex",
    "transaction": "hanpyo:transaction",
    "kind": "hanpyo:kind",
    "payload": {"@id": "hanpyo:payload", "@type": "@json"},
    "timestamp": "hanpyo:timestamp",
    "records": {"@id": "hasPart", "@container": "@list"},
}
"""The vocabulary of JSON-LD: schema.org's Dataset, and our own words for what it lacks."""


def safe_cell(value: object) -> object:
    """The value, or its text made harmless where a spreadsheet would run it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """The rows under these columns (RFC 4180, UTF-8 with the mark that Excel needs)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(row.get(column)) for column in columns])
    return (_BOM + text.getvalue()).encode()


def to_json_ld(
    *, name: str, url: str, modified: str, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A dataset of these records. `modified` is a time as ISO 8601."""
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": url,
        "url": url,
        "name": name,
        "dateModified": modified,
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "records": list(records),
    }
