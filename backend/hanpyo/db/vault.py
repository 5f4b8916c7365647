"""Personal data at rest: sealed with AES-256-GCM, found again by keyed hashes.

A master key gives two keys by HKDF, one to seal and one to look up. What is sealed names its key
and is bound to its place (the context), so that a row moved elsewhere does not open. The first key
of a ring is in use; the others open what was sealed before. Whoever has the database without the
keys learns nothing but lengths and which rows are equal.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hanpyo.errors import HanpyoError
from hanpyo.new_files import new_file

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_OTHERS: Final = 0o077


class VaultError(HanpyoError):
    """A key ring that cannot be used, or sealed data that does not open."""

    code: ClassVar[str] = "vault_error"


@dataclass(frozen=True)
class MasterKey:
    """One master key; `number` is 0 … 255."""

    number: int
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, number: int) -> Self:
        """A fresh key."""
        return cls(number, secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key in `id:base64`; raises `VaultError`."""
        number, _, encoded = text.strip().partition(":")
        try:
            secret = b64decode(encoded, validate=True)
            key = cls(int(number), secret)
        except ValueError:
            raise VaultError("a master key is not `number:base64`") from None
        if len(secret) != _KEY_BYTES or not 0 <= key.number < 1 << 8:
            raise VaultError("a master key has 32 bytes and a number from 0 to 255")
        return key

    def text(self) -> str:
        """`id:base64`, as it stands in a key file."""
        return f"{self.number}:{b64encode(self.secret).decode()}"


class Vault:
    """Seals and opens with a ring of keys."""

    def __init__(self, keys: Iterable[MasterKey]) -> None:
        """The first of `keys` is in use; raises `VaultError` when there is none or one twice."""
        ring = tuple(keys)
        if not ring or len({key.number for key in ring}) != len(ring):
            raise VaultError("the key ring needs at least one key, each with its own number")
        self._current = ring[0].number
        self._seals: Mapping[int, AESGCM] = {
            key.number: AESGCM(_derive(key.secret, b"seal")) for key in ring
        }
        self._finders = tuple(_derive(key.secret, b"find") for key in ring)

    @property
    def current(self) -> int:
        """The number of the key in use."""
        return self._current

    def seal(self, data: bytes, context: str) -> bytes:
        """`data` sealed to its place; `context` is like `member:<id>`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._seals[self._current].encrypt(nonce, data, context.encode())
        return bytes((self._current,)) + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed; raises `VaultError`."""
        cipher = self._seals.get(sealed[0]) if sealed else None
        if cipher is None:
            raise VaultError("the key that sealed this is not in the key ring: bring it back")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError):
            raise VaultError("sealed data was altered or moved") from None

    def lookup(self, kind: str, value: str) -> bytes:
        """The 32-byte keyed hash by which `value`, already normalised, is found."""
        return self.lookups(kind, value)[0]

    def lookups(self, kind: str, value: str) -> tuple[bytes, ...]:
        """`lookup` under each key of the ring: what is searched for while keys are exchanged."""
        named = f"{kind}\0{value}".encode()
        return tuple(hmac.digest(finder, named, "sha256") for finder in self._finders)


def parse_keys(text: str) -> tuple[MasterKey, ...]:
    """The keys in lines or separated by commas; raises `VaultError`."""
    return tuple(MasterKey.parse(part) for part in text.replace(",", "\n").split("\n") if part)


def read_key_file(path: Path, *, create: bool = False) -> tuple[MasterKey, ...]:
    """The keys in a private file, made with one fresh key where `create` says so.

    Raises `VaultError` when others may read it, or nobody can.
    """
    try:
        if create and not path.exists():
            _make(path)
        if path.stat().st_mode & _OTHERS:
            raise VaultError(f"{path} may be read by others: chmod 600 it")
        return parse_keys(path.read_text())
    except OSError as error:
        raise VaultError(f"{path} cannot be read: {error.strerror}") from error


def _make(path: Path) -> None:
    """Make the file with a fresh key, whole at once; one that another process made meanwhile stays.

    A process that read half a key would seal what no other opens.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(_NONCE_BYTES)}")
    with new_file(fresh) as file:
        file.write(f"{MasterKey.generate(1).text()}\n".encode())
    try:
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"hanpyo.vault." + purpose).derive(secret)
