"""An election's events as a node would tell them, and a node that tells nothing else.

A corpus is made of blocks of one batch each; hashes of headers are real, signatures are not needed.
The node runs in a process of its own and answers from bytes made beforehand, so that it costs its
readers as little as a node can. Like nodes do, it refuses to tell more than 10,000 logs at once.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

import orjson
from eth_abi.abi import encode as encode_abi
from eth_utils.address import to_checksum_address

from bench.load.ballots import choices
from bench.load.paper import CHAIN_ID, MODULES, Paper, module_code
from hanpyo.chain.contracts import election_interface
from hanpyo.chain.encoding import encode
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.clone import clone_code
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address

BATCH: Final = 200
MOST_LOGS: Final = 10_000
_CAST: Final = keccak(b"BallotCast(uint32,uint256,bytes32,bytes32)")
_RECORDED: Final = keccak(b"BatchRecorded(uint32,bytes32,bytes32,uint32)")
_SECONDS: Final = 12
_FINALITY: Final = 2


@dataclass
class Corpus:
    """Blocks by number with their logs, as JSON."""

    paper: Paper
    ballots: int
    blocks: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    logs: list[tuple[int, bytes]] = field(default_factory=list)
    """Each log with its block's number, in order."""

    @classmethod
    def of(cls, paper: Paper, ballots: int) -> "Corpus":
        """So many first ballots after the election's creation."""
        corpus = cls(paper, ballots)
        corpus._add()
        for number, first in enumerate(range(0, ballots, BATCH), 1):
            corpus._add(batch=number)
            corpus._fill(number, range(first, min(first + BATCH, ballots)))
        for _ in range(_FINALITY):
            corpus._add()
        return corpus

    @property
    def head(self) -> int:
        """The newest block's number."""
        return len(self.blocks) - 1

    @property
    def final(self) -> int:
        """The newest final block's number."""
        return self.head - _FINALITY

    def _add(self, batch: int = 0) -> None:
        number = len(self.blocks)
        parent = self.hashes[-1] if self.hashes else bytes(32)
        opens = self.paper.manifest.timetable.opens_at
        told: dict[str, str] = {
            "parentHash": _data(parent),
            "sha3Uncles": _data(bytes(32)),
            "miner": _data(bytes(20)),
            "stateRoot": _data(bytes(32)),
            "transactionsRoot": _data(bytes(32)),
            "receiptsRoot": _data(bytes(32)),
            "logsBloom": "0x" + ("ff" if batch else "00") * 256,  # anything, or nothing
            "difficulty": "0x0",
            "number": hex(number),
            "gasLimit": "0x0",
            "gasUsed": "0x0",
            "timestamp": hex(opens + number * _SECONDS),
            "extraData": "0x",
            "mixHash": _data(bytes(32)),
            "nonce": _data(bytes(8)),
        }
        quantities = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp"}
        known = keccak(
            encode(
                [
                    int(value, 16) if name in quantities else bytes.fromhex(value[2:])
                    for name, value in told.items()
                ]
            )
        )
        self.hashes.append(known)
        self.blocks.append(orjson.dumps(told | {"hash": _data(known)}))

    def _fill(self, number: int, voters: range) -> None:
        items = self.paper.manifest.items
        for voter in voters:
            key = address_key_id(Address(keccak(b"key %d" % voter)[12:]))
            chosen = choices(items, voter).ljust(32, b"\0")
            self._tell(number, _CAST, voter, Terms(voter).pack() + key + chosen)
        count = len(voters).to_bytes(32, "big")
        self._tell(number, _RECORDED, number, keccak(b"root %d" % number) + bytes(32) + count)

    def _tell(self, number: int, topic: bytes, indexed: int, data: bytes) -> None:
        index = len(self.logs) - bisect_left(self.logs, (number, b""))
        told = {
            "address": _data(self.paper.domain.election),
            "topics": [_data(topic), _data(indexed.to_bytes(32, "big"))],
            "data": _data(data),
            "blockHash": _data(self.hashes[number]),
            "blockNumber": hex(number),
            "blockTimestamp": "0x0",
            "transactionHash": _data(keccak(b"transaction %d" % number)),
            "transactionIndex": "0x0",
            "logIndex": hex(index),
            "removed": False,
        }
        self.logs.append((number, orjson.dumps(told)))


@contextmanager
def telling(corpus: Corpus) -> Iterator[str]:
    """The URL of a node that tells this corpus; it ends with the context."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(corpus, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()
        ours.close()


def _serve(corpus: Corpus, told: Connection) -> None:
    answers = _Answers(corpus)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = answers.answer(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.send(server.server_port)
        server.serve_forever()


class _Answers:
    """What the node answers."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._numbers = [number for number, _ in corpus.logs]
        modules = election_interface().functions["modules"]
        listed = [to_checksum_address(each) for each in MODULES]
        self._modules = _data(encode_abi(modules.gives, [listed]))
        self._methods: dict[str, Callable[[list[Any]], bytes]] = {
            "eth_blockNumber": lambda _: orjson.dumps(hex(corpus.head)),
            "eth_call": lambda _: orjson.dumps(self._modules),
            "eth_chainId": lambda _: orjson.dumps(hex(CHAIN_ID)),
            "eth_getBlockByNumber": self._block,
            "eth_getCode": self._code,
        }

    def answer(self, body: bytes) -> bytes:
        """The answer to one request or to a batch of them."""
        asked = json.loads(body)
        if isinstance(asked, list):
            return b"[" + b",".join(map(self._one, asked)) + b"]"
        return self._one(asked)

    def _one(self, asked: dict[str, Any]) -> bytes:
        head = b'{"jsonrpc":"2.0","id":' + orjson.dumps(asked["id"])
        if asked["method"] == "eth_getLogs":
            return head + self._logs(asked["params"][0]) + b"}"
        return head + b',"result":' + self._methods[asked["method"]](asked["params"]) + b"}"

    def _block(self, params: list[Any]) -> bytes:
        named = {"latest": self._corpus.head, "finalized": self._corpus.final}
        number = named[params[0]] if params[0] in named else int(params[0], 16)
        return self._corpus.blocks[number]

    def _code(self, params: list[Any]) -> bytes:
        address = bytes.fromhex(params[0][2:])
        paper = self._corpus.paper
        if address == paper.domain.election:
            return orjson.dumps(_data(clone_code(MODULES[0], paper.manifest.encode())))
        return orjson.dumps(_data(module_code(Address(address))))

    def _logs(self, query: dict[str, Any]) -> bytes:
        start = bisect_left(self._numbers, int(query["fromBlock"], 16))
        end = bisect_right(self._numbers, int(query["toBlock"], 16))
        if end - start > MOST_LOGS:
            return b',"error":{"code":-32005,"message":"query returned more than 10000 results"}'
        wanted = [str(topic).encode() for topic in query.get("topics") or ()]
        found = (
            log for _, log in self._corpus.logs[start:end] if all(topic in log for topic in wanted)
        )
        return b',"result":[' + b",".join(found) + b"]"


def _data(value: bytes) -> str:
    return "0x" + value.hex()
