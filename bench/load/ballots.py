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
from hanpyo.protocol.signatures import address_of
from hanpyo.relay.submission import Submission
from tests.service.relaying import body, submission

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
        credential = credential_of(record, address_of(voter.key))
        attestations = self.registrars.attest_message(self.booth.domain, credential)
        return submission(voter, record, attestations)

    def body(self, number: int) -> bytes:
        """The same as the JSON of a request."""
        return orjson.dumps(body(self.submission(number)))


def choices(items: Sequence[Item], number: int) -> bytes:
    """What voter `number` chooses: one option of each item."""
    return encode_unchecked(items, [[1 + number % item.options] for item in items])


def submissions(desk: Desk, numbers: range) -> list[Submission]:
    """The first ballots of these voters."""
    with get_context("fork").Pool(os.cpu_count()) as pool:
        return pool.map(desk.submission, numbers, _AT_ONCE)


def bodies(desk: Desk, numbers: range) -> list[bytes]:
    """The same as the JSON of requests."""
    with get_context("fork").Pool(os.cpu_count()) as pool:
        return pool.map(desk.body, numbers, _AT_ONCE)
