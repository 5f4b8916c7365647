"""Which instructions of the deployed contracts ran, from the node's own traces."""

import json
import socket
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from bench.harness.system import MODULES, System
from hanpyo.chain.binary import find_anvil
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.hashing import keccak

_TRACER = (
    "{hits:{},frames:[],own:null,"
    "at:function(to){return this.hits[to]||(this.hits[to]={});},"
    "enter:function(frame){this.frames.push(this.own);this.own=this.at(toHex(frame.getTo()));},"
    "exit:function(){this.own=this.frames.pop();},"
    "step:function(log){if(this.own===null)this.own=this.at(toHex(log.contract.getAddress()));"
    "this.own[log.getPC()]=1;},"
    "fault:function(){},"
    "result:function(){var all={};for(var to in this.hits)"
    "all[to]=Object.keys(this.hits[to]).map(Number);return all;}}"
)
"""Collects program counters, once each, by the address whose code runs."""
_CALLS = 40
"""Traces of one function called for its answer; the rest takes time and finds nothing."""
_SETUP = {
    keccak(signature.encode())[:4].hex()
    for signature in (
        "createElection(bytes,uint256)",
        "publishText(string)",
        "publishRoll(uint32,bytes)",
        "freeze()",
    )
}
"""What succeeds alike at the start of every test."""


@contextmanager
def tracing_node() -> Iterator[Rpc]:
    """An anvil that keeps what traces need and takes code of any size."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--hardfork", "osaka", "--disable-code-size-limit", "--quiet"]
    with TemporaryDirectory() as home:
        process = subprocess.Popen([str(find_anvil()), *options, "--cache-path", home])
        try:
            rpc = Rpc(f"http://127.0.0.1:{port}", timeout=120)
            rpc.chain_id()
            yield rpc
            rpc.close()
        finally:
            process.terminate()
            process.wait()


class Tracer:
    """Traces transactions and calls; `write` keeps what ran of the system's contracts.

    What succeeded once is not traced again with the same calldata: elections begin alike.
    """

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc
        self._hits: defaultdict[str, set[int]] = defaultdict(set)
        self._done: set[bytes] = set()
        self._calls: Counter[str] = Counter()

    def transaction(self, hash_: str, data: bytes, *, succeeded: bool) -> None:
        """Trace a mined transaction."""
        if succeeded:
            selector = data[:4].hex()
            self._calls[selector] += 1
            if data in self._done or (selector in _SETUP and self._calls[selector] > _CALLS):
                return
            self._done.add(data)
        self._add(self.rpc.call("debug_traceTransaction", hash_, {"tracer": _TRACER}))

    def call(self, request: dict[str, str]) -> None:
        """Trace a call."""
        selector = request["data"][:10]
        self._calls[selector] += 1
        if self._calls[selector] <= _CALLS:
            self._add(self.rpc.call("debug_traceCall", request, "latest", {"tracer": _TRACER}))

    def write(self, system: System, folder: Path) -> None:
        """Write the program counters of each contract of the system."""
        names = ["Election", *(f"{name}Module" for name in MODULES), "ElectionFactory"]
        addresses = [system.implementation, *system.modules, system.factory]
        hits = {
            name: sorted(self._hits.get("0x" + address.hex(), ()))
            for name, address in zip(names, addresses, strict=True)
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{uuid4().hex}.json").write_text(json.dumps(hits))

    def _add(self, found: Any) -> None:
        for address, counters in found.items():
            self._hits[address].update(counters)
