"""Acts as recorded, acts as offered, and the batches that keep the firsts."""

from dataclasses import dataclass

from hanpyo.protocol.acts import Terms, batch_record
from hanpyo.protocol.types import ZERO_WORD, BallotKind, Digest


@dataclass(frozen=True, slots=True)
class Act:
    """An act as recorded; `choices` are the padded choices of an open election's ballot."""

    terms: Terms
    content: bytes
    escrow: bytes = ZERO_WORD
    choices: bytes | None = None

    @property
    def is_ballot(self) -> bool:
        """Whether it is a ballot, not a withdrawal."""
        return self.terms.kind == BallotKind.BALLOT

    @property
    def leaf(self) -> Digest:
        """Its leaf, when it is a first."""
        return self.terms.leaf(self.content)

    @property
    def hash(self) -> Digest:
        """Its act hash."""
        return self.terms.act(self.content, self.escrow)


@dataclass(frozen=True, slots=True)
class Offer:
    """An act in a well-formed batch, with what its signatures prove.

    `desk` is the DeskAct's `act` field, None for a voter's own act. `clean` says that a
    withdrawal's payload is zeros, and that a check-in's other fields are 0; `bare` says that a
    check-in's payload is zeros.
    """

    act: Act
    signed: bool = True
    attested: bool = True
    desk: int | None = None
    clean: bool = True
    bare: bool = True


@dataclass(frozen=True, slots=True)
class RecordedBatch:
    """The firsts of one batch and what storage keeps of them."""

    firsts: tuple[Act, ...]
    root: Digest
    seals: bytes

    @property
    def record(self) -> Digest:
        """The word in storage."""
        return batch_record(self.root, self.seals)
