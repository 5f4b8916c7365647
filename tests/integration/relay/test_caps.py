"""What batches may cost: of one election, and in a day; ballots wait, and nothing is lost."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from hanpyo.db.models import Election
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.types import Secrecy
from tests.integration.relay.conftest import MARGIN
from tests.service.relaying import Works, ballot_of
from tests.service.scene import YES, voter


def publish(works: Works) -> PublishedElection:
    election = works.scene.publish(2, Secrecy.OPEN)
    works.scene.controls.mine(MARGIN)
    return election


def take(works: Works, election: PublishedElection, number: int) -> None:
    works.scene.see_head()
    works.relay.intake.submit(election.id, ballot_of(works.scene, election, voter(number), YES))


def cap(works: Works, election: PublishedElection, wei: int | None) -> None:
    def work(session: Session) -> None:
        session.get_one(Election, election.id).spend_cap = wei

    works.scene.runtime.database.transact(work)


def with_relay(works: Works, **changes: Any) -> Works:
    """The same installation under other settings."""
    runtime = works.scene.runtime
    relay = runtime.settings.relay.model_copy(update=changes)
    settings = runtime.settings.model_copy(update={"relay": relay})
    return Works(replace(works.scene, runtime=replace(runtime, settings=settings)))


def test_an_election_that_spent_its_cap_sends_no_more(works: Works) -> None:
    election, other = publish(works), publish(works)
    take(works, election, 0)
    works.finish()
    cost = works.batches(election)[0].fee_paid
    assert cost
    take(works, election, 1)
    take(works, other, 0)
    cap(works, election, cost)
    works.step()
    assert works.states(election) == {0: "final", 1: "queued"}
    assert works.states(other) == {0: "recorded"}
    cap(works, election, cost + 1)
    works.run()
    assert works.states(election) == {0: "final", 1: "recorded"}


def test_what_is_under_way_counts_with_the_most_that_it_may_cost(works: Works) -> None:
    election = publish(works)
    take(works, election, 0)
    works.scene.controls.set_automine(False)
    works.step()
    bound = works.batches(election)[0].cost_bound
    assert bound
    take(works, election, 1)
    cap(works, election, bound)
    works.step()
    assert len(works.batches(election)) == 1
    cap(works, election, bound + 1)
    works.step()
    assert len(works.batches(election)) == 2
    works.scene.controls.set_automine(True)
    works.scene.controls.mine()
    works.run()


def test_a_day_that_spent_its_cap_sends_no_more_for_any_election(works: Works) -> None:
    first, second = publish(works), publish(works)
    take(works, first, 0)
    works.finish()
    limited = with_relay(works, spend_a_day=1)
    take(limited, second, 0)
    take(limited, first, 1)
    limited.step()
    assert limited.owed() == 2
    assert limited.batches(second) == []
    works.run()
    assert works.states(second) == {0: "recorded"}
