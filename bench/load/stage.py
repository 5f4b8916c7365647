"""A chain that mines once a second, with a published election and a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hanpyo.chain.rpc import Rpc
from hanpyo.db.database import Database
from hanpyo.db.revisions import HEAD
from hanpyo.db.schema import MIGRATIONS

_BLOCK_SECONDS: Final = 1


@contextmanager
def block_a_second(rpc: Rpc) -> Iterator[None]:
    """Let the node mine on a clock; before and after, it mines each transaction at once."""
    rpc.call("evm_setAutomine", False)
    rpc.call("evm_setIntervalMining", _BLOCK_SECONDS)
    try:
        yield
    finally:
        rpc.call("evm_setIntervalMining", 0)
        rpc.call("evm_setAutomine", True)


def stamp(database: Database) -> None:
    """Say that a schema made from the models is this version's, so that processes start on it."""
    engine = database.engine.execution_options(hanpyo_write=True)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        context._ensure_version_table()  # noqa: SLF001  what `alembic stamp` calls
        context.stamp(ScriptDirectory(str(MIGRATIONS)), HEAD)


def peak_memory(root: int) -> dict[int, int]:
    """The most memory (resident, in MiB) that a process and its descendants have had, by id."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(folder.name)] = int(fields[1])
    family = {root}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            return {pid: _high_water(pid) for pid in sorted(family)}
        family |= more


def _high_water(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmHWM", "0 kB").split()[0]) // 1024
