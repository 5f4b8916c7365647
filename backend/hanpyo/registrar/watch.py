"""A registrar follows the elections it serves by its own node, and tells voters of their acts.

Only blocks that are final are told of, so a reorganisation never makes a message untrue. Cursor and
messages are one transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.decoding import decode_logs
from hanpyo.chain.election_events import Entry, Rebound, Recorded
from hanpyo.chain.events import Check, read_logs
from hanpyo.chain.headers import fetch_header
from hanpyo.db.leases import Held
from hanpyo.db.models.registrar import RegistrarElection
from hanpyo.errors import HanpyoError
from hanpyo.protocol.types import Address, BallotKind
from hanpyo.registrar.frozen import Elections, FrozenElection
from hanpyo.registrar.notices import News, Notices, rebound

_BLOCKS: Final = 2_000
"""Blocks of one election read in one step."""


@dataclass(frozen=True)
class ActWatch:
    """The task that reads acts; `confirmations` None follows the chain's `finalized` tag."""

    elections: Elections
    notices: Notices
    confirmations: int | None
    pause: float = 2.0

    @property
    def name(self) -> str:
        """See `tasks.Task`."""
        return f"registrar-watch:{self.notices.ledger.registrar.hex()}"

    def step(self, held: Held) -> bool:
        """See `tasks.Task`."""
        final, more = self._final(), False
        failures: list[HanpyoError] = []
        for place in self._followed():
            try:
                more |= self._advance(held, place, final)
            except HanpyoError as failure:  # one election holds up no other
                failures.append(failure)
        if failures:
            raise failures[0]
        return more

    def _final(self) -> int:
        rpc = self.elections.rpc
        if self.confirmations is None:
            return fetch_header(rpc, "finalized").number
        return rpc.block_number() - self.confirmations + 1

    def _followed(self) -> list[RegistrarElection]:
        query = select(RegistrarElection).where(
            RegistrarElection.registrar == self.notices.ledger.registrar,
            RegistrarElection.done.is_(False),
        )
        with self.notices.ledger.database.read() as session:
            return list(session.scalars(query))

    def _advance(self, held: Held, row: RegistrarElection, final: int) -> bool:
        """Tell of the next blocks; True when more wait."""
        end = min(final, row.cursor + _BLOCKS)
        if end <= row.cursor:
            return False
        election = self.elections.get(Address(row.election))
        found = list(self._news(election, row.cursor + 1, end))
        over = fetch_header(self.elections.rpc, end).timestamp >= row.ends_at

        def work(session: Session) -> None:
            held.require(session)
            self.notices.add(session, Address(row.election), found)
            place = {"registrar": row.registrar, "election": row.election}
            kept = session.get_one(RegistrarElection, place)
            kept.cursor, kept.done = end, over

        self.notices.ledger.database.transact(work)
        return end < final

    def _news(self, election: FrozenElection, start: int, end: int) -> Iterator[News]:
        contract = election.contract
        logs = read_logs(contract.rpc, contract.address, start, end, check=Check.BLOOM)
        entries, _ = decode_logs(logs, election.manifest.choices_length)
        times: dict[int, int] = {}
        for entry in entries:
            number = entry.log.block_number
            if number not in times:
                times[number] = fetch_header(contract.rpc, number).timestamp
            found = _news_of(entry, times[number])
            if found is not None:
                yield found


def _news_of(entry: Entry, at: int) -> News | None:
    """What one event means to its voter."""
    event = entry.event
    if isinstance(event, Recorded):
        terms = event.terms
        kind = "cast" if terms.kind == BallotKind.BALLOT else "withdrawn"
        return News(terms.voter, kind, b"act" + terms.pack() + event.content, at)
    if isinstance(event, Rebound):
        return rebound(event.voter, event.epoch, at)
    return None
