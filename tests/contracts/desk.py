"""Desk acts as two clerks sign them."""

from dataclasses import dataclass
from typing import Any

from bench.harness.devchain import Receipt
from bench.harness.trial import Act, Trial
from hanpyo.protocol.batch import Attestation, DeskRecord, encode_desk
from hanpyo.protocol.types import FINAL_EPOCH, Channel, DeskKind


@dataclass(frozen=True)
class Desk:
    """The desk of a trial election."""

    trial: Trial

    def record(self, act: Act, kind: int, clerks: tuple[int, int] = (0, 1)) -> DeskRecord:
        """The act signed by two clerks."""
        terms = act.terms
        blank = Attestation(0, bytes(64)), Attestation(1, bytes(64))
        unsigned = DeskRecord(
            terms.voter,
            kind,
            terms.channel,
            terms.epoch,
            terms.weight,
            terms.class_,
            act.payload,
            blank,
        )
        hash_ = self.trial.digest(unsigned.message(self.trial.form))
        keys = self.trial.plan.clerk_keys
        first, second = (Attestation(index, keys[index].sign(hash_)) for index in clerks)
        return DeskRecord(
            terms.voter,
            kind,
            terms.channel,
            terms.epoch,
            terms.weight,
            terms.class_,
            act.payload,
            (first, second),
        )

    def named(
        self, voter: int, choices: bytes, channel: int = Channel.PAPER, epoch: int = 1
    ) -> Act:
        """A named ballot on paper or by proxy."""
        return self.trial.act(voter, choices, channel=channel, epoch=epoch)

    def in_person(self, voter: int, choices: bytes) -> Act:
        """A ballot cast in person."""
        return self.trial.act(voter, choices, channel=Channel.IN_PERSON, epoch=FINAL_EPOCH)

    def check_in(self, voter: int, **terms: Any) -> DeskRecord:
        """A voter seen at the assembly."""
        plain = {"kind": 2, "weight": 0, "class_": 0} | terms
        return self.record(self.trial.act(voter, **plain), DeskKind.CHECK_IN)

    def send(self, *records: DeskRecord) -> Receipt:
        """Send a desk batch."""
        return self.trial.submit("castDesk", encode_desk(records, self.trial.form))

    def vote(self, act: Act, kind: int | None = None) -> Receipt:
        """Send one ballot of the desk."""
        person = act.terms.channel == Channel.IN_PERSON
        return self.send(
            self.record(act, kind or (DeskKind.IN_PERSON if person else DeskKind.NAMED))
        )
