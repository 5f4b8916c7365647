"""The registrars that a service's settings name."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from hanpyo.chain.rpc import Retries, Rpc
from hanpyo.config import ConfigError, RegistrarPlace, RegistrarsSection
from hanpyo.protocol.signatures import address_of
from hanpyo.registrar.client import Registrars
from hanpyo.registrar.errors import RegistrarsUnavailable
from hanpyo.registrar.opening import open_registrars
from hanpyo.runtime import Runtime
from tests.service.attesting import request_for
from tests.service.scene import Scene, voter

REMOTE: dict[str, Any] = {
    "name": "원격",
    "address": "0x" + "01" * 20,
    "url": "https://registrar.example.org",
    "token": "a-token-of-the-service-in-tests",
}


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def here(folder: Path, key: bytes, **changes: Any) -> dict[str, Any]:
    """The settings of a key inside the service."""
    keystore = Account.encrypt(key, "password", kdf="pbkdf2", iterations=1_000)
    name = address_of(key).hex()
    return {
        "name": "안",
        "address": "0x" + name,
        "keystore": private(folder / name, json.dumps(keystore)),
        "password_file": private(folder / "password", "password"),
    } | changes


def opened(lone: Scene, *members: dict[str, Any]) -> Registrars:
    places = tuple(RegistrarPlace.model_validate(each) for each in members)
    section = RegistrarsSection(threshold=2, members=places)
    runtime = lone.runtime
    settings = runtime.settings.model_copy(update={"registrars": section})
    return open_registrars(Runtime(settings, runtime.database, runtime.vault, runtime.node))


def test_keys_inside_the_service_attest_and_are_labelled_as_such(
    lone: Scene, tmp_path: Path
) -> None:
    election = lone.publish(voters=2)
    members = [here(tmp_path, key) for key in lone.officials.registrars.keys]
    with opened(lone, *members) as registrars:
        assert len(registrars.attest(election, request_for(election, voter(0)))) == 2
        for registrar, about in registrars.describe():
            assert registrar.local
            assert about is not None
            assert about.check == "none"
            assert "서비스 안에 있는 열쇠" in about.policy


def test_a_remote_registrar_is_opened_without_a_call(lone: Scene) -> None:
    with opened(lone, REMOTE) as registrars:
        assert [(each.name, each.local) for each in registrars.members] == [("원격", False)]


def test_a_chain_that_is_down_does_not_keep_the_service_from_starting(
    lone: Scene, tmp_path: Path
) -> None:
    election = lone.publish(voters=1)
    runtime = lone.runtime
    member = RegistrarPlace.model_validate(here(tmp_path, lone.officials.registrars.keys[0]))
    section = RegistrarsSection(threshold=1, members=(member,))
    settings = runtime.settings.model_copy(update={"registrars": section})
    with Rpc("http://127.0.0.1:1", retries=Retries(tries=1)) as down:
        registrars = open_registrars(Runtime(settings, runtime.database, runtime.vault, down))
        with pytest.raises(RegistrarsUnavailable):
            registrars.attest(election, request_for(election, voter(0)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"token": None}, "needs a token"),
        ({"url": "ftp://registrar.example.org"}, "not an http or https URL"),
        ({"url": "file:///etc/passwd"}, "not an http or https URL"),
        ({"url": "https://user:word@registrar.example.org"}, "not an http or https URL"),
        ({"address": "0x01"}, "is not an address"),
        ({"address": "registrar"}, "is not an address"),
    ],
)
def test_a_place_that_cannot_be_is_named(
    lone: Scene, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        opened(lone, REMOTE | changes)


def test_a_keystore_with_another_key_is_refused(lone: Scene, tmp_path: Path) -> None:
    key = lone.officials.registrars.keys[0]
    with pytest.raises(ConfigError, match="another key"):
        opened(lone, here(tmp_path, key, address="0x" + "02" * 20))
    with pytest.raises(ConfigError, match="password_file"):
        opened(lone, here(tmp_path, key, password_file=None))
