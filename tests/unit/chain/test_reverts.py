import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from hanpyo.chain.reverts import RevertReasons

ABI: list[dict[str, object]] = [
    {"type": "function", "name": "freeze", "inputs": []},
    {"type": "error", "name": "NotFrozen", "inputs": [{"name": "phase", "type": "uint8"}]},
    {"type": "error", "name": "Empty", "inputs": []},
    {
        "type": "error",
        "name": "BadLeaf",
        "inputs": [
            {
                "name": "leaf",
                "type": "tuple[]",
                "components": [
                    {"name": "voter", "type": "uint32"},
                    {"name": "key", "type": "bytes32"},
                ],
            },
            {"name": "", "type": "bytes4"},
        ],
    },
]
REASONS = RevertReasons.from_abis([ABI, []])


def data(signature: str, types: list[str], values: list[object]) -> bytes:
    """Revert data as a contract returns it."""
    return keccak(signature.encode())[:4] + encode(types, values)


@pytest.mark.parametrize(
    ("reverted", "words"),
    [
        (None, "no reason given"),
        (b"", "no reason given"),
        (data("Error(string)", ["string"], ["too late"]), "too late"),
        (data("Panic(uint256)", ["uint256"], [0x11]), "panic 0x11: arithmetic overflow"),
        (data("Panic(uint256)", ["uint256"], [0x99]), "panic 0x99: unknown cause"),
        (data("NotFrozen(uint8)", ["uint8"], [1]), "NotFrozen(phase=1)"),
        (data("Empty()", [], []), "Empty()"),
        (
            data(
                "BadLeaf((uint32,bytes32)[],bytes4)",
                ["(uint32,bytes32)[]", "bytes4"],
                [[(7, b"\x01" * 32)], b"\xaa\xbb\xcc\xdd"],
            ),
            "BadLeaf(leaf=((7, ",
        ),
        (b"\x12\x34\x56\x78\x9a", "unknown error 0x123456789a"),
        (b"\x12", "unknown error 0x12"),
        (data("NotFrozen(uint8)", [], []), "undecodable reason 0x"),
        (data("Error(string)", [], []) + b"\xff" * 64, "undecodable reason 0x"),
    ],
)
def test_reasons_are_told_in_words(reverted: bytes | None, words: str) -> None:
    assert REASONS.describe(reverted).startswith(words)
