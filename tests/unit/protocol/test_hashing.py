import importlib.util
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol import hashing
from hanpyo.protocol.hashing import (
    fast_keccak,
    hash_words,
    keccak,
    portable_keccak,
    tag,
    word,
)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_it_is_ethereums_keccak_and_not_sha3(data: bytes, digest: str) -> None:
    assert keccak(data).hex() == digest


@given(st.binary(max_size=600))
def test_both_implementations_agree(data: bytes) -> None:
    assert fast_keccak(data) == portable_keccak(data) == keccak(data)


def test_a_tag_names_its_use_and_version() -> None:
    assert tag("leaf") == keccak(b"hanpyo.leaf.v1")


def test_words_are_hashed_one_after_another() -> None:
    assert hash_words(word(1), word(2)) == keccak(bytes(31) + b"\x01" + bytes(31) + b"\x02")


@pytest.mark.parametrize("value", [-1, 1 << 256])
def test_a_word_holds_256_unsigned_bits(value: int) -> None:
    with pytest.raises(OverflowError):
        word(value)


def test_without_the_fast_package_the_portable_one_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sha3", None)
    spec = importlib.util.spec_from_file_location("hashing_without_sha3", hashing.__file__)
    assert spec is not None
    assert spec.loader is not None
    portable = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(portable)
    assert portable.keccak is portable.portable_keccak
    assert portable.keccak(b"abc") == keccak(b"abc")
