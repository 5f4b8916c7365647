"""Hands attempts to a node and remembers what it said about each nonce."""

from collections.abc import Sequence

from hanpyo.chain.errors import MalformedAnswer, TransportError
from hanpyo.chain.journal import Attempt
from hanpyo.chain.node_errors import AlreadyKnown, NodeError, NonceTooLow
from hanpyo.chain.rpc import BATCH_CALLS, Rpc


class Broadcaster:
    """Sends attempts in order. An unknown outcome counts as sent: the bytes may be in the pool."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._refusals: dict[int, NodeError] = {}
        self.doubtful = False
        """Whether an attempt was refused, or may not have arrived, in the last broadcast."""

    def refusal(self, nonce: int) -> NodeError | None:
        """Why the node did not take the newest attempt at `nonce`, or None."""
        return self._refusals.get(nonce)

    def broadcast(self, attempts: Sequence[Attempt]) -> None:
        """Send `attempts`; never raises for what one of them meets (see `refusal`)."""
        self.doubtful = False
        for first in range(0, len(attempts), BATCH_CALLS):
            self._send(attempts[first : first + BATCH_CALLS])

    def _send(self, attempts: Sequence[Attempt]) -> None:
        try:
            outcomes = self._rpc.send_raw([attempt.raw for attempt in attempts])
        except (TransportError, NodeError):
            self.doubtful = True
            return
        for attempt, outcome in zip(attempts, outcomes, strict=True):
            self._note(attempt, outcome)

    def _note(self, attempt: Attempt, outcome: bytes | NodeError) -> None:
        self._refusals.pop(attempt.nonce, None)
        if isinstance(outcome, bytes):
            if outcome != attempt.hash:
                raise MalformedAnswer(
                    f"the node names the transaction of nonce {attempt.nonce} 0x{outcome.hex()}, "
                    f"its hash is 0x{attempt.hash.hex()}"
                )
        elif not isinstance(outcome, (AlreadyKnown, NonceTooLow)):
            self._refusals[attempt.nonce] = outcome
            self.doubtful = True
