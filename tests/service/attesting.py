"""Requests to registrars, and registrars of a scene."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.people import Person
from hanpyo.elections.private_list import PrivateEntry, write_private_list
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.signatures import address_key_id, address_of
from hanpyo.registrar.office import Office
from hanpyo.registrar.opening import Desk, local_registrar, open_desk, rolls_of
from hanpyo.registrar.requests import AttestationRequest, Evidence
from hanpyo.registrar.settings import RegistrarSettings
from hanpyo.registrar.signing import Signer
from tests.service.registrar_mail import Mailbox
from tests.service.scene import Scene

PASSPHRASE = "a long enough passphrase"
EVIDENCE = Evidence("L2", ("link", "mail"), 1_700_000_000)


def request_for(election: PublishedElection, voter: Voter, /, **changes: Any) -> AttestationRequest:
    """What an honest service asks for a voter; `changes` make it lie."""
    entry = election.roll[voter.number]
    honest = AttestationRequest(
        election.domain.election,
        voter.number,
        address_key_id(address_of(voter.key)),
        entry.weight,
        entry.class_,
        0,
        EVIDENCE,
    )
    return replace(honest, **changes)


def offices(scene: Scene) -> list[Office]:
    """The scene's registrars, inside its service."""
    rolls = rolls_of(scene.runtime)
    return [
        local_registrar(scene.runtime, f"registrar-{number}", Signer(key), rolls)
        for number, key in enumerate(scene.officials.registrars.keys)
    ]


@cache
def _sealed(election_id: str, roll: tuple[RollEntry, ...], blind: bytes) -> bytes:
    entries = [
        PrivateEntry(
            number,
            f"member-{number}",
            entry.weight,
            entry.class_,
            blind,
            Person(name=f"=김{number}", mail=f"v{number}@members.test", address="서울시"),
        )
        for number, entry in enumerate(roll)
    ]
    return write_private_list(election_id, entries, PASSPHRASE)


def private_list(election: PublishedElection, blind: bytes = bytes([7]) * 32) -> bytes:
    """The private list of the scene's roll: voter n has the mail v<n>@members.test."""
    return _sealed(election.id, election.roll, blind)


@contextmanager
def desk(
    scene: Scene,
    folder: Path,
    check: str,
    post: Mailbox,
    clock: Callable[[], float] = time.time,
) -> Iterator[Desk]:
    """The first registrar of a scene with its own database, node and mail."""
    settings = RegistrarSettings.model_validate(
        {
            "name": "감사위원회",
            "data": folder,
            "keystore": folder / "unused",
            "password_file": folder / "unused",
            "token_file": folder / "unused",
            "rpc_url": scene.node.url,
            "chain_id": scene.node.chain_id,
            "check": check,
            "mail": post.settings,
            "confirmations": 1,
        }
    )
    with open_desk(settings, Signer(scene.officials.registrars.keys[0]), clock) as found:
        yield found
