"""Where a voter stands after the events so far, and what that adds to turnout and tally.

The contract records an act only when it outranks what was recorded before, so the newest recorded
act is the one that counts. Everything the read model sums up is a sum over standings: an event
changes a standing, and the sums change by what the standing adds after it less what it added
before. Undoing works the same way, which is why it is exact.
"""

from typing import Final, NamedTuple

from hanpyo.chain.election_events import (
    CheckedIn,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Voided,
)
from hanpyo.protocol.tuples import new_tuple
from hanpyo.protocol.types import BallotKind

VoterEvent = Recorded | Rebound | CheckedIn | Settled | Opened | Voided
"""The events that change a voter's standing."""
_BALLOT: Final = int(BallotKind.BALLOT)
_NOT_LIVE: Final = (None,) * 6  # from `live_block` to `choices`


class Place(NamedTuple):
    """Where an event stands: block number, log index, block time."""

    block: int
    log_index: int
    timestamp: int


class Standing(NamedTuple):
    """One voter of one election. The fields are those of `VoterState`, in the same order.

    A tuple for the time that it takes to make one, like `Terms`.
    """

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
    def is_plain(self) -> bool:
        """Whether the voter's acts tell it all: there is a first ballot at most, and no more."""
        return not (
            self.later
            or self.minimum_epoch
            or self.checked_in
            or self.settled
            or self.voided
            or self.opened is not None
        )

    def after(self, event: VoterEvent, place: Place) -> "Standing":
        """The standing after the voter's next event."""
        match event:
            case Recorded():
                return self.after_act(event, place)[0]
            case Rebound(epoch=epoch):
                return self._replace(minimum_epoch=epoch)
            case CheckedIn():
                return self._replace(checked_in=True)
            case Settled():
                return self._replace(settled=True)
            case Opened(choices=choices):
                return self._replace(opened=choices)
            case Voided():
                return self._replace(voided=True, opened=None)

    def after_act(self, act: Recorded, place: Place) -> tuple["Standing", bool]:
        """The standing after a recorded act, and whether that is a first: one that stands in a
        batch's tree.
        """
        terms, _, _, _, choices = act
        voter, weight, class_, epoch, revision, kind, channel = terms
        block, index, timestamp = place
        is_ballot = kind == _BALLOT
        first = is_ballot and not (epoch or revision or self.acts or self.minimum_epoch)
        live = (block, index, channel, class_, weight, choices) if is_ballot else _NOT_LIVE
        fields = (
            voter,
            timestamp if self.first_seen is None else self.first_seen,
            self.acts + 1,
            epoch,
            revision,
            self.minimum_epoch,
            self.checked_in,
            self.later or not first,
            self.settled,
            self.voided,
            *live,
            self.opened,
        )
        return new_tuple(Standing, fields), first


UNSEEN: Final = Standing(-1)
"""Where a voter stands before the first act, which names the voter."""
