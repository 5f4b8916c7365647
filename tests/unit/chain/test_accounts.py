from pathlib import Path
from typing import Any

import orjson
import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from hanpyo.chain.accounts import (
    KeystoreDamaged,
    KeystoreError,
    KeystoreExposed,
    KeystoreMissing,
    WrongPassword,
    create_keystore,
    open_keystore,
    read_password_file,
)

PASSWORD = "correct horse"
ACCOUNT: LocalAccount = Account.from_key("0x" + "45" * 32)
KEYSTORE: dict[str, Any] = Account.encrypt(ACCOUNT.key, PASSWORD, kdf="pbkdf2", iterations=10)


def write(path: Path, content: object, mode: int = 0o600) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    path.chmod(mode)
    return path


def test_a_created_keystore_opens_with_its_password(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    account = create_keystore(path, PASSWORD)
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_keystore(path, PASSWORD).address == account.address
    assert bytes(account.key).hex() not in path.read_text()


def test_a_keystore_of_another_program_opens(tmp_path: Path) -> None:
    assert open_keystore(write(tmp_path / "key", KEYSTORE), PASSWORD).address == ACCOUNT.address


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_a_keystore_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeystoreExposed, match="chmod 600"):
        open_keystore(write(tmp_path / "key", KEYSTORE, mode), PASSWORD)


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongPassword, match="does not open"):
        open_keystore(write(tmp_path / "key", KEYSTORE), "wrong password")


def test_a_missing_keystore_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeystoreMissing, match="no keystore file"):
        open_keystore(tmp_path / "key", PASSWORD)


def test_a_folder_is_no_keystore(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(KeystoreError, match="cannot be read"):
        open_keystore(tmp_path, PASSWORD)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"0x" + b"45" * 32,
        b"[]",
        b"{}",
        {"version": 1, "crypto": {}},
        {"version": 3, "crypto": {}},
        {"version": 3, "crypto": "x"},
        {"version": 3},
        KEYSTORE | {"crypto": KEYSTORE["crypto"] | {"kdf": "md5"}},
        KEYSTORE | {"Version": 5},  # the library takes names in any case, the last one wins
    ],
)
def test_what_is_no_keystore_is_told_without_its_content(tmp_path: Path, content: object) -> None:
    with pytest.raises(KeystoreDamaged) as caught:
        open_keystore(write(tmp_path / "key", content), PASSWORD)
    assert "4545" not in str(caught.value)


def test_a_keystore_is_never_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "key", KEYSTORE)
    with pytest.raises(KeystoreError, match="never overwritten"):
        create_keystore(path, PASSWORD)
    assert orjson.loads(path.read_bytes()) == KEYSTORE


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="at least 8"):
        create_keystore(tmp_path / "key", "1234567")
    assert not (tmp_path / "key").exists()


def test_a_keystore_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="cannot be written"):
        create_keystore(tmp_path / "missing" / "key", PASSWORD)


def test_a_password_file_is_its_first_line_and_private(tmp_path: Path) -> None:
    path = write(tmp_path / "password", PASSWORD.encode() + b"\nsecond line\n")
    assert read_password_file(path) == PASSWORD
    path.chmod(0o644)
    with pytest.raises(KeystoreExposed):
        read_password_file(path)
    with pytest.raises(KeystoreError, match="empty"):
        read_password_file(write(tmp_path / "empty", b""))
