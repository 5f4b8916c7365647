"""The ceiling of indexing: logs cut at fixed places and copied into one table, with a cursor.

Nothing is checked, folded or summed up. And the usual way: web3.py's contract events, not written
anywhere.
"""

import http.client
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import psycopg
from eth_utils.address import to_checksum_address
from web3 import HTTPProvider, Web3

from hanpyo.chain.artifact import load_artifact
from hanpyo.db.database import prepare_sqlite
from hanpyo.protocol.hashing import keccak

_BLOCKS: Final = 40
_TABLE: Final = (
    "CREATE TABLE raw_act (block bigint, place bigint, transaction_hash {bytes}, voter bigint, "
    "weight bigint, class bigint, epoch bigint, revision bigint, kind bigint, channel bigint, "
    "key {bytes}, choices {bytes}, PRIMARY KEY (block, place))"
)
_CURSOR: Final = "CREATE TABLE raw_cursor (block bigint)"
_COLUMNS: Final = 12
_CAST: Final = "0x" + keccak(b"BallotCast(uint32,uint256,bytes32,bytes32)").hex()


def copy_raw(node: str, url: str, address: bytes, last: int) -> int:
    """Copy every ballot of the contract up to block `last`; how many events were read."""
    if url.startswith("sqlite"):
        return _to_sqlite(node, url.removeprefix("sqlite:///"), address, last)
    events = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLE.format(bytes="bytea").encode())
        cursor.execute(_CURSOR)
        cursor.execute("INSERT INTO raw_cursor VALUES (0)")
        connection.commit()
        for end, logs in _ranges(node, address, last):
            with cursor.copy("COPY raw_act FROM STDIN") as copy:
                copy.write("".join(_lines(logs)))
            cursor.execute("UPDATE raw_cursor SET block = %s", (end,))
            connection.commit()
            events += len(logs)
    return events


def read_with_web3(node: str, address: bytes, last: int) -> int:
    """Read every ballot as web3.py's contract events; how many."""
    web3 = Web3(HTTPProvider(node))
    abi: Any = load_artifact("Election").abi
    contract = web3.eth.contract(to_checksum_address(address), abi=abi)
    count = 0
    for first in range(1, last + 1, _BLOCKS):
        end = min(first + _BLOCKS - 1, last)
        count += len(contract.events.BallotCast.get_logs(from_block=first, to_block=end))
    return count


def _to_sqlite(node: str, path: str, address: bytes, last: int) -> int:
    events = 0
    places = ", ".join("?" for _ in range(_COLUMNS))
    connection = sqlite3.connect(path)
    prepare_sqlite(connection, None)
    connection.execute(_TABLE.format(bytes="blob"))
    connection.execute(_CURSOR)
    connection.execute("INSERT INTO raw_cursor VALUES (0)")
    for end, logs in _ranges(node, address, last):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO raw_act VALUES ({places})",
            list(_rows(logs)),
        )
        connection.execute("UPDATE raw_cursor SET block = ?", (end,))
        connection.execute("COMMIT")
        events += len(logs)
    connection.close()
    return events


def _ranges(node: str, address: bytes, last: int) -> Iterator[tuple[int, Sequence[Any]]]:
    parts = urlsplit(node)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    for first in range(1, last + 1, _BLOCKS):
        end = min(first + _BLOCKS - 1, last)
        query = {"address": "0x" + address.hex(), "fromBlock": hex(first), "toBlock": hex(end)}
        asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
        connection.request("POST", "/", orjson.dumps(asked))
        yield end, orjson.loads(connection.getresponse().read())["result"]
    connection.close()


def _fields(log: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The fields of a ballot, hexadecimal where they are bytes; None for another event."""
    if log["topics"][0] != _CAST:
        return None
    data = log["data"]
    return (
        int(log["blockNumber"], 16),
        int(log["logIndex"], 16),
        log["transactionHash"][2:],
        int(data[42:50], 16),
        int(data[50:66], 16),
        int(data[6:10], 16),
        int(data[10:14], 16),
        int(data[14:18], 16),
        int(data[2:4], 16),
        int(data[4:6], 16),
        data[66:130],
        data[130:194],
    )


def _lines(logs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for log in logs:
        row = _fields(log)
        if row is not None:
            yield (
                f"{row[0]}\t{row[1]}\t\\\\x{row[2]}\t{row[3]}\t{row[4]}\t{row[5]}\t{row[6]}\t"
                f"{row[7]}\t{row[8]}\t{row[9]}\t\\\\x{row[10]}\t\\\\x{row[11]}\n"
            )


def _rows(logs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for log in logs:
        row = _fields(log)
        if row is not None:
            yield (
                *row[:2],
                bytes.fromhex(row[2]),
                *row[3:10],
                bytes.fromhex(row[10]),
                bytes.fromhex(row[11]),
            )
