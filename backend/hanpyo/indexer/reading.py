"""Elections read on from their cursors: the newest blocks all at once, final ones step by step."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from hanpyo.ahead import ahead, without_collecting
from hanpyo.chain.decoding import BadEvent
from hanpyo.chain.errors import ChainMoved, UntrustworthyAnswer
from hanpyo.chain.headers import Header, fetch_header
from hanpyo.db.leases import Held
from hanpyo.elections.catalogue import Catalogue
from hanpyo.errors import HanpyoError
from hanpyo.failpoints import failpoint
from hanpyo.indexer.cursors import Position, follow, move, move_all, positions, unfollowed
from hanpyo.indexer.index import ElectionIndex
from hanpyo.indexer.pinning import ImpostorContract, Pin, check_pin, pin
from hanpyo.indexer.portions import Portion, Portions
from hanpyo.indexer.window import Window
from hanpyo.indexer.writing import prune_blocks, write_blocks, write_head
from hanpyo.runtime import Runtime

_BUDGET: Final = 5.0  # seconds of catching up in one step
_HELD_UP: Final = (UntrustworthyAnswer, BadEvent, ImpostorContract)
_log = structlog.get_logger(__name__)


class Reading:
    """Reads every followed election. Keeps what is frozen, nothing of the chain."""

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._monotonic = monotonic
        self._indexes: dict[str, ElectionIndex] = {}
        self._checked: set[str] = set()

    @property
    def _portions(self) -> Portions:
        return Portions(self._runtime.rpc, self._runtime.settings.index)

    def index(self, election: str) -> ElectionIndex:
        """The read model of an election."""
        known = self._indexes.get(election)
        if known is None:
            known = self._indexes[election] = ElectionIndex(self._catalogue.get(election))
        return known

    def forget_pins(self) -> None:
        """Look at every election's code again before it is read on."""
        self._checked.clear()

    def advance(self, held: Held, window: Window, headers: Sequence[Header], final: int) -> None:
        """Read the newest blocks for every election that has read the final ones.

        `headers` are new and lead from the window, or from the final block, to the newest; without
        them elections that are behind come up to the newest known block.
        """
        head = headers[-1].number if headers else window.head
        self._begin_following(held, head)
        floor = min(final, headers[0].number - 1) if headers else final
        behind = self._positions(lambda each: floor <= each.number < head)
        if not headers and not behind:
            return
        top = headers[-1] if headers else fetch_header(self._runtime.rpc, head)
        if not headers and top.hash != window.hashes[head]:
            raise ChainMoved(f"block {head} is another now")
        portions, held_up = self._newest(behind, headers or (top,))
        linked = bool(headers and window.hashes) and headers[0].number == window.head + 1
        work = partial(
            self._write_newest,
            held=held,
            headers=headers,
            top=top,
            final=final,
            below=window.head if linked else None,
            portions=portions,
            held_up=held_up,
        )
        failpoint("before_index")
        self._database.transact(work)
        failpoint("after_index")

    @without_collecting()
    def catch_up(self, held: Held, final: int) -> bool:
        """Let elections read final blocks for some seconds; True when more waits."""
        deadline = self._monotonic() + _BUDGET
        progressed = False
        for position in self._positions(lambda each: each.number < final):
            election = self._catalogue.get(position.election_id)
            try:
                self._check(position)
                for portion in ahead(self._portions.final(election, position, final)):
                    self._database.transact(partial(self._write_final, held, portion))
                    progressed = True
                    if self._monotonic() > deadline:
                        return True
            except _HELD_UP as fault:
                self._hold_up(position.election_id, fault)
        return progressed

    def _write_final(self, held: Held, portion: Portion, session: Session) -> None:
        held.require(session)
        election = portion.election.id
        self.index(election).apply(session, portion.told)
        write_blocks(session, portion.headers, eventful=True)
        move(session, election, portion.start, (portion.number, portion.hash))

    def _newest(
        self, behind: Sequence[Position], headers: Sequence[Header]
    ) -> tuple[list[Portion], list[str]]:
        """What the elections have in these blocks, and which of them cannot be read."""
        portions, held_up = [], []
        for position in behind:
            try:
                self._check(position)
                election = self._catalogue.get(position.election_id)
                portions.append(self._portions.newest(election, position, headers))
            except _HELD_UP as fault:
                self._hold_up(position.election_id, fault)
                held_up.append(position.election_id)
        return portions, held_up

    def _write_newest(
        self,
        session: Session,
        *,
        held: Held,
        headers: Sequence[Header],
        top: Header,
        final: int,
        below: int | None,
        portions: Sequence[Portion],
        held_up: Sequence[str],
    ) -> None:
        held.require(session)
        write_blocks(session, headers, eventful=False)
        changed = [each for each in portions if each.told.logs or each.start != below]
        stuck = [each.election.id for each in changed if not self._applied(session, each)]
        if below is not None:
            move_all(session, top.number, top.hash, below=below, but=[*held_up, *stuck])
        write_head(session, top, final=final, now=self._runtime.now())
        prune_blocks(session, final)

    def _applied(self, session: Session, portion: Portion) -> bool:
        """Whether the portion could be written; if not, nothing of it is."""
        election = portion.election.id
        try:
            with session.begin_nested():
                self.index(election).apply(session, portion.told)
                write_blocks(session, portion.headers, eventful=True)
                move(session, election, portion.start, (portion.number, portion.hash))
        except _HELD_UP as fault:
            self._hold_up(election, fault)
            return False
        return True

    def _begin_following(self, held: Held, head: int) -> None:
        with self._database.read() as session:
            new = [each for each in unfollowed(session) if each[1] <= head]
        for election_id, created in new:
            try:
                pinned = pin(self._runtime.rpc, self._catalogue.get(election_id))
            except _HELD_UP as fault:
                self._hold_up(election_id, fault)
                continue
            before = self._portions.before(created)
            self._database.transact(partial(_follow, held, election_id, before, pinned))
            self._checked.add(election_id)

    def _positions(self, wanted: Callable[[Position], bool]) -> list[Position]:
        with self._database.read() as session:
            return [each for each in positions(session) if wanted(each)]

    def _check(self, position: Position) -> None:
        if position.election_id not in self._checked:
            election = self._catalogue.get(position.election_id)
            check_pin(self._runtime.rpc, election, position.pinned)
            self._checked.add(position.election_id)

    @staticmethod
    def _hold_up(election: str, fault: HanpyoError) -> None:
        """Note that an election cannot be read now; the chain's own moves concern all."""
        if isinstance(fault, ChainMoved):
            raise fault
        _log.warning("election_held_up", election=election, code=fault.code, reason=str(fault))


def _follow(held: Held, election: str, before: Header, pinned: Pin, session: Session) -> None:
    held.require(session)
    follow(session, election, before.number, before.hash, pinned)
