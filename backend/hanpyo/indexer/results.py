"""What the contract itself says of each item: asked once a block at most, and once it is certified
never again.
"""

from collections import OrderedDict
from threading import Lock
from typing import ClassVar, Final

from hanpyo.chain.contracts import ElectionContract, ItemResult
from hanpyo.chain.rpc import Rpc
from hanpyo.errors import Conflict
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.phases import Phase

_KEPT: Final = 64
_COUNTED: Final = (Phase.OPENING, Phase.CERTIFIED, Phase.CANCELLED, Phase.UNDETERMINED)


class NotCountedYet(Conflict):
    """The voting or the desk's time is not over: there is no result of any kind."""

    code: ClassVar[str] = "not_counted_yet"


class Results:
    """Reads results through one process's memory. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, object], tuple[ItemResult, ...]] = OrderedDict()
        self._lock = Lock()

    def read(self, rpc: Rpc, found: Situation) -> tuple[ItemResult, ...]:
        """Each item's result; raises `NotCountedYet`, `TallySealed`, `TallyHalted`."""
        if found.phase not in _COUNTED:
            raise NotCountedYet("results are shown once the voting and the desk are closed")
        if found.phase in (Phase.OPENING, Phase.CERTIFIED):
            found.require_tally()
        key = (found.election.id, _state(found))
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known
        contract = ElectionContract(rpc, found.election.address)
        results = tuple(contract.result(n) for n in range(len(found.election.manifest.items)))
        with self._lock:
            self._known[key] = results
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return results


def _state(found: Situation) -> object:
    """What a result belongs to: the block, or of what is certified the counts that are final."""
    if found.phase is not Phase.CERTIFIED:
        return found.hash
    done = found.progress
    return done.certified_block, done.live, done.live_weight, done.opened, done.voided
