"""From promise to record: batches land, faults are survived, nothing is lost or counted twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.fees import GWEI
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.db.leases import LeaseLost, Leases
from hanpyo.db.models import Attempt, Ballot, RelayAccount, Spend
from hanpyo.elections.casting import SignedAct, cast_all, single_batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.evidence import verify_evidence
from hanpyo.relay.spending import note_cost
from tests.integration.relay.conftest import MARGIN
from tests.service.relaying import Works, ballot_of
from tests.service.scene import YES, Scene, booth, voter

ETHER = 10**18


def take(works: Works, election: PublishedElection, numbers: Sequence[int]) -> list[bytes]:
    """The digests of ballots of fresh keys, taken in."""
    works.scene.see_head()
    return [
        works.relay.intake.submit(
            election.id, ballot_of(works.scene, election, voter(number), YES)
        ).digest
        for number in numbers
    ]


def publish(works: Works, voters: int = 4, secrecy: Secrecy = Secrecy.OPEN) -> PublishedElection:
    election = works.scene.publish(voters, secrecy)
    works.scene.controls.mine(MARGIN)
    return election


def paused(works: Works) -> str | None:
    with works.scene.runtime.database.read() as session:
        return session.get_one(RelayAccount, works.relay.accounts[0].id).paused


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
def test_ballots_come_on_the_record_in_batches(works: Works, secrecy: Secrecy) -> None:
    election = works.scene.publish(20, secrecy)
    take(works, election, range(20))
    works.run()
    assert set(works.states(election).values()) == {"recorded"}
    assert len(works.acts(election)) == 20
    assert [batch.ballots for batch in works.batches(election)] == [20]
    works.finish()
    assert set(works.states(election).values()) == {"final"}
    batch = works.batches(election)[0]
    assert batch.state == "done"
    assert batch.fee_paid


def test_one_list_of_the_registrars_spares_each_its_credential(works: Works) -> None:
    class Lists:
        def sign_list(
            self, election: PublishedElection, credentials: Sequence[Credential]
        ) -> tuple[Attestation, ...]:
            registrars = works.scene.officials.registrars
            return registrars.list_credentials(election.domain, credentials).attestations

    election = works.scene.publish(8, Secrecy.SEALED)
    apart, together = works, Works(works.scene, registrars=Lists())
    take(apart, election, range(4))
    apart.run()
    take(together, election, range(4, 8))
    together.run()
    costs = [batch.gas_used or 0 for batch in works.batches(election)]
    assert len(works.acts(election)) == 8
    assert costs[1] < costs[0]


def test_several_accounts_share_the_work(shared: Scene) -> None:
    works = Works(shared, accounts=3)
    first, second = (works.scene.publish(6, Secrecy.OPEN) for _ in range(2))
    for election in (first, second):
        take(works, election, range(6))
    works.run()
    assert len(works.acts(first)) == len(works.acts(second)) == 6


def test_of_a_voters_ballots_the_last_goes_and_the_earlier_ends_with_evidence(
    works: Works,
) -> None:
    election = publish(works)
    someone = voter(0)
    first, last = (
        works.relay.intake.submit(
            election.id, ballot_of(works.scene, election, someone, YES, revision=revision)
        ).digest
        for revision in (0, 1)
    )
    works.finish()
    assert [act.digest for act in works.acts(election)] == [last]
    ended = works.row(first)
    assert (ended.state, works.row(last).state) == ("superseded", "final")
    assert ended.evidence is not None
    assert verify_evidence(ended.evidence)
    assert not verify_evidence(ended.evidence.replace("superseded", "too_late"))


def test_a_bad_ballot_is_found_among_many_and_the_others_land(works: Works) -> None:
    election = publish(works, 60)
    digests = take(works, election, range(60))
    spoilt = works.row(digests[17])
    form = election.form
    at = 64 + form.payload_length  # the first registrar's index: 0, as high as the second's now
    body = spoilt.body[:at] + b"\x01" + spoilt.body[at + 1 :]

    def spoil(session: object) -> None:
        session.execute(  # type: ignore[attr-defined]
            update(Ballot).where(Ballot.id == spoilt.id).values(body=body)
        )

    works.scene.runtime.database.transact(spoil)
    for _ in range(3):
        works.step()
    assert len(works.acts(election)) == 59
    waiting = works.row(digests[17])
    assert waiting.state == "queued"
    assert waiting.cause is not None
    assert "simulation" in waiting.cause
    assert waiting.tries > 0
    works.scene.runtime.database.transact(
        lambda session: session.execute(
            update(Ballot).where(Ballot.id == spoilt.id).values(body=spoilt.body, not_before=0)
        )
    )
    works.run()
    assert len(works.acts(election)) == 60


def test_a_batch_that_reverts_when_mined_is_sent_again_singly(works: Works) -> None:
    election = publish(works)
    take(works, election, range(4))
    controls, rpc = works.scene.controls, works.scene.node.rpc
    controls.set_automine(False)
    works.step()
    code = rpc.code(election.address)
    rpc.call("anvil_setCode", election.address, "0x5f5ffd")  # revert
    controls.mine()
    rpc.call("anvil_setCode", election.address, "0x" + code.hex())
    controls.set_automine(True)
    works.finish()
    assert len(works.acts(election)) == 4
    states = [(batch.state, batch.ballots) for batch in works.batches(election)]
    assert states == [("failed", 4)] + [("done", 1)] * 4
    assert set(works.states(election).values()) == {"final"}


def test_a_reorganisation_takes_ballots_back_and_the_same_bytes_bring_them_again(
    works: Works,
) -> None:
    election = publish(works)
    digests = take(works, election, range(4))
    works.run()
    works.step()
    works.scene.controls.reorganise(1)
    works.follow()
    works.do(works.reconciling)
    assert {works.row(digest).state for digest in digests} == {"sent"}
    works.finish()
    assert set(works.states(election).values()) == {"final"}
    assert len(works.acts(election)) == 4
    assert [batch.state for batch in works.batches(election)] == ["done"]


def test_a_lost_transaction_is_sent_again(works: Works) -> None:
    election = publish(works)
    take(works, election, range(2))
    controls = works.scene.controls
    controls.set_automine(False)
    works.step()
    controls.drop_all()
    controls.set_automine(True)
    fresh = Works(works.scene)  # a new process opens the journal and sends what is in it
    fresh.run()
    assert len(works.acts(election)) == 2
    assert len(works.batches(election)) == 1


def test_above_the_fee_ceiling_it_waits_and_says_so(works: Works) -> None:
    election = publish(works)
    take(works, election, range(2))
    controls = works.scene.controls
    controls.set_automine(False)
    controls.set_next_base_fee(600 * GWEI)
    controls.mine()
    controls.set_next_base_fee(600 * GWEI)
    works.step()
    assert paused(works) == "fee_ceiling_reached"
    assert works.batches(election) == []
    controls.set_next_base_fee(1 * GWEI)
    controls.mine()
    controls.set_next_base_fee(1 * GWEI)
    controls.set_automine(True)
    works.run()
    assert len(works.acts(election)) == 2
    works.step()
    assert paused(works) is None


def test_without_money_it_keeps_taking_ballots_and_sends_when_it_has_some(works: Works) -> None:
    election = publish(works)
    address = works.keys[0].address
    works.scene.controls.set_balance(address, ETHER // 100)
    take(works, election, range(2))
    works.step()
    assert paused(works) == "low_balance"
    assert not works.relay.health().sending or works.relay.health().accounts > 1
    assert works.relay.health().waiting == 2
    works.scene.controls.set_balance(address, 1_000 * ETHER)
    works.run()
    assert len(works.acts(election)) == 2
    assert paused(works) is None


def test_a_nonce_that_another_takes_loses_and_doubles_nothing(works: Works) -> None:
    election = publish(works)
    take(works, election, range(3))
    controls, node = works.scene.controls, works.scene.node
    controls.set_automine(False)
    works.step()
    controls.drop_all()
    stranger = Sender(node.rpc, node.accounts[1], node.chain_id, pace=Pace(poll=0.02))
    stranger.send(TransactionRequest(node.accounts[0].address, value=1, gas=21_000))
    controls.mine()
    controls.set_automine(True)
    works.finish(60)
    assert len(works.acts(election)) == 3
    states = [batch.state for batch in works.batches(election)]
    assert states[0] == "failed"
    assert set(states[1:]) == {"done"}


def test_only_the_holder_of_the_lease_signs(works: Works) -> None:
    runtime = works.scene.runtime
    elsewhere = replace(runtime, holder="another process")
    other = Works(replace(works.scene, runtime=elsewhere))
    with works.relay.accounts[0].lend() as sender:
        assert sender is not None
        with other.relay.accounts[0].lend() as nothing:
            assert nothing is None
    with other.relay.accounts[0].lend() as sender:
        assert sender is not None


def test_a_process_that_slept_through_its_lease_keeps_and_sends_nothing(works: Works) -> None:
    account = works.relay.accounts[0]
    runtime = works.scene.runtime
    with account.lend() as sender:
        assert sender is not None
        later = Leases(runtime.database, "another", clock=lambda: runtime.clock() + 60)
        taken = later.take(account.lease)
        assert taken is not None
        before = works.scene.node.rpc.nonce(account.address)
        with pytest.raises(LeaseLost):
            sender.send(TransactionRequest(account.address, value=1, gas=21_000))
        assert works.scene.node.rpc.nonce(account.address) == before
        later.release(taken)


def test_an_act_that_another_sent_counts_as_the_ballots_own(works: Works) -> None:
    election = publish(works)
    someone = voter(0)
    given = ballot_of(works.scene, election, someone, YES)
    works.relay.intake.submit(election.id, given)
    record = booth(election).ballot(someone, YES)
    contract = ElectionContract(works.scene.node.rpc, election.address)
    cast_all(
        works.scene.organiser,
        contract,
        [SignedAct(someone, record)],
        works.scene.officials.registrars,
    )
    works.run()
    assert works.batches(election) == []


def test_a_skip_that_a_stranger_provoked_ends_no_promise(works: Works) -> None:
    election = publish(works)
    someone = voter(0)
    record = booth(election).ballot(someone, YES)
    false = works.scene.credential(election, replace(record, voter=1), voter(1))
    contract = ElectionContract(works.scene.node.rpc, election.address)
    works.scene.organiser.transact(contract.cast(single_batch(booth(election), record, false)))
    given = ballot_of(works.scene, election, someone, YES)
    works.relay.intake.submit(election.id, given)
    works.finish()
    assert works.states(election) == {0: "final"}


def test_after_the_close_nothing_is_sent_and_the_voter_gets_evidence(works: Works) -> None:
    election = publish(works)
    (digest,) = take(works, election, [0])
    works.scene.controls.advance_to(election.manifest.timetable.closes_at)
    works.finish()
    row = works.row(digest)
    assert row.state == "too_late"
    assert row.evidence is not None
    assert verify_evidence(row.evidence)
    assert works.batches(election) == []
    assert works.relay.health().too_late >= 1


def test_caught_by_the_close_it_ends_as_too_late(works: Works) -> None:
    election = publish(works)
    (digest,) = take(works, election, [0])
    controls = works.scene.controls
    controls.set_automine(False)
    works.step()
    assert works.row(digest).state == "sent"
    controls.set_next_timestamp(election.manifest.timetable.closes_at)
    controls.mine()
    controls.set_automine(True)
    works.finish()
    row = works.row(digest)
    assert (row.state, row.cause) == ("too_late", "skipped: not_open")


def test_on_a_chain_that_began_anew_nothing_is_signed_and_the_rows_stay(works: Works) -> None:
    election = publish(works)
    take(works, election, range(2))
    works.step()
    account_id = works.relay.accounts[0].id

    def forge(session: Session) -> bytes:
        row = session.get_one(RelayAccount, account_id)
        known, row.genesis = row.genesis, bytes(32)
        return known

    genesis = works.scene.runtime.database.transact(forge)
    after = Works(works.scene)
    after.do(after.sending[0])
    with works.scene.runtime.database.read() as session:
        assert session.get_one(RelayAccount, account_id).paused == "journal_of_another"
        assert session.scalars(select(Attempt).where(Attempt.account_id == account_id)).all()

    def mend(session: Session) -> None:
        row = session.get_one(RelayAccount, account_id)
        row.genesis, row.paused = genesis, None

    works.scene.runtime.database.transact(mend)
    works.run()
    assert len(works.acts(election)) == 2


def test_accounts_note_the_costs_of_an_election_at_the_same_moment(shared: Scene) -> None:
    election, database = shared.publish(1), shared.runtime.database
    start = Barrier(4)

    def note(wei: int) -> None:
        start.wait()
        database.transact(lambda session: note_cost(session, election.id, 86_400, wei))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, (1, 20, 300, 10**18)))
    with database.read() as session:
        assert session.get_one(Spend, (election.id, 1)).wei == 10**18 + 321
