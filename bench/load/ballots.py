"""Many signed ballots as voters' pages post them, made by all cores."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import orjson

from hanpyo.elections.casting import Booth, Voter
from hanpyo.elections.officials import Signers, credential_of, new_key
from hanpyo.protocol.agenda import Item
from hanpyo.protocol.choices import encode_unchecked
from hanpyo.protocol.signatures import address_of, expand
from hanpyo.relay.submission import Submission

_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Desk:
    """Makes ballots of one election whose registrars' keys are at hand."""

    booth: Booth
    registrars: Signers

    def submission(self, number: int) -> Submission:
        """The first ballot of voter `number`, by a fresh key."""
        voter = Voter(number, new_key())
        record = self.booth.ballot(voter, choices(self.booth.manifest.items, number))
        address = address_of(voter.key)
        credential = credential_of(record, address)
        return Submission(
            number,
            record.epoch,
            record.revision,
            record.kind,
            1,
            address,
            False,
            expand(record.signature),  # type: ignore[arg-type]  # compact records carry this form
            record.payload,
            self.registrars.attest_message(self.booth.domain, credential),
        )

    def body(self, number: int) -> bytes:
        """The same as the JSON of a request."""
        return encoded(self.submission(number))


def choices(items: Sequence[Item], number: int) -> bytes:
    """What voter `number` chooses: one option of each item."""
    return encode_unchecked(items, [[1 + number % item.options] for item in items])


def encoded(given: Submission) -> bytes:
    """The JSON of a submission."""
    return orjson.dumps(
        {
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
    )


def submissions(desk: Desk, numbers: range) -> list[Submission]:
    """The first ballots of these voters."""
    with get_context("fork").Pool(os.cpu_count()) as pool:
        return pool.map(desk.submission, numbers, _AT_ONCE)


def bodies(desk: Desk, numbers: range) -> list[bytes]:
    """The same as the JSON of requests."""
    with get_context("fork").Pool(os.cpu_count()) as pool:
        return pool.map(desk.body, numbers, _AT_ONCE)
