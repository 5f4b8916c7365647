"""Keys at rest: encrypted keystore files (Web3 Secret Storage, version 3) and nothing else.

No key is taken from a command line or the environment, and no error shows any part of one.
"""

import os
import stat
from pathlib import Path
from typing import ClassVar, Final

import orjson
from eth_account import Account
from eth_account.signers.local import LocalAccount

from hanpyo.chain.errors import ChainError
from hanpyo.new_files import new_file

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SHORTEST_PASSWORD: Final = 8


class KeystoreError(ChainError):
    """A keystore file cannot be used; the message says why and what to do."""

    code: ClassVar[str] = "keystore_error"


class KeystoreMissing(KeystoreError):
    """There is no file at the path given."""

    code: ClassVar[str] = "keystore_missing"


class KeystoreExposed(KeystoreError):
    """Other users of the machine may read the file."""

    code: ClassVar[str] = "keystore_exposed"


class KeystoreDamaged(KeystoreError):
    """The file is not a keystore of version 3."""

    code: ClassVar[str] = "keystore_damaged"


class WrongPassword(KeystoreError):
    """The password does not open the keystore."""

    code: ClassVar[str] = "wrong_password"


def create_keystore(path: Path, password: str) -> LocalAccount:
    """Write a new random key, encrypted, to `path`, readable by its owner only; never overwrites.

    `password` has at least 8 characters. Raises `KeystoreError`.
    """
    if len(password) < _SHORTEST_PASSWORD:
        raise KeystoreError(f"the password needs at least {_SHORTEST_PASSWORD} characters")
    account: LocalAccount = Account.create()
    content = orjson.dumps(Account.encrypt(account.key, password))
    try:
        with new_file(path) as file:
            file.write(content)
    except FileExistsError:
        raise KeystoreError(f"{path} exists already; a keystore is never overwritten") from None
    except OSError as error:
        raise KeystoreError(f"{path} cannot be written: {error.strerror}") from error
    return account


def open_keystore(path: Path, password: str) -> LocalAccount:
    """The account whose key is in the keystore file at `path`.

    Raises `KeystoreMissing`, `KeystoreExposed`, `KeystoreDamaged`, `WrongPassword`.
    """
    content = _read_private(path)
    try:
        keystore = orjson.loads(content)
        if keystore["version"] != 3 or not isinstance(keystore["crypto"], dict):  # noqa: PLR2004
            raise KeystoreDamaged(f"{path} is not a keystore of version 3")
    except (ValueError, KeyError, TypeError):
        raise KeystoreDamaged(f"{path} is not a keystore file") from None
    try:
        key = Account.decrypt(keystore, password)
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise WrongPassword(f"the password does not open {path}") from None
        raise KeystoreDamaged(f"{path} is not a usable keystore file") from None
    except (KeyError, TypeError, NotImplementedError):
        raise KeystoreDamaged(f"{path} is not a usable keystore file") from None
    account: LocalAccount = Account.from_key(key)
    return account


def read_password_file(path: Path) -> str:
    """The password in the first line of a private file; raises as `open_keystore`."""
    lines = _read_private(path).decode(errors="replace").splitlines()
    if not lines:
        raise KeystoreError(f"the password file {path} is empty")
    return lines[0]


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OTHERS:
                raise KeystoreExposed(
                    f"{path} may be read by others: restrict it with chmod 600 and consider its "
                    "key known"
                )
            return file.read()
    except FileNotFoundError:
        raise KeystoreMissing(f"there is no keystore file at {path}") from None
    except OSError as error:
        raise KeystoreError(f"{path} cannot be read: {error.strerror}") from error
