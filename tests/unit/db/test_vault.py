"""Personal data at rest."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hanpyo.db.vault import MasterKey, Vault, VaultError, parse_keys, read_key_file

ONE, TWO = MasterKey.generate(1), MasterKey.generate(2)


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    vault = Vault([ONE])
    sealed = vault.seal("김한표".encode(), "member:1")
    assert vault.open(sealed, "member:1") == "김한표".encode()
    with pytest.raises(VaultError, match="moved"):
        vault.open(sealed, "member:2")


def test_equal_data_never_looks_equal() -> None:
    vault = Vault([ONE])
    assert vault.seal(b"same", "place") != vault.seal(b"same", "place")


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_one_altered_byte_is_noticed(place: int) -> None:
    sealed = bytearray(Vault([ONE]).seal(b"0123456789", "place"))
    sealed[place] ^= 1
    with pytest.raises(VaultError):
        Vault([ONE]).open(bytes(sealed), "place")


def test_a_new_key_opens_what_the_old_one_sealed() -> None:
    old, both, new = Vault([ONE]), Vault([TWO, ONE]), Vault([TWO])
    sealed = old.seal(b"data", "place")
    assert both.open(sealed, "place") == b"data"
    assert [each[0] for each in (sealed, both.seal(b"data", "place"))] == [1, 2]
    with pytest.raises(VaultError, match="not in the key ring"):
        new.open(sealed, "place")


def test_lookups_depend_on_key_kind_and_value() -> None:
    vault = Vault([ONE])
    found = vault.lookup("phone", "+821012345678")
    assert found == Vault([ONE]).lookup("phone", "+821012345678")
    assert len({found, vault.lookup("mail", "+821012345678"), vault.lookup("phone", "")}) == 3
    assert found != Vault([TWO]).lookup("phone", "+821012345678")


def test_keys_are_never_shown() -> None:
    assert ONE.text().split(":")[1] not in repr(ONE)


@pytest.mark.parametrize(
    "text",
    ["", "1:AAAA", "300:" + ONE.text()[2:], "x", ONE.text() + "," + ONE.text()],
    ids=["none", "short", "number too large", "no key", "one twice"],
)
def test_a_bad_key_ring_is_refused(text: str) -> None:
    with pytest.raises(VaultError):
        Vault(parse_keys(text))


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    made = read_key_file(path, create=True)
    assert read_key_file(path, create=True) == made
    path.chmod(0o644)
    with pytest.raises(VaultError, match="chmod"):
        read_key_file(path)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    start = Barrier(8)

    def opened(_: int) -> tuple[MasterKey, ...]:
        start.wait()
        return read_key_file(tmp_path / "keys", create=True)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(opened, range(8)))) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_a_key_file_that_cannot_be_made_is_a_clear_fault(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read"):
        read_key_file(tmp_path / "missing" / "keys", create=True)
