"""A voter's move to a new key: the rebind first, then ballots of the new key and no other."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Outlay, Rebind, Spend
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch_parts import encode_attestations
from hanpyo.protocol.messages import Rebind as RebindMessage
from hanpyo.protocol.types import Secrecy
from hanpyo.relay import errors
from hanpyo.relay.evidence import verify_evidence
from hanpyo.relay.outlays import Bookkeeping
from tests.service.relaying import Works, ballot_of
from tests.service.scene import YES, voter


def order(works: Works, election: PublishedElection, *, until: int, signed: bool = True) -> str:
    message = RebindMessage(0, 1)
    attested = works.scene.officials.registrars.attest_message(election.domain, message)
    signatures = encode_attestations(attested, 2, 3) if signed else bytes(130)
    row = Rebind(
        election_id=election.id,
        voter=0,
        epoch=1,
        state="signed",
        signatures=signatures,
        created_at=1,
        changed_at=1,
        until=until,
    )

    def work(session: Session) -> str:
        session.add(row)
        session.flush()
        return row.id

    return works.scene.runtime.database.transact(work)


def rebind(works: Works, row_id: str) -> Rebind:
    with works.scene.runtime.database.read() as session:
        return session.get_one(Rebind, row_id)


@pytest.fixture
def election(works: Works) -> PublishedElection:
    return works.scene.publish(2, Secrecy.OPEN)


def test_the_old_keys_ballot_that_waits_is_outdated_and_the_new_keys_counts(
    works: Works, election: PublishedElection
) -> None:
    old, new = voter(0), voter(0)
    waiting = works.relay.intake.submit(
        election.id, ballot_of(works.scene, election, old, YES)
    ).digest
    row_id = order(works, election, until=election.manifest.timetable.rebind_until)
    with pytest.raises(errors.WrongEpoch, match="has number 1 now"):
        works.relay.intake.submit(
            election.id, ballot_of(works.scene, election, old, YES, revision=1)
        )
    works.do(works.rebinding)
    assert rebind(works, row_id).state == "sent"
    assert rebind(works, row_id).transaction_hash
    works.follow()
    works.relay.intake.submit(election.id, ballot_of(works.scene, election, new, YES, epoch=1))
    works.finish()
    ended = works.row(waiting)
    assert ended.state == "outdated"
    assert ended.evidence is not None
    assert verify_evidence(ended.evidence)
    assert [act.epoch for act in works.acts(election)] == [1]
    works.do(works.rebinding)
    assert rebind(works, row_id).state == "done"
    works.do(Bookkeeping(works.scene.runtime))
    batches = sum(batch.fee_paid or 0 for batch in works.batches(election))
    with works.scene.runtime.database.read() as session:
        costs = session.scalars(select(Spend.wei).where(Spend.election_id == election.id)).all()
        (outlay,) = session.scalars(select(Outlay).where(Outlay.election_id == election.id))
    assert outlay.fee_paid
    assert sum(costs) == batches + outlay.fee_paid


def test_a_recorded_ballot_stays_when_its_key_is_replaced(
    works: Works, election: PublishedElection
) -> None:
    recorded = works.relay.intake.submit(
        election.id, ballot_of(works.scene, election, voter(0), YES)
    ).digest
    works.finish()
    order(works, election, until=election.manifest.timetable.rebind_until)
    works.do(works.rebinding)
    works.step()
    assert works.row(recorded).state == "final"


def test_an_order_that_the_contract_refuses_fails(
    works: Works, election: PublishedElection
) -> None:
    until = election.manifest.timetable.rebind_until
    row_id = order(works, election, until=until, signed=False)
    works.do(works.rebinding)
    assert (rebind(works, row_id).state, rebind(works, row_id).fault) == (
        "failed",
        "refused_by_contract",
    )


def test_an_order_whose_time_is_over_fails(works: Works, election: PublishedElection) -> None:
    row_id = order(works, election, until=1)
    works.follow()
    works.do(works.rebinding)
    assert (rebind(works, row_id).state, rebind(works, row_id).fault) == ("failed", "too_late")
