"""Logs of many ballots as a node would tell them, and what two readers make of them.

`raw` is the ceiling: fixed-width slices of the JSON into COPY (or one prepared statement), with a
cursor; `indexed` is the read model through the same database. Both commit once a range.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from hanpyo.chain.receipts import Log
from hanpyo.db.database import Database
from hanpyo.indexer.ahead import ahead, without_collecting
from hanpyo.indexer.bulk import Row, insert_rows
from hanpyo.indexer.index import ElectionIndex
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.hashing import keccak

BATCH, BATCHES_A_BLOCK, RANGE = 200, 20, 8_000
_CAST = "0x" + keccak(b"BallotCast(uint32,uint256,bytes32,bytes32)").hex()
_BATCH = "0x" + keccak(b"BatchRecorded(uint32,bytes32,bytes32,uint32)").hex()


@dataclass(frozen=True)
class Load:
    """Answers of eth_getLogs by range, and the times of their blocks."""

    answers: Sequence[bytes]
    times: Mapping[int, int]
    logs: int


def load(ballots: int, options: int = 3) -> Load:
    """First ballots of an open election with one choose-one item, voter after voter."""
    answers: list[bytes] = []
    current: list[dict[str, Any]] = []
    total = 0
    for log in _logs(ballots, options):
        changes = current and log["blockNumber"] != current[-1]["blockNumber"]
        if changes and len(current) >= RANGE:
            answers.append(orjson.dumps(current))
            current = []
        current.append(log)
        total += 1
    answers.append(orjson.dumps(current))
    blocks = ballots // (BATCH * BATCHES_A_BLOCK) + 2
    return Load(answers, {number: 1_000 + number for number in range(blocks)}, total)


def raw(database: Database, given: Load, model: Any) -> float:
    """Seconds of slicing and copying into `model`, a table of the read model's `Act` columns."""
    started = time.perf_counter()
    for answer in given.answers:
        rows = [_slice(log, given.times) for log in orjson.loads(answer)]
        database.transact(partial(insert_rows, model=model, rows=rows))
    return time.perf_counter() - started


def indexed(database: Database, given: Load, index: ElectionIndex) -> float:
    """Seconds of reading the same answers into the read model."""
    started = time.perf_counter()
    parsed = ([Log.from_rpc(log) for log in orjson.loads(each)] for each in given.answers)
    for logs in ahead(parsed):
        with without_collecting(len(logs)):
            database.transact(partial(index.apply, logs=logs, times=given.times))
    return time.perf_counter() - started


def _slice(log: Mapping[str, Any], times: Mapping[int, int]) -> Row:
    data, number = log["data"], int(log["blockNumber"], 16)
    word = bytes.fromhex
    return (
        "raw",
        number,
        int(log["logIndex"], 16),
        word(log["blockHash"][2:]),
        word(log["transactionHash"][2:]),
        times[number],
        int(log["topics"][1], 16),
        word(data[2:66]),
        word(data[66:130]),
        word(data[130:]),
    )


def _logs(ballots: int, options: int) -> Iterator[dict[str, Any]]:
    place = 0
    for voter in range(ballots):
        batch = voter // BATCH
        block = batch // BATCHES_A_BLOCK + 1
        key = b"\1" + bytes(11) + keccak(b"key %d" % voter)[:20]
        choices = bytes([voter % (options + 1)]) + bytes(31)
        yield _log(block, batch, place, [_CAST, voter], Terms(voter).pack() + key + choices)
        place += 1
        if (voter + 1) % BATCH == 0:
            data = keccak(b"root") + bytes(32) + BATCH.to_bytes(32, "big")
            yield _log(block, batch, place, [_BATCH, batch + 1], data)
            place = 0 if (batch + 1) % BATCHES_A_BLOCK == 0 else place + 1


def _log(block: int, batch: int, place: int, topics: list[Any], data: bytes) -> dict[str, Any]:
    return {
        "address": "0x" + "00" * 19 + "01",
        "topics": [topics[0], f"0x{topics[1]:064x}"],
        "data": "0x" + data.hex(),
        "blockNumber": hex(block),
        "blockHash": "0x" + keccak(b"block %d" % block).hex(),
        "transactionHash": "0x" + keccak(b"batch %d" % batch).hex(),
        "transactionIndex": hex(batch % BATCHES_A_BLOCK),
        "logIndex": hex(place),
        "removed": False,
    }
