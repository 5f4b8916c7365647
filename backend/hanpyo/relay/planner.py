"""Which ballots travel together. Pure: pending ballots in, batches out, none that the caps refuse.

Ballots are sorted by voter number, because the contract keeps a bit a voter and a word of bits is
cheap only when many of its voters come at once. Compact and wide ballots never share a batch, and a
ballot whose batch failed travels alone from then on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from hanpyo.chain.tickets import GAS_CAP, SIZE_CAP
from hanpyo.protocol.batch import ATTESTATION_BYTES, BatchForm
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.submission import COMPACT

# Measured in bench/results/gas.json and rounded up; a limit costs nothing, running out does.
_BASE_GAS: Final = 120_000  # the transaction, the batch's record, turnout, a new stratum
_ACT_GAS: Final = 14_000  # the largest part: recovering the key, the log, the loop
_ATTESTATION_GAS: Final = 7_000
_WORD_GAS: Final = 46_000  # first use of 256 voters' bits, of two kinds
_LATER_GAS: Final = 75_000  # a slot of the voter's own
_TALLY_WORD_GAS: Final = 22_200  # the first use of a word of the tally
_EXTERNAL_GAS: Final = 650_000  # what a signature check by a contract may take and hold back
_BYTE_GAS: Final = 45  # a byte of calldata (EIP-7623) and of the log
_ROOM: Final = 2_048  # everything in a transaction but the batch
_TERMS: Final = 19  # voter, weight, class and order of a record


@dataclass(frozen=True, slots=True)
class Pending:
    """A ballot that waits, as the planner and the builder need it."""

    id: int
    voter: int
    epoch: int
    revision: int
    kind: int
    form: int
    weight: int
    class_: int
    key: bytes
    body: bytes
    alone: bool = False

    @property
    def is_first(self) -> bool:
        """Whether it can be the voter's cheap first act."""
        return (self.epoch, self.revision, self.kind) == (0, 0, 1)


@dataclass(frozen=True, slots=True)
class Caps:
    """What one transaction may hold."""

    ballots: int
    gas: int = GAS_CAP
    size: int = SIZE_CAP


def plan(pending: Iterable[Pending], form: BatchForm, caps: Caps) -> list[tuple[Pending, ...]]:
    """The batches of these ballots, each of one form, sorted by voter number."""
    ordered = sorted(pending, key=lambda each: (each.form, each.voter, each.epoch, each.revision))
    together = [each for each in ordered if not each.alone]
    batches: list[tuple[Pending, ...]] = [(each,) for each in ordered if each.alone]
    for _, same in groupby(together, key=lambda each: each.form):
        batches += _cut(list(same), form, caps)
    return batches


def gas_bound(batch: Sequence[Pending], form: BatchForm) -> int:
    """More gas than the batch's transaction needs, and little more."""
    words = len({each.voter >> 8 for each in batch})
    return _BASE_GAS + words * _WORD_GAS + sum(_gas(each, form) for each in batch)


def tally_gas(batch: Sequence[Pending], manifest: Manifest) -> int:
    """What the first marks in words of an open election's tally may cost on top.

    A sealed election counts later. A group's ballots fall into two strata, as voters are checked in
    at an assembly or not.
    """
    if manifest.secrecy is not Secrecy.OPEN:
        return 0
    layout = manifest.tally_layout
    marks = sum(item.maximum for item in manifest.items) * len(batch)
    strata = 2 * len({manifest.classes[each.class_].group for each in batch})
    return _TALLY_WORD_GAS * layout.planes * min(layout.words, marks) * strata


def in_turns(
    queues: Mapping[str, Sequence[tuple[Pending, ...]]],
) -> Iterator[tuple[str, tuple[Pending, ...]]]:
    """The batches of several elections, one of each in turn, so that none waits for another."""
    longest = max(map(len, queues.values()), default=0)
    for place in range(longest):
        for election, batches in queues.items():
            if place < len(batches):
                yield election, batches[place]


def _cut(ballots: list[Pending], form: BatchForm, caps: Caps) -> Iterator[tuple[Pending, ...]]:
    batch: list[Pending] = []
    gas = size = 0
    for ballot in ballots:
        more_gas, more_size = _gas(ballot, form) + _WORD_GAS, _size(ballot)
        full = (
            len(batch) == caps.ballots
            or _BASE_GAS + gas + more_gas > caps.gas
            or _ROOM + size + more_size > caps.size
        )
        if batch and full:
            yield tuple(batch)
            batch, gas, size = [], 0, 0
        elif batch and batch[-1].voter >> 8 == ballot.voter >> 8:
            more_gas -= _WORD_GAS
        batch.append(ballot)
        gas += more_gas
        size += more_size
    if batch:
        yield tuple(batch)


def _gas(ballot: Pending, form: BatchForm) -> int:
    gas = _ACT_GAS + form.threshold * _ATTESTATION_GAS + _size(ballot) * _BYTE_GAS
    if not ballot.is_first:
        gas += _LATER_GAS
    if ballot.form != COMPACT:
        gas += _EXTERNAL_GAS
    return gas


def _size(ballot: Pending) -> int:
    return _TERMS + len(ballot.body)


def listed_bytes(form: BatchForm) -> int:
    """Bytes at the end of a compact body that a list of credentials makes needless."""
    return form.threshold * ATTESTATION_BYTES
