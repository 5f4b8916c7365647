"""Taking ballots in: everything the contract will verify, one committed row, then the promise.

A ballot that was answered with a promise is in the database; those that come at the same moment
share a transaction (`db.direct`), and each is answered after it. Posting it again, once or a
hundred times at the same moment, gives the same promise. Nothing is taken near the close, or while
the chain's newest block is not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.address import to_checksum_address
from sqlalchemy import RowMapping, select

from hanpyo.chain.keys import Key
from hanpyo.chain.rpc import Rpc
from hanpyo.config import RelaySection
from hanpyo.db.database import Database
from hanpyo.db.direct import DirectInsert
from hanpyo.db.models import Act, Ballot, BallotState
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.errors import Conflict, Unavailable
from hanpyo.failpoints import failpoint
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Digest
from hanpyo.relay.epochs import EXPECTED_EPOCH, expected_epoch
from hanpyo.relay.errors import (
    ActsExhausted,
    BudgetSpent,
    Closed,
    NotOpen,
    OrderTaken,
    WrongEpoch,
)
from hanpyo.relay.promise import promised_by, sign_promise
from hanpyo.relay.readings import Head, Readings
from hanpyo.relay.submission import Examined, Submission, examine
from hanpyo.relay.wallets import ask_wallet

_COLUMNS: Final = {
    "digest": "bytea",
    "election_id": "varchar(32)",
    "voter": "bigint",
    "epoch": "bigint",
    "revision": "bigint",
    "kind": "integer",
    "form": "integer",
    "weight": "bigint",
    "class": "integer",
    "key": "bytea",
    "body": "bytea",
    "state": "varchar(20)",
    "received_at": "bigint",
    "include_by": "bigint",
    "promise": "bytea",
    "most": "bigint",
}
_KEPT: Final = ", ".join(name for name in _COLUMNS if name != "most")
# One statement, so that no other request comes between the question and the row; where PostgreSQL
# lets two processes race, the unique order and digest settle it. Acts of one voter that race there
# at several orders may pass `most` by one a process: it bounds money, not what counts. What finds
# no place is explained afterwards. Counts are compared where `NOT EXISTS` would do, because no plan
# can turn them into a join over whole tables.
_INSERT: Final = f"""
INSERT INTO ballot ({_KEPT}, tries, not_before)
SELECT {_KEPT}, 0, 0
FROM given
WHERE (SELECT count(*) FROM ballot WHERE ballot.election_id = given.election_id
       AND ballot.voter = given.voter) < given.most
  AND (SELECT count(*) FROM ballot WHERE ballot.election_id = given.election_id
       AND ballot.voter = given.voter
       AND (ballot.epoch, ballot.revision) >= (given.epoch, given.revision)) = 0
  AND (SELECT count(*) FROM act WHERE act.election_id = given.election_id
       AND act.voter = given.voter
       AND (act.epoch, act.revision) >= (given.epoch, given.revision)
       AND act.digest <> given.digest) = 0
  AND given.epoch = ({EXPECTED_EPOCH})
ON CONFLICT DO NOTHING RETURNING digest
"""  # noqa: S608  constants of the program


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay's answer: the receipt, its promise, and a warning where choices are invalid."""

    digest: Digest
    include_by: int
    promise: bytes
    relay: str
    invalid_items: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """The receipt's short code."""
        return short_code(self.digest)


class Intake:
    """Takes ballots of every published election. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        key: Key,
        settings: RelaySection,
        *,
        stale_after: int,
        rpc: Callable[[], Rpc],
        clock: Callable[[], float],
        readings: Readings | None = None,
    ) -> None:
        """`key` signs promises; `rpc` gives the node that contract wallets are asked on."""
        self._database = database
        self._insert = DirectInsert(database, _INSERT, _COLUMNS, apart=("election_id", "voter"))
        self._catalogue = catalogue
        self._key = key
        self._settings = settings
        self._stale_after = stale_after
        self._rpc = rpc
        self._clock = clock
        self._readings = readings or Readings(database, default_cap=settings.spend_an_election)

    @property
    def readings(self) -> Readings:
        """Head and budgets as this intake knows them."""
        return self._readings

    @property
    def relay(self) -> str:
        """The address whose promises these are."""
        return self._key.address

    def submit(self, election_id: str, given: Submission) -> Accepted:
        """Take a ballot in; what is returned is durable and promised.

        Raises `UnknownElection` and the leaves of `relay.errors`.
        """
        election = self._catalogue.get(election_id)
        ballot = examine(election, given)
        try:
            return self._take(election, ballot)
        except (Conflict, Unavailable, WrongEpoch):
            earlier = self._earlier(election, ballot)
            if earlier is None:
                raise
            return earlier

    def _take(self, election: PublishedElection, ballot: Examined) -> Accepted:
        head = self._readings.fresh_head(int(self._clock()), self._stale_after)
        _require_period(election.manifest, head, self._settings.margin)
        self._require_budget(election.id)
        if ballot.wallet is not None:
            ask_wallet(self._rpc(), election.domain, ballot.wallet, ballot.digest)
        include_by = min(
            head.timestamp + self._settings.include_within,
            election.manifest.timetable.closes_at - 1,
        )
        promise = sign_promise(self._key, election.domain, ballot.digest, include_by)
        failpoint("before_commit")
        is_new = self._insert.add(self._row(election.id, ballot, include_by, promise))
        failpoint("after_commit")
        if not is_new:
            return self._explain(election, ballot)
        return Accepted(ballot.digest, include_by, promise, self._key.address, ballot.invalid_items)

    def _row(
        self, election_id: str, ballot: Examined, include_by: int, promise: bytes
    ) -> Mapping[str, Any]:
        return {
            "election_id": election_id,
            "digest": ballot.digest,
            "voter": ballot.voter,
            "epoch": ballot.epoch,
            "revision": ballot.revision,
            "kind": int(ballot.kind),
            "form": ballot.form,
            "weight": ballot.weight,
            "class": ballot.class_,
            "key": ballot.key,
            "body": ballot.body,
            "state": BallotState.QUEUED.value,
            "received_at": int(self._clock()),
            "include_by": include_by,
            "promise": promise,
            "most": self._settings.acts_a_voter,
        }

    def _require_budget(self, election_id: str) -> None:
        budget = self._readings.budget(election_id)
        if budget.spent >= budget.cap:
            raise BudgetSpent("the relay's money for this election is spent: tell the organiser")

    def _earlier(self, election: PublishedElection, ballot: Examined) -> Accepted | None:
        """The answer that this very ballot has had before, perhaps by another key's promise."""
        wanted = select(Ballot.include_by, Ballot.promise).where(Ballot.digest == ballot.digest)
        with self._database.read() as session:
            row = session.execute(wanted).first()
        if row is None:
            return None
        signer = promised_by(election.domain, ballot.digest, row.include_by, row.promise)
        return Accepted(
            ballot.digest,
            row.include_by,
            row.promise,
            to_checksum_address(signer),
            ballot.invalid_items,
        )

    def _explain(self, election: PublishedElection, ballot: Examined) -> Accepted:
        """Why no row was made: the same ballot is there already, or this raises."""
        earlier = self._earlier(election, ballot)
        if earlier is not None:
            return earlier
        with self._database.read() as session:
            epoch = expected_epoch(session, election.id, ballot.voter)
            standing = [
                row
                for model in (Ballot, Act)
                for row in session.execute(
                    select(model.epoch, model.revision, model.digest).where(
                        model.election_id == election.id, model.voter == ballot.voter
                    )
                ).mappings()
            ]
        if ballot.epoch != epoch:
            raise WrongEpoch("epoch", f"the voter's key has number {epoch} now")
        highest = max(standing, key=_order, default=None)
        if highest is not None and _order(highest) >= (ballot.epoch, ballot.revision):
            raise OrderTaken(
                f"order ({highest['epoch']}, {highest['revision']}) is taken by the ballot "
                f"{short_code(Digest(highest['digest']))}; use a higher revision"
            )
        raise ActsExhausted(
            f"the relay carries {self._settings.acts_a_voter} acts of one voter; a ballot can "
            "still be sent to the contract directly"
        )


def _require_period(manifest: Manifest, head: Head, margin: int) -> None:
    times = manifest.timetable
    if head.timestamp < times.opens_at:
        raise NotOpen(f"voting starts at {times.opens_at}, the chain's time is {head.timestamp}")
    if head.timestamp + margin >= times.closes_at:
        raise Closed(
            f"ballots are taken until {margin} seconds before {times.closes_at}, the chain's time "
            f"is {head.timestamp}"
        )


def _order(row: RowMapping) -> tuple[int, int]:
    return row["epoch"], row["revision"]
