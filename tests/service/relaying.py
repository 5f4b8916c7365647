"""Ballots as a voter's page would post them, and a relay over a scene."""

from typing import Any

from hanpyo.chain.keys import Key, LocalKey
from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch import Attestation, CompactRecord
from hanpyo.protocol.signatures import address_of, expand
from hanpyo.relay.service import Relay
from hanpyo.relay.submission import Submission
from tests.service.scene import Scene, booth


def relay_of(scene: Scene, *, accounts: int = 1) -> Relay:
    """A relay that sends from the chain's accounts after the organiser's."""
    return Relay(scene.runtime, relay_keys(scene, accounts), scene.catalogue)


def relay_keys(scene: Scene, count: int = 1) -> tuple[Key, ...]:
    return tuple(LocalKey(account) for account in scene.node.accounts[1 : 1 + count])


def attested(
    scene: Scene, election: PublishedElection, voter: Voter, record: CompactRecord
) -> Submission:
    """What the voter's page hands in, with the registrars' credential."""
    return submission(voter, record, scene.credential(election, record, voter))


def submission(
    voter: Voter, record: CompactRecord, attestations: tuple[Attestation, ...]
) -> Submission:
    return Submission(
        record.voter,
        record.epoch,
        record.revision,
        record.kind,
        1,
        address_of(voter.key),
        False,
        expand(record.signature),  # type: ignore[arg-type]
        record.payload,
        attestations,
    )


def ballot_of(
    scene: Scene,
    election: PublishedElection,
    voter: Voter,
    choices: bytes,
    *,
    epoch: int = 0,
    revision: int = 0,
) -> Submission:
    """A ballot of this voter as it is handed in."""
    record = booth(election).ballot(voter, choices, epoch=epoch, revision=revision)
    return attested(scene, election, voter, record)


def body(given: Submission) -> dict[str, Any]:
    """The JSON body of a submission."""
    return {
        "voter": given.voter,
        "epoch": given.epoch,
        "revision": given.revision,
        "kind": given.kind,
        "keyType": given.key_type,
        "key": "0x" + given.key.hex(),
        "wallet": given.wallet,
        "signature": "0x" + given.signature.hex(),
        "payload": "0x" + given.payload.hex(),
        "attestations": [
            {"index": each.index, "signature": "0x" + each.signature.hex()}
            for each in given.attestations
        ],
    }
