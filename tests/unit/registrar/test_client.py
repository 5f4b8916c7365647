"""m of n, whatever the others do: registrars here are objects that behave as told."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.officials import new_key
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import Credential, CredentialList, digest
from hanpyo.protocol.signatures import address_of, sign
from hanpyo.protocol.types import Address, Digest, KeyId
from hanpyo.registrar.asking import AT_ONCE
from hanpyo.registrar.client import Registrars
from hanpyo.registrar.errors import (
    KeyTaken,
    ProofMissing,
    RegistrarRefused,
    RegistrarSilent,
    RegistrarsUnavailable,
    TooManyRequests,
)
from hanpyo.registrar.requests import About, AttestationRequest, Evidence, Purpose

DOMAIN = Domain(31_337, Address(b"\x05" * 20), Digest(b"\x06" * 32))
REQUEST = AttestationRequest(
    DOMAIN.election, 1, KeyId(b"\x01" * 32), 1, 0, 0, Evidence("L2", (), 0)
)
Behaviour = Callable[[bytes], bytes]


@dataclass
class Fake:
    """A registrar that signs, after `behaviour` has had its way."""

    key: bytes
    behaviour: Behaviour = lambda signature: signature
    local: bool = False
    name: str = "fake"
    calls: int = 0

    @property
    def address(self) -> Address:
        return address_of(self.key)

    def attest(self, request: AttestationRequest) -> bytes:
        self.calls += 1
        return self.behaviour(sign(digest(DOMAIN, request.credential), self.key))

    def attest_rebind(self, request: AttestationRequest) -> bytes:
        return self.behaviour(sign(digest(DOMAIN, request.rebind), self.key))

    def sign_list(self, election: Address, credentials: Sequence[Credential]) -> bytes:
        return self.behaviour(sign(digest(DOMAIN, CredentialList(tuple(credentials))), self.key))

    def send_code(self, election: Address, voter: int, purpose: Purpose) -> None:
        self.behaviour(b"")

    def describe(self) -> About:
        self.behaviour(b"")
        return About(self.name, self.address, "none", "")

    def close(self) -> None:
        pass


def raising(error: Exception) -> Behaviour:
    def behave(_: bytes) -> bytes:
        raise error

    return behave


def waiting(signature: bytes) -> bytes:
    time.sleep(3)
    return signature


def election(fakes: Sequence[Fake], threshold: int) -> PublishedElection:
    """As much of an election as the client looks at."""
    addresses = tuple(each.address for each in fakes)
    manifest = SimpleNamespace(registrars=addresses, threshold=threshold)
    return cast("PublishedElection", SimpleNamespace(manifest=manifest, domain=DOMAIN))


def fakes(*behaviours: Behaviour | None) -> list[Fake]:
    return [Fake(new_key(), each or (lambda s: s)) for each in behaviours]


BAD: dict[str, Behaviour] = {
    "silent": raising(RegistrarSilent("nothing")),
    "broken": raising(RuntimeError("?")),
    "refusing": raising(KeyTaken("no")),
    "slow": waiting,
    "empty": lambda _: b"",
    "long": lambda signature: signature + b"\0",
    "zeros": lambda _: bytes(64),
    "another's": lambda _: sign(Digest(b"\x01" * 32), new_key()),
    "high s": lambda signature: signature[:32] + b"\x7f" * 32,
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_of_three_may_do_what_it_likes(name: str, place: int) -> None:
    behaviours: list[Behaviour | None] = [None, None, None]
    behaviours[place] = BAD[name]
    asked = fakes(*behaviours)
    found = Registrars(asked).attest(election(asked, 2), REQUEST)
    assert [each.index for each in found] == [each for each in (0, 1, 2) if each != place]


@pytest.mark.parametrize("name", [name for name in BAD if name != "refusing"])
def test_two_of_three_that_fail_may_be_asked_again(name: str) -> None:
    asked = fakes(BAD[name], None, BAD[name])
    begun = time.monotonic()
    with pytest.raises(RegistrarsUnavailable) as raised:
        Registrars(asked, seconds=0.2).attest(election(asked, 2), REQUEST)
    assert raised.value.retryable
    assert time.monotonic() - begun < 2.5


def test_a_refusal_by_so_many_that_m_cannot_be_reached_is_final() -> None:
    asked = fakes(BAD["refusing"], None, BAD["refusing"])
    with pytest.raises(RegistrarRefused) as raised:
        Registrars(asked).attest(election(asked, 2), REQUEST)
    assert raised.value.reason == "key_taken"
    assert raised.value.refusals == (("fake", "key_taken"), ("fake", "key_taken"))


def test_one_refusal_and_one_silence_may_pass() -> None:
    asked = fakes(BAD["refusing"], None, BAD["silent"])
    with pytest.raises(RegistrarsUnavailable):
        Registrars(asked).attest(election(asked, 2), REQUEST)


def test_the_longest_wait_asked_for_is_told() -> None:
    asked = fakes(raising(TooManyRequests("slow down", 77)), None, BAD["silent"])
    with pytest.raises(RegistrarsUnavailable) as raised:
        Registrars(asked).attest(election(asked, 2), REQUEST)
    assert raised.value.retry_after == 77


def test_words_for_the_member_are_never_the_registrars() -> None:
    asked = fakes(*[raising(ProofMissing("<script>")) for _ in range(3)])
    with pytest.raises(RegistrarRefused, match="확인 번호를 입력해 주세요") as raised:
        Registrars(asked).attest(election(asked, 2), REQUEST)
    assert "script" not in str(raised.value)


def test_indices_are_the_manifests_whatever_the_order_of_the_settings() -> None:
    asked = fakes(None, None, None)
    found = Registrars(list(reversed(asked))).attest(election(asked, 3), REQUEST)
    assert [each.index for each in found] == [0, 1, 2]


def test_a_registrar_that_the_manifest_does_not_name_is_not_asked() -> None:
    asked, stranger = fakes(None, None), Fake(new_key())
    Registrars([*asked, stranger]).attest(election(asked, 2), REQUEST)
    assert stranger.calls == 0


def test_a_list_that_does_not_come_soon_is_none() -> None:
    credentials = [REQUEST.credential]
    for behaviour in BAD.values():
        asked = fakes(behaviour, None, behaviour)
        begun = time.monotonic()
        found = Registrars(asked, list_seconds=0.1).sign_list(election(asked, 2), credentials)
        assert found is None
        assert time.monotonic() - begun < 2.5


def test_keys_of_one_process_are_asked_only_as_often_as_needed() -> None:
    asked = fakes(None, None, None)
    for each in asked:
        each.local = True
    Registrars(asked).attest(election(asked, 2), REQUEST)
    assert [each.calls for each in asked] == [1, 1, 0]


def test_a_registrar_that_keeps_calls_waiting_takes_up_no_more_threads() -> None:
    release = threading.Event()

    def hanging(signature: bytes) -> bytes:
        release.wait(10)
        return signature

    asked = fakes(hanging, None, None)
    client = Registrars(asked)
    before = threading.active_count()
    for _ in range(3 * AT_ONCE):
        client.attest(election(asked, 2), REQUEST)
    assert asked[0].calls == AT_ONCE
    assert threading.active_count() - before <= AT_ONCE
    release.set()


def test_codes_are_asked_of_all_and_counted() -> None:
    asked = fakes(None, BAD["silent"], None)
    assert Registrars(asked).send_codes(election(asked, 2), 1, "bind") == 2


def test_describing_leaves_the_silent_open() -> None:
    asked: list[Any] = fakes(None, BAD["silent"])
    shown = [about for _, about in Registrars(asked).describe()]
    assert [about is None for about in shown] == [False, True]
