"""keccak-256 over bytes and over whole words, and the tags that keep one use from another.

`safe-pysha3` is seven times faster than pycryptodome on 64 bytes and is used where it is installed;
both give the same digest.
"""

from collections.abc import Callable
from functools import cache

from Crypto.Hash import keccak as _pycryptodome

from hanpyo.protocol.types import Digest, Word

try:
    from sha3 import keccak_256 as _pysha3  # type: ignore[import-untyped]
except ImportError:
    _pysha3 = None


def fast_keccak(data: bytes) -> Digest:
    """keccak-256 by safe-pysha3."""
    return _pysha3(data).digest()  # type: ignore[no-any-return]  # the package carries no types


def portable_keccak(data: bytes) -> Digest:
    """keccak-256 by pycryptodome."""
    return Digest(_pycryptodome.new(digest_bits=256, data=data).digest())


keccak: Callable[[bytes], Digest] = portable_keccak if _pysha3 is None else fast_keccak
"""The keccak-256 digest of some bytes (Ethereum's padding, not SHA3-256's)."""


def word(value: int) -> Word:
    """An unsigned integer as 32 big-endian bytes; OverflowError when it does not fit."""
    return Word(value.to_bytes(32, "big"))


def hash_words(*words: bytes) -> Digest:
    """keccak-256 of whole words, one after another."""
    return keccak(b"".join(words))


@cache
def tag(name: str) -> Digest:
    """The word that starts every hash of one purpose: keccak-256 of `hanpyo.NAME.v1`."""
    return keccak(f"hanpyo.{name}.v1".encode())
