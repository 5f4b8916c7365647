"""Requests to registrars, and registrars of a scene."""

from dataclasses import replace
from typing import Any

from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.signatures import address_key_id, address_of
from hanpyo.registrar.office import Office
from hanpyo.registrar.opening import local_registrar
from hanpyo.registrar.requests import AttestationRequest, Evidence
from hanpyo.registrar.signing import Signer
from tests.service.scene import Scene

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
    return [
        local_registrar(scene.runtime, f"registrar-{number}", Signer(key))
        for number, key in enumerate(scene.officials.registrars.keys)
    ]
