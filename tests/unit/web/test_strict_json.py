"""JSON from outside: one meaning or none."""

import pytest

from hanpyo.web.strict_json import MAX_DEPTH, MalformedJson, loads

ACCEPTED = [
    (b"{}", {}),
    (b' {"a": [1, -2.5, true, null, "\\"[{\\\\"]} ', {"a": [1, -2.5, True, None, '"[{\\']}),
    (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
    ('"한표"'.encode(), "한표"),
    (str(2**256).encode(), 2**256),
    (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    (b'"' + b"[" * 100 + b'"', "[" * 100),
    (b'"\\\\u0000"', "\\u0000"),
]
REFUSED = {
    "empty": b"",
    "blank": b"  ",
    "cut": b'{"a": 1',
    "two documents": b"{} {}",
    "trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "comment": b"{} // nothing",
    "duplicate key": b'{"a": 1, "a": 1}',
    "duplicate key inside": b'[{"b": {"a": 1, "\\u0061": 2}}]',
    "NaN": b'{"a": NaN}',
    "Infinity": b"[-Infinity]",
    "a number beyond doubles": b"[1e999]",
    "a number of thousands of digits": b"1" * 5000,
    "a plus sign": b"[+1]",
    "a leading zero": b"[01]",
    "hexadecimal": b"[0x1]",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "no UTF-8": b'"\xff"',
    "lone surrogate": b'"\\ud800"',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "a raw control character": b'"\t"',
    "NUL": b'"a\\u0000"',
    "NUL in a key": b'{"\\u0000": [1]}',
    "too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "too deep and never closed": b'{"a":' * 100_000,
}


@pytest.mark.parametrize(("body", "document"), ACCEPTED)
def test_a_document_with_one_meaning_is_read(body: bytes, document: object) -> None:
    found = loads(body)
    assert document is None or found == document


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(body)


def test_the_message_repeats_nothing_of_the_body() -> None:
    with pytest.raises(MalformedJson) as refused:
        loads(b'{"phone": 01012345678}')
    assert "0101" not in str(refused.value)
