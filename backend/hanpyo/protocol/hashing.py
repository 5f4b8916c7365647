"""keccak-256 over bytes and over whole words, and the tags that keep one use from another.

`safe-pysha3` is seven times faster than pycryptodome on 64 bytes and is used where it is installed;
both give the same digest.
"""

from collections.abc import Callable
from functools import cache

from hanpyo.protocol.types import Digest, Word


def _fastest_keccak() -> Callable[[bytes], Digest]:
    try:
        from sha3 import keccak_256  # type: ignore[import-untyped]
    except ImportError:
        from Crypto.Hash import keccak as pycryptodome

        return lambda data: Digest(pycryptodome.new(digest_bits=256, data=data).digest())
    return lambda data: Digest(keccak_256(data).digest())


keccak = _fastest_keccak()
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
