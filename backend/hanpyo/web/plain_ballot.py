"""A ballot's JSON as pages and clients write it, read at a tenth of the model's cost.

What is read here, `BallotBody` reads the same; it decides about everything that is written in
another way, and words what is wrong with it (a test compares the two). No backslash is taken: then
each string has exactly two quotation marks, and their number tells whether a key stands twice.
"""

from typing import Any, Final

import orjson

from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.types import KeyType
from hanpyo.relay.submission import Submission
from hanpyo.web.ballot_models import LONGEST_PAYLOAD, LONGEST_SIGNATURE

_OTHERWISE: Final = {
    "epoch": 0,
    "revision": 0,
    "kind": 1,
    "keyType": 1,
    "wallet": False,
    "attestations": (),
    "chainId": None,
    "verifyingContract": None,
}
_REQUIRED: Final = ("voter", "key", "signature", "payload")
_FIELDS: Final = len(_OTHERWISE) + len(_REQUIRED)
_TEXTS: Final = 3  # key, signature and payload
_ATTESTATION_FIELDS: Final = 2
_ATTESTATION_STRINGS: Final = 3  # two keys and a signature
_INDICES: Final = 255
_DIGITS: Final = 78  # of 2²⁵⁶
_SIGNATURE: Final = 64
_ADDRESS: Final = 20
_POINT: Final = 64


def read_plain(body: bytes) -> Submission | None:
    """The ballot in `body`; None where the model has to look."""
    if b"\\" in body:
        return None
    try:
        return _read(body)
    except (ValueError, TypeError, KeyError):
        return None


def _read(body: bytes) -> Submission:
    written = orjson.loads(body)
    given = _OTHERWISE | written
    attestations = given["attestations"]
    chain_id, contract = given["chainId"], given["verifyingContract"]
    strings = len(written) + _TEXTS + _ATTESTATION_STRINGS * len(attestations)
    strings += (chain_id is not None) + (contract is not None)
    _require(len(given) == _FIELDS and body.count(b'"') == 2 * strings)
    _require(isinstance(attestations, (list, tuple)) and len(attestations) <= _INDICES)
    _require(type(given["wallet"]) is bool)
    key_type = given["keyType"]
    return Submission(
        _number(given["voter"], 1 << 32),
        _number(given["epoch"], 1 << 16),
        _number(given["revision"], 1 << 16),
        _number(given["kind"], 3, 1),
        _number(key_type, 4, 1),
        _exactly(given["key"], _ADDRESS if key_type == KeyType.ADDRESS else _POINT),
        given["wallet"],
        _hex(given["signature"], LONGEST_SIGNATURE),
        _hex(given["payload"], LONGEST_PAYLOAD),
        tuple(map(_attestation, attestations)),
        None if chain_id is None else _decimal(chain_id),
        None if contract is None else _exactly(contract, _ADDRESS),
    )


def _attestation(given: dict[str, Any]) -> Attestation:
    _require(len(given) == _ATTESTATION_FIELDS)
    return Attestation(_number(given["index"], _INDICES), _exactly(given["signature"], _SIGNATURE))


def _number(value: Any, end: int, least: int = 0) -> int:
    _require(type(value) is int and least <= value < end)
    return int(value)


def _decimal(text: str) -> int:
    _require(text.isascii() and text.isdigit() and len(text) <= _DIGITS)
    _require(text[0] != "0" or text == "0")
    return int(text)


def _hex(text: str, most: int) -> bytes:
    value = bytes.fromhex(text[2:])  # which passes over blanks
    _require(text[:2] == "0x" and len(text) == 2 + 2 * len(value) and len(value) <= most)
    return value


def _exactly(text: str, length: int) -> bytes:
    value = _hex(text, length)
    _require(len(value) == length)
    return value


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError
