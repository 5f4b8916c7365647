"""The task that follows the chain for every published election of an installation.

Each step looks at the newest block, takes back what is no longer on the chain, reads the blocks
that are new, and then lets elections that are behind catch up. What is read and how far is written
in one transaction. A fault of one election's logs holds up that election alone; a change below the
newest final block, or another chain, stops everything until an operator releases it.
"""

from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.errors import ChainMoved
from hanpyo.db.leases import Held
from hanpyo.db.models import Block, Cursor, Installation
from hanpyo.elections.catalogue import Catalogue
from hanpyo.indexer.alarms import (
    BELOW_FINAL,
    OTHER_CHAIN,
    raise_alarm,
    released_alarms,
    standing_alarm,
)
from hanpyo.indexer.reading import Reading
from hanpyo.indexer.window import (
    Extension,
    FinalChanged,
    Fork,
    Outlook,
    Standstill,
    Window,
    deepest_known,
    load_window,
    look,
)
from hanpyo.indexer.writing import forget_chain, rewind
from hanpyo.runtime import Runtime

_log = structlog.get_logger(__name__)


class Follower:
    """Follows all published elections; a `tasks.Task`."""

    name: Final = "indexer"

    def __init__(self, runtime: Runtime, catalogue: Catalogue) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._reading = Reading(runtime, catalogue)
        self._identified = False

    @property
    def pause(self) -> float:
        """Seconds between looks at the chain."""
        return self._runtime.settings.chain.poll

    def step(self, held: Held) -> bool:
        """One look at the chain; True while elections are catching up."""
        with self._database.read() as session:
            if standing_alarm(session) is not None:
                return False
            window, released = load_window(session), bool(released_alarms(session))
        if not self._identify(held):
            return False
        try:
            return self._follow(held, window, released=released)
        except ChainMoved as moved:
            _log.info("chain_moved_while_read", reason=str(moved))
            return False

    def _follow(self, held: Held, window: Window, *, released: bool) -> bool:
        outlook = look(self._runtime.rpc, window, self._runtime.settings.chain.confirmations)
        if released:
            self._pass_alarm(held, outlook)
            return True
        match outlook:
            case FinalChanged(number, known, found):
                self._alarm(held, BELOW_FINAL, number, known, found)
                return False
            case Fork(ancestor):
                self._rewind(held, ancestor)
                return True
            case Extension(headers, final):
                self._reading.advance(held, window, headers, final)
                return self._reading.catch_up(held, final)
            case Standstill(lags):
                self._identified = not lags
        self._reading.advance(held, window, (), window.final)
        return self._reading.catch_up(held, window.final)

    def _identify(self, held: Held) -> bool:
        """Whether the node serves this installation's chain; looked at once, and when it lags."""
        if self._identified:
            return True
        with self._database.read() as session:
            known = session.get_one(Installation, 1).genesis
        found = self._runtime.rpc.block_hash(0)
        self._identified = found == known
        if not self._identified:
            self._alarm(held, OTHER_CHAIN, 0, known, found)
        return self._identified

    def _alarm(self, held: Held, kind: str, number: int, known: bytes, found: bytes | None) -> None:
        now = self._runtime.now()

        def work(session: Session) -> None:
            held.require(session)
            raise_alarm(session, kind, number=number, known=known, found=found, now=now)

        self._database.transact(work)
        _log.error("index_alarm", kind=kind, block=number)

    def _rewind(self, held: Held, ancestor: int) -> None:
        now = self._runtime.now()

        def work(session: Session) -> list[str]:
            held.require(session)
            above = session.scalars(select(Cursor.election_id).where(Cursor.number > ancestor))
            indexes = {election: self._reading.index(election) for election in above}
            return rewind(session, indexes, ancestor, now)

        changed = self._database.transact(work)
        self._reading.forget_pins()
        _log.warning("reorganised", ancestor=ancestor, elections=len(changed))

    def _pass_alarm(self, held: Held, outlook: Outlook) -> None:
        """Do what an operator released: go back as far as the chain changed, final or not."""
        if isinstance(outlook, FinalChanged):
            with self._database.read() as session:
                known = [(row.number, row.hash) for row in session.scalars(select(Block))]
            ancestor = deepest_known(self._runtime.rpc, known)
            if ancestor is None:
                self._begin_again(held)
            else:
                self._rewind(held, ancestor)
        now = self._runtime.now()

        def work(session: Session) -> None:
            held.require(session)
            for alarm in released_alarms(session):
                alarm.settled_at = now

        self._database.transact(work)

    def _begin_again(self, held: Held) -> None:
        def work(session: Session) -> None:
            held.require(session)
            followed = session.scalars(select(Cursor.election_id)).all()
            forget_chain(session, [self._catalogue.get(each) for each in followed])

        self._database.transact(work)
        self._reading.forget_pins()
