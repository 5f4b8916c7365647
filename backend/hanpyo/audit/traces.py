"""What the logs of an election lead to: blocks, transactions, and slots of its storage."""

from collections.abc import Sequence

from hanpyo.chain.decoding import decode_logs
from hanpyo.chain.election_events import BatchRecorded, Rebound, Recorded
from hanpyo.chain.receipts import Log
from hanpyo.protocol.types import BallotKind


class Traces:
    """All that is wanted beside the logs that were noted so far, one number a voter at most."""

    def __init__(self, choices_length: int) -> None:
        self._choices_length = choices_length
        self._seen: set[int] = set()
        self.batches: list[int] = []
        self.later: list[int] = []
        """Voters with a slot of their own, as often as they got to it."""
        self.blocks: set[int] = set()
        self.transactions: dict[bytes, None] = {}

    def note(self, logs: Sequence[Log]) -> None:
        """These logs come next."""
        self.blocks.update(log.block_number for log in logs)
        self.transactions.update((log.transaction_hash, None) for log in logs)
        for entry in decode_logs(logs, self._choices_length)[0]:
            event = entry.event
            if isinstance(event, BatchRecorded):
                self.batches.append(event.number)
            elif isinstance(event, Rebound):
                self.later.append(event.voter)
            elif isinstance(event, Recorded):
                self._note_act(event)

    def _note_act(self, act: Recorded) -> None:
        again = act.voter in self._seen
        self._seen.add(act.voter)
        if again or act.terms.order or act.terms.kind != BallotKind.BALLOT:
            self.later.append(act.voter)
