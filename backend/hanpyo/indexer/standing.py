"""Where a voter stands after the events so far, and what that adds to turnout and tally.

The contract records an act only when it outranks what was recorded before, so the newest recorded
act is the one that counts. Everything the read model sums up is a sum over standings: an event
changes a standing, and the sums change by what the standing adds after it less what it added
before. Undoing works the same way, which is why it is exact.
"""

from dataclasses import dataclass
from typing import NamedTuple

from hanpyo.chain.election_events import (
    CheckedIn,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Voided,
)
from hanpyo.protocol.types import BallotKind

VoterEvent = Recorded | Rebound | CheckedIn | Settled | Opened | Voided
"""The events that change a voter's standing."""


class Place(NamedTuple):
    """Where an event stands: block number, log index, block time."""

    block: int
    log_index: int
    timestamp: int


@dataclass(slots=True)
class Standing:
    """One voter of one election. The fields are those of `VoterState`."""

    voter: int
    first_seen: int | None = None
    acts: int = 0
    epoch: int = 0
    revision: int = 0
    minimum_epoch: int = 0
    checked_in: bool = False
    later: bool = False
    settled: bool = False
    voided: bool = False
    live_block: int | None = None
    live_index: int | None = None
    channel: int | None = None
    class_: int | None = None
    weight: int | None = None
    choices: bytes | None = None
    opened: bytes | None = None

    @property
    def is_untouched(self) -> bool:
        """Whether no event has ever named the voter."""
        return not (self.acts or self.minimum_epoch or self.checked_in)

    def apply(self, event: VoterEvent, place: Place) -> bool:
        """Take the voter's next event; True when it is a first, which stands in a batch's tree."""
        match event:
            case Recorded():
                return self._record(event, place)
            case Rebound(epoch=epoch):
                self.minimum_epoch = epoch
            case CheckedIn():
                self.checked_in = True
            case Settled():
                self.settled = True
            case Opened(choices=choices):
                self.opened = choices
            case Voided():
                self.voided, self.opened = True, None
        return False

    def _record(self, event: Recorded, place: Place) -> bool:
        terms = event.terms
        is_ballot = terms.kind == BallotKind.BALLOT
        untouched = not self.acts and not self.minimum_epoch
        first = is_ballot and untouched and terms.order == 0
        if self.first_seen is None:
            self.first_seen = place.timestamp
        self.acts += 1
        self.epoch, self.revision = terms.epoch, terms.revision
        self.later = self.later or not first
        if is_ballot:
            self.live_block, self.live_index = place.block, place.log_index
            self.channel, self.class_, self.weight = terms.channel, terms.class_, terms.weight
            self.choices = event.choices
        else:
            self.live_block = self.live_index = self.channel = self.class_ = self.weight = None
            self.choices = None
        return first
