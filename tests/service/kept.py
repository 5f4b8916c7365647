"""THE CHECK: a ballot acknowledged is a ballot kept, and nothing else is on the record.

The chain is read anew from the node, past the service and its proxy; the read model is read again
from zero into another database; the independent audit runs; the sending account's nonces are
counted. What the service tells voters is asked over HTTP.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import Table, func, insert, select

from hanpyo.audit import LiveSource, audit
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Recorded
from hanpyo.chain.events import read_logs
from hanpyo.chain.rpc import Call
from hanpyo.db.database import Database
from hanpyo.db.models import (
    Attempt,
    Ballot,
    BallotState,
    Base,
    Cursor,
    Election,
    Installation,
    Organisation,
    RelayAccount,
    Rewind,
)
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.indexer.follower import Follower
from hanpyo.indexer.index import TABLES
from hanpyo.protocol.messages import Ballot as BallotMessage
from hanpyo.protocol.messages import digest
from hanpyo.protocol.types import Address, Digest
from hanpyo.relay.evidence import verify_evidence
from hanpyo.relay.promise import promised_by
from hanpyo.runtime import Runtime
from tests.fault_table import COUNTS
from tests.service.crowd import Crowd, Promised
from tests.service.deployment import Deployment

_KEPT = (BallotState.RECORDED, BallotState.FINAL)
_MOST_STEPS = 400


@dataclass
class Account:
    """What became of everything that was handed in; `problems` must be empty."""

    sent: int = 0
    acknowledged: int = 0
    recorded: int = 0
    superseded: int = 0
    terminal: int = 0
    requeued: int = 0
    rewinds: int = 0
    problems: list[str] = field(default_factory=list)

    def require(self) -> "Account":
        """Itself, when nothing is wrong."""
        assert not self.problems, "\n".join(self.problems)
        return self

    def since(self, before: "Account") -> "Account":
        """What came since an earlier account of the same election."""
        return Account(*(getattr(self, name) - getattr(before, name) for name in COUNTS))


def check(
    running: Deployment,
    crowd: Crowd,
    folder: Path,
    *,
    audited: bool = True,
) -> Account:
    """Compare everything while no block comes; the ballots must be settled.

    With `audited` False the independent audit, which takes the longest, is left out.
    """
    found = Account(sent=len(crowd.acts), acknowledged=len(crowd.acknowledged))
    election = crowd.election
    with running.beat.held():
        running.wait(lambda: _has_caught_up(running, election), "the follower is at the head")
        on_chain = _acts_on_chain(running, election)
        found.problems += _fates(running, crowd, on_chain, found)
        found.problems += _strangers(crowd, on_chain)
        found.problems += _model(running, election, folder)
        found.problems += _accounts(running)
        if audited:
            found.problems += _audit(running, election)
    with running.database.read() as session:
        own = Ballot.election_id == election.id
        found.requeued = session.scalar(select(func.count()).where(own, Ballot.tries > 0)) or 0
        rewinds = select(func.count()).where(Rewind.election_id == election.id)
        found.rewinds = session.scalar(rewinds) or 0
    return found


@dataclass(frozen=True, slots=True)
class _OnChain:
    digest: bytes
    voter: int
    order: tuple[int, int]


def _acts_on_chain(running: Deployment, election: PublishedElection) -> list[_OnChain]:
    rpc = running.node.rpc
    with running.database.read() as session:
        first = session.get_one(Election, election.id).created_block or 0
    logs = read_logs(rpc, election.address, first, rpc.block_number())
    events = [decode_log(log, election.manifest.choices_length) for log in logs]
    return [_on_chain(election, each) for each in events if isinstance(each, Recorded)]


def _on_chain(election: PublishedElection, event: Recorded) -> _OnChain:
    terms = event.terms
    signed = BallotMessage(
        terms.voter, terms.epoch, terms.revision, terms.kind, event.content, event.escrow_hash
    )
    return _OnChain(digest(election.domain, signed), terms.voter, (terms.epoch, terms.revision))


def _fates(
    running: Deployment, crowd: Crowd, acts: list[_OnChain], found: Account
) -> Iterator[str]:
    """What became of each acknowledged ballot, by the chain and by what its voter is told."""
    times = Counter(act.digest for act in acts)
    highest: dict[int, tuple[int, int]] = defaultdict(lambda: (-1, -1))
    for act in acts:
        highest[act.voter] = max(highest[act.voter], act.order)
    for promised in crowd.acknowledged.values():
        name = f"ballot {promised.digest.hex()[:12]} of voter {promised.voter}"
        if times[promised.digest] > 1:
            yield f"{name} is recorded {times[promised.digest]} times"
        if not _is_promise(crowd.election, promised):
            yield f"{name} was promised by nobody"
        answer = running.http.get(f"{running.urls()[0]}/v1/ballots/0x{promised.digest.hex()}")
        if answer.status_code != 200:
            yield f"{name}: its voter is told {answer.status_code}"
            continue
        told = answer.json()
        if times[promised.digest]:
            found.recorded += 1
            if told["state"] not in _KEPT:
                yield f"{name} is recorded, its voter is told {told['state']}"
        elif not _is_evident(promised, told):
            yield f"{name} is lost: {told['state']}, {told['cause']}"
        elif highest[promised.voter] >= (promised.epoch, promised.revision):
            found.superseded += 1
            if told["state"] != BallotState.SUPERSEDED:
                yield f"{name} is superseded, its voter is told {told['state']}"
        else:
            found.terminal += 1


def _is_promise(election: PublishedElection, promised: Promised) -> bool:
    signer = promised_by(
        election.domain, Digest(promised.digest), promised.include_by, promised.signature
    )
    return signer == promised.relay.lower()


def _is_evident(promised: Promised, told: dict[str, Any]) -> bool:
    """Whether the voter is shown the relay's own signature that and why the promise ended."""
    evidence = told["evidence"]
    return (
        evidence is not None
        and verify_evidence(orjson.dumps(evidence).decode())
        and evidence["ballot"] == "0x" + promised.digest.hex()
        and evidence["reason"] == told["state"]
        and evidence["relay"].lower() == promised.relay.lower()
    )


def _strangers(crowd: Crowd, acts: list[_OnChain]) -> Iterator[str]:
    for act in acts:
        if act.digest not in crowd.acts:
            yield f"nobody sent the act {act.digest.hex()[:12]} of voter {act.voter}"


def _has_caught_up(running: Deployment, election: PublishedElection) -> bool:
    newest = running.node.rpc.block_number()
    wanted = running.node.rpc.block_hash(newest)
    with running.database.read() as session:
        cursor = session.get(Cursor, election.id)
    return cursor is not None and (cursor.number, cursor.hash) == (newest, wanted)


def _model(running: Deployment, election: PublishedElection, folder: Path) -> Iterator[str]:
    """Where the followed rows differ from those of one reading from zero."""
    followed = rows(running.database, election)
    for name, wanted in rebuilt(running, election, folder).items():
        if followed[name] != wanted:
            extra = [each for each in followed[name] if each not in wanted]
            missing = [each for each in wanted if each not in followed[name]]
            yield f"{name} differs from a rebuild: extra {extra[:2]}, missing {missing[:2]}"


def rows(database: Database, election: PublishedElection) -> dict[str, list[tuple[str, ...]]]:
    """Every row of an election's read model, as text."""
    found = {}
    with database.read() as session:
        for model in TABLES:
            table = cast("Table", model.__table__)
            query = select(table).where(table.c.election_id == election.id)
            found[table.name] = sorted(tuple(map(repr, row)) for row in session.execute(query))
    return found


def rebuilt(
    running: Deployment, election: PublishedElection, folder: Path
) -> dict[str, list[tuple[str, ...]]]:
    """The rows after reading the election from its creation into an empty database."""
    place = folder / f"rebuilt-{election.id}.db"
    place.unlink(missing_ok=True)
    database = Database(f"sqlite:///{place}")
    try:
        database.create_schema()
        _copy(running.database, database, election)
        runtime = Runtime(
            running.scene.runtime.settings, database, running.scene.runtime.vault, running.node.rpc
        )
        follower = Follower(runtime, Catalogue(database))
        held = runtime.leases.take(follower.name)
        assert held is not None
        for _ in range(_MOST_STEPS):
            if not follower.step(held):
                break
        return rows(database, election)
    finally:
        database.close()


def _copy(source: Database, target: Database, election: PublishedElection) -> None:
    with source.read() as session:
        wanted: tuple[tuple[type[Base], Any], ...] = (
            (Installation, Installation.id == 1),
            (Organisation, Organisation.id == election.organisation_id),
            (Election, Election.id == election.id),
        )
        copied = [
            (table, dict(session.execute(select(table).where(condition)).mappings().one()))
            for model, condition in wanted
            for table in (cast("Table", model.__table__),)
        ]
    with target.write() as session:
        for table, values in copied:
            session.execute(insert(table).values(values))


def _accounts(running: Deployment) -> Iterator[str]:
    """No nonce of a sending account is missing, and none was spent twice."""
    foreign = running.foreign_nonces
    rpc = running.node.rpc
    with running.database.read() as session:
        accounts = session.scalars(select(RelayAccount)).all()
        attempts = session.execute(select(Attempt.account_id, Attempt.nonce, Attempt.hash)).all()
    for account in accounts:
        mined = rpc.nonce("0x" + account.address.hex())
        own = [each for each in attempts if each.account_id == account.id]
        calls = [Call("eth_getTransactionReceipt", ("0x" + each.hash.hex(),)) for each in own]
        receipts = Counter(
            each.nonce
            for each, receipt in zip(own, rpc.results(calls), strict=True)
            if receipt is not None
        )
        if mined != account.next_nonce:
            yield f"{account.next_nonce} nonces are signed, {mined} are mined"
        missing = set(range(mined)) - {each.nonce for each in own}
        if len(missing) > foreign:
            yield f"nonces {sorted(missing)} were never signed here"
        twice = [nonce for nonce, count in receipts.items() if count > 1]
        if twice:
            yield f"nonces {twice} have several receipts"
        if mined - len(receipts) != foreign:
            yield f"{mined - len(receipts)} nonces were mined by something else"


def _audit(running: Deployment, election: PublishedElection) -> Iterator[str]:
    address = Address(bytes.fromhex(election.address[2:]))
    report = audit(LiveSource([running.node.rpc]), address)
    if not report.ok:
        yield f"the audit does not pass: {report}"
