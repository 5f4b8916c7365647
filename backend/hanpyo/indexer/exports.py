"""Public data as CSV, safe to open in a spreadsheet, and as JSON-LD (docs/exports.md)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hanpyo.spreadsheets import write_csv

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


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """The rows under these columns; what a row lacks is an empty cell."""
    return write_csv(columns, ([row.get(column) for column in columns] for row in rows))


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
