"""Records of elections that are being closed: read on from where they were, not from the start.

After a reorganisation that reached what was read, a record is begun anew.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Certified
from hanpyo.chain.events import read_logs
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.elections.record import ElectionRecord, RecordInconsistent

_KEPT: Final = 4


@dataclass
class Reading:
    """A record up to block `number`; `certified_at` is the block of its certification."""

    number: int
    hash: bytes = b""
    record: ElectionRecord = field(default_factory=ElectionRecord)
    certified_at: int | None = None


class RecordKeeper:
    """Keeps the records read last. For one thread."""

    def __init__(self) -> None:
        self._readings: OrderedDict[str, Reading] = OrderedDict()

    def read(self, contract: ElectionContract) -> Reading:
        """The record at the newest block; raises `RecordInconsistent`, `BadEvent`."""
        reading = self._readings.pop(contract.address, None)
        if reading is None or not _stands(contract, reading):
            progress, _ = contract.progress()
            reading = Reading(progress.frozen_at_block - 1)
        _read_on(contract, reading)
        self._readings[contract.address] = reading
        while len(self._readings) > _KEPT:
            self._readings.popitem(last=False)
        return reading

    def forget(self, contract: ElectionContract) -> None:
        """Let go of a record that nobody needs any more."""
        self._readings.pop(contract.address, None)


def _stands(contract: ElectionContract, reading: Reading) -> bool:
    try:
        return contract.rpc.block_hash(reading.number) == reading.hash
    except BlockUnknown:
        return False


def _read_on(contract: ElectionContract, reading: Reading) -> None:
    rpc, length = contract.rpc, contract.manifest.choices_length
    with rpc.steady():
        newest = rpc.block_number()
        for log in read_logs(rpc, contract.address, reading.number + 1, newest):
            event = decode_log(log, length)
            reading.record.apply(event)
            if isinstance(event, Certified):
                reading.certified_at = log.block_number
        reading.number, reading.hash = newest, rpc.block_hash(newest)
        _, counters = contract.progress()
    if counters.batches != len(reading.record.batches):
        raise RecordInconsistent(
            f"the contract counts {counters.batches} batches, the node shows "
            f"{len(reading.record.batches)}"
        )
