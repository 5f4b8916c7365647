"""The embedded chain: an anvil process of our own on loopback, with random keys and chain id.

It leaves nothing behind: the process ends with this one however that dies, nothing is written
outside a folder of its own and the state file asked for, and no well-known key holds money on it.
Whoever runs an embedded chain controls it; it serves demonstrations, tests and single-machine use.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, ClassVar, Final, Self

from eth_account.signers.local import LocalAccount

from hanpyo.chain import guard
from hanpyo.chain.binary import find_anvil
from hanpyo.chain.controls import Controls
from hanpyo.chain.errors import ChainError
from hanpyo.chain.identity import NodeIdentity
from hanpyo.chain.rpc import Rpc

GAS_LIMIT: Final = 60_000_000  # Ethereum's block gas limit since 2025
ENDOWMENT: Final = 10**24  # wei: a million ether for each account
_START_TRIES: Final = 5
_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.02


class NodeStartFailed(ChainError):
    """The embedded chain did not come up; the message ends with what the program printed."""

    code: ClassVar[str] = "node_start_failed"


class EmbeddedNode:
    """An anvil process as a context manager. `url`, `rpc`, `accounts` and `controls` drive it."""

    def __init__(
        self,
        state_file: Path | None = None,
        chain_id: int | None = None,
        *,
        block_time: int | None = None,
        account_count: int = 4,
        gas_limit: int = GAS_LIMIT,
        state_interval: int | None = None,
        history: int | None = None,
        binary: Path | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing starts before `start` or `with`.

        `state_file` keeps the chain between runs, its chain id and keys beside it; without it the
        chain lasts until `stop`. `chain_id` None draws one. `block_time` in seconds mines on a
        clock, None mines each transaction at once. `state_interval` in seconds saves the state
        while running, so that a killed node loses little more than that. `history` is how many
        past states stay in memory, for calls, proofs and reorganisations there; None keeps the
        newest.
        """
        self._state_file = state_file
        self._chain_id = chain_id
        self._account_count = account_count
        self._options = ["--gas-limit", str(gas_limit)]
        if block_time is not None:
            self._options += ["--block-time", str(block_time)]
        if state_interval is not None:
            self._options += ["--state-interval", str(state_interval)]
        self._history = () if history is None else (str(history),)
        self._binary = binary
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._scratch: Path | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._identity: NodeIdentity | None = None
        self._rpc: Rpc | None = None
        self._port = 0
        self._process_id = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The node's http URL; the same after `restart`."""
        return self.rpc.url

    @property
    def rpc(self) -> Rpc:
        """A client of the node."""
        if self._rpc is None:
            raise ChainError("the embedded chain is not running")
        return self._rpc

    @property
    def controls(self) -> Controls:
        """The levers of the node: time, mining, faults."""
        return Controls(self.rpc)

    @property
    def chain_id(self) -> int:
        """The chain id drawn, given, or kept with the state file."""
        return self._known_identity().chain_id

    @property
    def accounts(self) -> tuple[LocalAccount, ...]:
        """Accounts with random keys, each endowed with a million ether."""
        return self._known_identity().accounts

    @property
    def process_id(self) -> int:
        """The process id of anvil itself."""
        return self._process_id

    def start(self) -> None:
        """Start the node and wait until it answers. Raises `NodeStartFailed`, `AnvilNotFound`."""
        if self._guard is not None:
            raise ChainError("the embedded chain is running already")
        self._binary = self._binary or find_anvil()
        self._scratch = Path(tempfile.mkdtemp(prefix="hanpyo-node-"))
        try:
            fresh = self._identify()
            self._launch()
            if fresh:
                self._endow()
            else:
                self._keep_time()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Let the node save its state and end, and remove its folder. Harmless when stopped."""
        self._end(keep=False)
        if self._rpc is not None:
            self._rpc.close()
        self._rpc = None
        self._port = 0
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch = None

    def restart(self) -> None:
        """Stop the node in order and start it again on the same port with the same chain."""
        self._end(keep=True)
        self.rpc.close()
        self._forget_lost_chain()
        self._launch()
        self._keep_time()

    def kill(self) -> None:
        """End the node with SIGKILL, as a power cut does; `restart` brings back what was saved."""
        os.kill(self._process_id, signal.SIGKILL)
        self._end(keep=True)

    def _known_identity(self) -> NodeIdentity:
        if self._identity is None:
            raise ChainError("the embedded chain was never started")
        return self._identity

    def _identify(self) -> bool:
        """Load or draw chain id and keys; True when the chain begins with this start."""
        if self._state_file is not None and self._state_file.exists():
            self._identity = NodeIdentity.load(self._state_file, self._chain_id)
            return False
        began = int(self._clock())
        self._identity = NodeIdentity.draw(self._chain_id, self._account_count, began)
        if self._state_file is not None:
            self._identity.save(self._state_file)
        return True

    def _forget_lost_chain(self) -> None:
        """A chain that was never saved begins again, and with another first block says so."""
        identity = self._known_identity()
        if self._state().exists():
            return
        began = max(int(self._clock()), (identity.genesis_time or 0) + 1)
        self._identity = replace(identity, genesis_time=began)
        if self._state_file is not None:
            self._identity.save(self._state_file)

    def _launch(self) -> None:
        """Try free ports until one is ours: whoever took it may answer before anvil says so."""
        for _ in range(_START_TRIES):
            port = self._port or _free_port()
            if self._try_launch(port):
                self._port = port
                return
            self._end(keep=True)
            said = self._said()
            if said and "in use" not in said:
                break
        raise NodeStartFailed(f"the embedded chain did not start: {said or 'no message'}")

    def _try_launch(self, port: int) -> bool:
        """Start anvil on `port`; False when it ended or served another chain."""
        url = f"http://127.0.0.1:{port}"
        if self._rpc is not None and self._rpc.url != url:
            self._rpc.close()
            self._rpc = None
        self._rpc = self._rpc or Rpc(url)
        self._guard = self._spawn(port)
        self._process_id = int(_pipe(self._guard.stdout).readline() or b"0")
        deadline = self._monotonic() + _START_SECONDS
        while self._monotonic() < deadline and self._guard.poll() is None:
            if _listening(port) and self._guard.poll() is None:
                return self._rpc.chain_id() == self.chain_id
            self._sleep(_POLL_SECONDS)
        return False

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        scratch, kept = self._folder(), self._state()
        written = scratch / "written.json"
        began = self._known_identity().genesis_time
        command = [
            *(sys.executable, "-I", "-S", guard.__file__),
            *(str(scratch), str(written), str(kept), str(self._binary)),
            *("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(self.chain_id)),
            *("--accounts", "0", "--hardfork", "osaka", "--quiet"),
            *("--prune-history", *self._history),
            *(() if began is None else ("--timestamp", str(began))),
            *(("--load-state", str(kept)) if kept.exists() else ()),
            *("--no-cors", "--dump-state", str(written), *self._options),
        ]
        environment = {
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "PATH": os.environ.get("PATH", os.defpath),
        }
        with (scratch / "messages").open("wb") as messages:
            return subprocess.Popen(  # noqa: S603  the arguments are our own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                env=environment,
                start_new_session=True,
            )

    def _end(self, *, keep: bool) -> None:
        """Close the guard's input and wait; with `keep` the folder survives for a restart."""
        process, self._guard = self._guard, None
        if process is None:
            return
        with _pipe(process.stdin) as parent_lives, _pipe(process.stdout):
            if keep and process.poll() is None:
                parent_lives.write(b"k")
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.kill(self._process_id, signal.SIGKILL)
            process.wait()

    def _endow(self) -> None:
        for account in self.accounts:
            self.controls.set_balance(account.address, ENDOWMENT)
        self.controls.mine()

    def _keep_time(self) -> None:
        """A restarted anvil's clock starts anew; go on with the wall clock, never backwards."""
        newest = self.controls.now()
        self.controls.set_next_timestamp(max(newest + 1, int(self._clock())))

    def _folder(self) -> Path:
        if self._scratch is None:
            raise ChainError("the embedded chain is not running")
        return self._scratch

    def _state(self) -> Path:
        return self._state_file or self._folder() / "state.json"

    def _said(self) -> str:
        text = (self._folder() / "messages").read_text(errors="replace").strip()
        return text[-500:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ChainError("the guard of the embedded chain has no pipe")
    return stream
