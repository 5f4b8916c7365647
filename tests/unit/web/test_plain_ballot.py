"""The quick reader of ballots takes nothing that the model refuses, and nothing differently."""

import json
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hanpyo.errors import HanpyoError
from hanpyo.relay.submission import Submission
from hanpyo.web import strict_json
from hanpyo.web.ballot_models import BallotBody
from hanpyo.web.ballots import submission
from hanpyo.web.plain_ballot import read_plain

WHOLE: Final[dict[str, Any]] = {
    "voter": 7,
    "epoch": 1,
    "revision": 2,
    "kind": 1,
    "keyType": 1,
    "key": "0x" + "aB" * 20,
    "wallet": False,
    "signature": "0x" + "01" * 65,
    "payload": "0x" + "00ff" * 40,
    "attestations": [
        {"index": 0, "signature": "0x" + "02" * 64},
        {"index": 2, "signature": "0x" + "03" * 64},
    ],
    "chainId": "31337",
    "verifyingContract": "0x" + "04" * 20,
}
LEAST: Final = {name: WHOLE[name] for name in ("voter", "key", "signature", "payload")}
POINT: Final = WHOLE | {"keyType": 3, "key": "0x" + "05" * 64, "signature": "0x" + "06" * 300}
PLAIN: Final = [
    WHOLE,
    LEAST,
    POINT,
    WHOLE | {"chainId": None, "verifyingContract": None},
    WHOLE | {"chainId": "0", "attestations": [], "wallet": True, "kind": 2},
    WHOLE | {"voter": 2**32 - 1, "epoch": 2**16 - 1, "revision": 2**16 - 1},
    WHOLE | {"payload": "0x", "signature": "0x"},
]
NO_ATTESTATIONS: Final[list[Any]] = [
    None,
    {},
    "",
    "ab",
    [[]],
    [0],
    [{"index": 255, "signature": "0x" + "02" * 64}],
    [{"index": 0, "signature": "0x" + "02" * 63}],
    [{"index": 0}],
    [{"index": 0, "signature": "0x" + "02" * 64, "more": 1}],
    [{"index": 0, "signature": "0x" + "02" * 64}] * 256,
]
ODD: Final = [
    *({**WHOLE, "voter": value} for value in (True, 1.0, "7", -1, 2**32, 2**64, None, [7])),
    *({**WHOLE, "kind": value} for value in (0, 3, True)),
    *({**WHOLE, "keyType": value} for value in (0, 2, 4)),
    *({**WHOLE, "wallet": value} for value in (0, "", None)),
    *(
        {**WHOLE, "key": value}
        for value in (
            "0x" + "ab" * 19,
            "0X" + "ab" * 20,
            "0x" + "ab" * 19 + " a",
            "0x" + "ab" * 19 + " b ",
            " 0x" + "ab" * 20,
            "0x" + "ab" * 20 + "\n",
            "0x" + "１" * 40,
            "ab" * 21,
            ["0", "x"],
        )
    ),
    *({**WHOLE, "signature": value} for value in ("0x0", "0x" + "00" * 2049, None, "")),
    {**WHOLE, "payload": "0x" + "00" * 16_385},
    *({**WHOLE, "attestations": value} for value in NO_ATTESTATIONS),
    *({**WHOLE, "chainId": value} for value in ("", "01", "-1", "+1", "1 ", "１", 1, "1" * 79)),
    *({**WHOLE, "verifyingContract": value} for value in ("0x", "0x" + "04" * 21, 4)),
    {**WHOLE, "more": 1},
    {name: value for name, value in WHOLE.items() if name != "payload"},
    {},
]
BROKEN: Final = [
    b"",
    b"[]",
    b"null",
    b'{"voter":7,' + orjson.dumps(WHOLE)[1:],
    b'{"payload":"0x",' + orjson.dumps(WHOLE)[1:],
    b'{"v\\u006fter":7,' + orjson.dumps(WHOLE)[1:],
    orjson.dumps(WHOLE).replace(b"0x01", b"0\\u000001"),
    orjson.dumps(WHOLE) + b"{}",
    orjson.dumps(WHOLE)[:-1],
    orjson.dumps(WHOLE).replace(b'"index":0', b'"index":0,"index":0'),
    orjson.dumps(WHOLE).replace(b'"voter":7', b'"voter":NaN'),
    orjson.dumps(WHOLE).replace(b'"voter":7', b'"voter":07'),
    b"\xef\xbb\xbf" + orjson.dumps(WHOLE),
]

UNUSUAL: Final = [
    orjson.dumps(LEAST | {"key_type": 1}),
    orjson.dumps(WHOLE).replace(b"0x01", b"0\\u007801"),
    orjson.dumps(WHOLE).replace(b'"voter"', b'"v\\u006fter"'),
]
"""What the model takes, written as nobody writes it."""


def by_the_model(body: bytes) -> Submission | None:
    try:
        strict_json.loads(body)
        return submission(BallotBody.model_validate_json(body))
    except (HanpyoError, ValidationError):
        return None


@pytest.mark.parametrize("written", PLAIN)
@pytest.mark.parametrize("layout", [0, orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE])
def test_a_plain_ballot_is_read_as_the_model_reads_it(written: dict[str, Any], layout: int) -> None:
    body = orjson.dumps(written, option=layout)
    found = read_plain(body)
    assert found is not None
    assert found == by_the_model(body)


@pytest.mark.parametrize("body", [*(json.dumps(each).encode() for each in ODD), *BROKEN])
def test_what_the_model_refuses_is_left_to_it(body: bytes) -> None:
    assert by_the_model(body) is None
    assert read_plain(body) is None


@pytest.mark.parametrize("body", UNUSUAL)
def test_what_is_written_in_another_way_is_left_to_the_model(body: bytes) -> None:
    assert by_the_model(body) is not None
    assert read_plain(body) is None


VALUES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(["", "0x", "0", "31337", "0x" + "ab" * 20, "0x" + "ab" * 64]),
    st.text(max_size=8),
    st.lists(st.integers(0, 3), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(
    base=st.sampled_from(PLAIN),
    changes=st.dictionaries(st.sampled_from([*WHOLE, "more"]), VALUES, max_size=2),
    cut=st.tuples(st.integers(0, 900), st.binary(max_size=2)),
    cuts=st.booleans(),
)
def test_any_ballot_is_read_as_the_model_reads_it_or_not_at_all(
    base: dict[str, Any], changes: dict[str, Any], cut: tuple[int, bytes], cuts: bool
) -> None:
    body = json.dumps(base | changes, ensure_ascii=False).encode(errors="surrogatepass")
    if cuts:
        at, put = cut
        body = body[:at] + put + body[at + len(put) :]
    found = read_plain(body)
    assert found is None or found == by_the_model(body)
