"""The logs of one election a portion at a time, checked, with the times of their blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hanpyo.chain.errors import ChainMoved
from hanpyo.chain.events import Check, Ranges, read_linked_logs, read_ranges
from hanpyo.chain.headers import Header, fetch_header, fetch_headers
from hanpyo.chain.quantities import read_object, to_quantity
from hanpyo.chain.receipts import Log
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.config import IndexSection
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.cursors import Position
from hanpyo.indexer.told import Told


@dataclass(frozen=True, slots=True)
class Portion:
    """All that is told of an election behind block `start` up to `number`, with the headers of
    the blocks that hold it.
    """

    election: PublishedElection
    start: int
    number: int
    hash: bytes
    told: Told
    headers: Sequence[Header]


class Portions:
    """Reads from one node."""

    def __init__(self, rpc: Rpc, settings: IndexSection) -> None:
        self._rpc = rpc
        self._ranges = Ranges(settings.first_range, max(settings.first_range, settings.most_range))
        self._backfill = _CHECKS[settings.backfill_check]
        self._live = _CHECKS[settings.live_check]

    def final(
        self, election: PublishedElection, position: Position, last: int
    ) -> Iterator[Portion]:
        """What lies between the cursor and the final block `last`; raises `BadEvent`."""
        found = read_ranges(
            self._rpc,
            election.address,
            position.number + 1,
            last,
            check=self._backfill,
            ranges=self._ranges,
            parent=position.hash,
        )
        for each in found:
            headers = _holding(each.headers, each.logs) or self._headers(each.logs)
            told = _told(election, each.logs, headers)
            yield Portion(election, each.first - 1, each.last, each.hash, told, headers)

    def newest(
        self, election: PublishedElection, position: Position, headers: Sequence[Header]
    ) -> Portion:
        """What lies between the cursor and the last of these headers, which follow each other.

        Raises `BadEvent`.
        """
        top = headers[-1]
        own = [header for header in headers if header.number > position.number]
        if not own or own[0].number != position.number + 1:
            own = fetch_headers(self._rpc, position.number + 1, top.number)
        if own[0].parent_hash != position.hash or own[-1].hash != top.hash:
            raise ChainMoved(f"block {top.number} does not follow what was read before")
        logs = read_linked_logs(self._rpc, election.address, own, self._live)
        held = _holding(own, logs)
        told = _told(election, logs, held)
        return Portion(election, position.number, top.number, top.hash, told, held)

    def before(self, block: int) -> Header:
        """The header of the block before `block`."""
        return fetch_header(self._rpc, max(0, block - 1))

    def _headers(self, logs: Sequence[Log]) -> list[Header]:
        """The headers of the blocks that hold these logs, where none were read with them."""
        hashes = {log.block_number: log.block_hash for log in logs}
        calls = [Call("eth_getBlockByNumber", (to_quantity(each), False)) for each in hashes]
        found = [Header.from_rpc(read_object(each, "block")) for each in self._rpc.results(calls)]
        for header, (number, expected) in zip(found, hashes.items(), strict=True):
            if header.number != number or header.hash != expected:
                raise ChainMoved(f"block {number} changed after its logs were read")
        return found


def _holding(headers: Sequence[Header], logs: Sequence[Log]) -> list[Header]:
    """Those of the headers whose blocks hold logs."""
    used = {log.block_number for log in logs}
    return [header for header in headers if header.number in used]


def _told(election: PublishedElection, logs: Sequence[Log], headers: Sequence[Header]) -> Told:
    times = {header.number: header.timestamp for header in headers}
    return Told.of(election, logs, times)


_CHECKS = {"end": Check.END_BLOCK, "bloom": Check.BLOOM, "receipts": Check.RECEIPTS}
