"""The intake takes what the contract would record, and says of everything else what is wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from sqlalchemy import func, select

from hanpyo.db.database import Database
from hanpyo.db.models import Ballot, Election, Spend
from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import Catalogue, PublishedElection, UnknownElection
from hanpyo.errors import Invalid
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Promise, typed_data
from hanpyo.protocol.signatures import SECP256K1_ORDER
from hanpyo.protocol.types import Secrecy
from hanpyo.relay import errors
from hanpyo.relay.intake import Intake
from hanpyo.relay.readings import Readings
from hanpyo.relay.submission import Submission
from hanpyo.runtime import Runtime
from tests.service.relaying import Works, attested, ballot_of, relay_keys, relay_of
from tests.service.scene import NO, YES, Scene, booth, voter

ORDER = SECP256K1_ORDER


@pytest.fixture(scope="module")
def sealed(shared: Scene) -> PublishedElection:
    return shared.publish(300, Secrecy.SEALED)


@pytest.fixture(scope="module")
def numbers() -> Callable[[], int]:
    """Voter numbers that no other test of the module has used."""
    taken = iter(range(300))
    return lambda: next(taken)


@pytest.fixture
def intake(works: Works) -> Intake:
    works.scene.see_head()
    return works.relay.intake


@pytest.fixture
def someone(numbers: Callable[[], int]) -> Voter:
    return voter(numbers())


def rows(scene: Scene, election: PublishedElection, number: int) -> int:
    with scene.runtime.database.read() as session:
        wanted = select(func.count()).where(
            Ballot.election_id == election.id, Ballot.voter == number
        )
        return session.scalar(wanted) or 0


class TestPromise:
    def test_is_typed_data_that_any_wallet_library_verifies(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        accepted = intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES))
        message = typed_data(sealed.domain, Promise(accepted.digest, accepted.include_by))
        signer = Account.recover_message(
            encode_typed_data(full_message=message), signature=accepted.promise
        )
        assert signer == intake.relay == accepted.relay

    def test_names_a_time_of_the_chain_before_the_close(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        accepted = intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES))
        head = intake.readings.head()
        assert head is not None
        within = shared.runtime.settings.relay.include_within
        assert accepted.include_by == head.timestamp + within
        assert accepted.include_by < sealed.manifest.timetable.closes_at

    def test_is_the_same_for_the_same_ballot(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        given = ballot_of(shared, sealed, someone, YES)
        first = intake.submit(sealed.id, given)
        assert intake.submit(sealed.id, given) == first
        assert rows(shared, sealed, someone.number) == 1

    def test_is_the_same_a_hundred_times_at_once_in_two_processes(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        given = ballot_of(shared, sealed, someone, YES)
        database = Database(shared.runtime.database.engine.url.render_as_string(False))
        runtime = replace_database(shared.runtime, database)
        other = Intake(
            database,
            Catalogue(database),
            relay_keys(shared)[0],
            runtime.settings.relay,
            stale_after=60,
            rpc=lambda: runtime.rpc,
            clock=runtime.clock,
        )
        with ThreadPoolExecutor(16) as pool:
            doors = (intake, other)
            answers = list(pool.map(lambda n: doors[n % 2].submit(sealed.id, given), range(100)))
        database.close()
        assert len(set(answers)) == 1
        assert rows(shared, sealed, someone.number) == 1


def replace_database(runtime: Runtime, database: Database) -> Runtime:
    return replace(runtime, database=database)


class TestOrder:
    def test_of_two_choices_racing_at_one_order_one_is_taken(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        given = [ballot_of(shared, sealed, someone, YES) for _ in range(12)]

        def submit(each: Submission) -> str:
            try:
                intake.submit(sealed.id, each)
            except errors.OrderTaken:
                return "taken"
            return "accepted"

        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(submit, given))
        assert outcomes.count("accepted") == 1
        assert rows(shared, sealed, someone.number) == 1

    def test_must_rise(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES, revision=3))
        for revision in (0, 3):
            with pytest.raises(errors.OrderTaken, match=r"order \(0, 3\) is taken by"):
                intake.submit(sealed.id, ballot_of(shared, sealed, someone, NO, revision=revision))
        intake.submit(sealed.id, ballot_of(shared, sealed, someone, NO, revision=4))

    def test_of_another_epoch_than_the_voters_is_refused(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        with pytest.raises(errors.WrongEpoch, match="epoch: the voter's key has number 0 now"):
            intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES, epoch=1))

    def test_ends_where_the_voters_budget_does(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        for revision in range(4):
            intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES, revision=revision))
        with pytest.raises(errors.ActsExhausted):
            intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES, revision=4))

    def test_a_withdrawal_is_an_act_like_a_ballot(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        record = booth(sealed).withdrawal(someone, revision=1)
        intake.submit(sealed.id, attested(shared, sealed, someone, record))
        assert rows(shared, sealed, someone.number) == 1


class TestPeriod:
    def test_before_the_opening_nothing_is_taken(self, shared: Scene, works: Works) -> None:
        election = shared.publish(2, Secrecy.OPEN, open_now=False)
        with pytest.raises(errors.NotOpen, match="voting starts at"):
            works.relay.intake.submit(election.id, ballot_of(shared, election, voter(0), YES))

    def test_an_unknown_election_is_not_found(
        self, shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
    ) -> None:
        with pytest.raises(UnknownElection):
            intake.submit("0" * 32, ballot_of(shared, sealed, someone, YES))

    def test_without_a_fresh_head_nothing_is_taken(
        self, shared: Scene, sealed: PublishedElection, someone: Voter
    ) -> None:
        late = replace(shared.runtime, clock=lambda: shared.runtime.clock() + 3_600)
        relay = relay_of(replace(shared, runtime=late))
        with pytest.raises(errors.HeadUnknown):
            relay.intake.submit(sealed.id, ballot_of(shared, sealed, someone, YES))

    def test_a_spent_budget_stops_the_intake(
        self, shared: Scene, works: Works, someone: Voter
    ) -> None:
        election = shared.publish(2, Secrecy.OPEN)
        taken = ballot_of(shared, election, voter(1), YES)
        promised = works.relay.intake.submit(election.id, taken)

        def spend(session: object) -> None:
            session.get_one(Election, election.id).spend_cap = 5  # type: ignore[attr-defined]
            session.add(Spend(election_id=election.id, day=1, wei=5))  # type: ignore[attr-defined]

        shared.runtime.database.transact(spend)
        intake = relay_of(shared).intake
        with pytest.raises(errors.BudgetSpent):
            intake.submit(election.id, ballot_of(shared, election, voter(0), YES))
        assert intake.submit(election.id, taken) == promised


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def high_s(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes((55 - signature[64],))


REFUSALS: list[tuple[str, Callable[[Submission], Submission], type[Invalid], str]] = [
    ("no signature", lambda g: replace(g, signature=b""), errors.BallotSignatureInvalid, "length"),
    (
        "63 bytes",
        lambda g: replace(g, signature=g.signature[:63]),
        errors.BallotSignatureInvalid,
        "length",
    ),
    *(
        (
            f"v {v}",
            lambda g, v=v: replace(g, signature=g.signature[:64] + bytes((v,))),
            errors.BallotSignatureInvalid,
            "signature: v",
        )
        for v in (0, 1, 29, 99)
    ),
    (
        "high s",
        lambda g: replace(g, signature=high_s(g.signature)),
        errors.BallotSignatureInvalid,
        "lower half",
    ),
    (
        "r 0",
        lambda g: replace(g, signature=bytes(32) + g.signature[32:]),
        errors.BallotSignatureInvalid,
        "signature: r",
    ),
    (
        "r above the order",
        lambda g: replace(g, signature=ORDER.to_bytes(32, "big") + g.signature[32:]),
        errors.BallotSignatureInvalid,
        "signature: r",
    ),
    (
        "s 0",
        lambda g: replace(g, signature=g.signature[:32] + bytes(32) + g.signature[64:]),
        errors.BallotSignatureInvalid,
        "lower half",
    ),
    (
        "another key",
        lambda g: replace(g, key=bytes(range(20))),
        errors.BallotSignatureInvalid,
        "key: another key",
    ),
    (
        "another voter",
        lambda g: replace(g, voter=g.voter + 1),
        errors.BallotSignatureInvalid,
        "key: another key",
    ),
    (
        "another order",
        lambda g: replace(g, revision=1),
        errors.BallotSignatureInvalid,
        "key: another key",
    ),
    ("no such voter", lambda g: replace(g, voter=300), errors.UnknownVoter, "voters 0 to 299"),
    (
        "revision out of range",
        lambda g: replace(g, revision=1024),
        errors.PayloadInvalid,
        "revision",
    ),
    (
        "another chain",
        lambda g: replace(g, chain_id=1),
        errors.DomainMismatch,
        "chainId",
    ),
    (
        "another contract",
        lambda g: replace(g, contract=bytes(20)),
        errors.DomainMismatch,
        "verifyingContract",
    ),
    (
        "short payload",
        lambda g: replace(g, payload=g.payload[:-1]),
        errors.PayloadInvalid,
        "bytes instead of",
    ),
    (
        "an escrow that is no point",
        lambda g: replace(g, payload=g.payload[:32] + b"\x04" + g.payload[33:]),
        errors.PayloadInvalid,
        "point of the group",
    ),
    (
        "an x above the field",
        lambda g: replace(g, payload=g.payload[:33] + b"\xff" * 32 + g.payload[65:]),
        errors.PayloadInvalid,
        "point of the group",
    ),
    (
        "a withdrawal with a payload",
        lambda g: replace(g, kind=2),
        errors.PayloadInvalid,
        "zeros",
    ),
    (
        "no credential",
        lambda g: replace(g, attestations=()),
        errors.CredentialInvalid,
        "2 registrars",
    ),
    (
        "one registrar twice",
        lambda g: replace(g, attestations=(g.attestations[0],) * 2),
        errors.CredentialInvalid,
        "strictly increasing",
    ),
    (
        "registrars in the wrong order",
        lambda g: replace(g, attestations=g.attestations[::-1]),
        errors.CredentialInvalid,
        "strictly increasing",
    ),
    (
        "an unknown registrar",
        lambda g: replace(g, attestations=(g.attestations[0], replace(g.attestations[1], index=3))),
        errors.CredentialInvalid,
        "only 3",
    ),
    (
        "another registrar's signature",
        lambda g: replace(g, attestations=(g.attestations[0], replace(g.attestations[1], index=2))),
        errors.CredentialInvalid,
        "attestations.1: registrar 2 did not",
    ),
    (
        "half a registrar's signature",
        lambda g: replace(g, attestations=(g.attestations[0], Attestation(1, bytes(64)))),
        errors.CredentialInvalid,
        "attestations.1",
    ),
]


@pytest.mark.parametrize("case", REFUSALS, ids=[case[0] for case in REFUSALS])
def test_a_ballot_that_the_contract_would_not_record_is_refused_by_field(
    shared: Scene,
    intake: Intake,
    sealed: PublishedElection,
    case: tuple[str, Callable[[Submission], Submission], type[Invalid], str],
) -> None:
    _, alter, kind, said = case
    given = ballot_of(shared, sealed, voter(297), YES)
    with pytest.raises(kind, match=said):
        intake.submit(sealed.id, alter(given))
    assert rows(shared, sealed, 297) == 0


def test_a_credential_of_another_voter_key_weight_or_epoch_is_refused(
    shared: Scene, intake: Intake, sealed: PublishedElection
) -> None:
    mine, other = voter(299), voter(298)
    given = ballot_of(shared, sealed, mine, YES)
    stolen = ballot_of(shared, sealed, replace(other, key=mine.key), YES)
    heavy = ballot_of(shared, sealed, replace(mine, weight=2), YES)
    for attestations in (stolen.attestations, heavy.attestations):
        with pytest.raises(errors.CredentialInvalid, match=r"attestations\.0"):
            intake.submit(sealed.id, replace(given, attestations=attestations))


def test_a_compact_signature_is_taken_as_it_is(
    shared: Scene, intake: Intake, sealed: PublishedElection, someone: Voter
) -> None:
    record = booth(sealed).ballot(someone, YES)
    given = attested(shared, sealed, someone, record)
    accepted = intake.submit(sealed.id, replace(given, signature=record.signature))
    assert intake.submit(sealed.id, given) == accepted


def test_invalid_choices_of_an_open_ballot_are_taken_with_a_warning(
    shared: Scene, works: Works
) -> None:
    election = shared.publish(2, Secrecy.OPEN)
    intake = works.relay.intake
    bad = intake.submit(election.id, ballot_of(shared, election, voter(0), bytes([9])))
    good = intake.submit(election.id, ballot_of(shared, election, voter(1), YES))
    assert (bad.invalid_items, good.invalid_items) == ((1,), ())


def test_near_the_close_nothing_is_taken_but_what_was_taken_is_told(
    shared: Scene, works: Works
) -> None:
    election = shared.publish(2, Secrecy.OPEN)
    taken = ballot_of(shared, election, voter(0), YES)
    promised = works.relay.intake.submit(election.id, taken)
    margin = shared.runtime.settings.relay.margin
    shared.controls.advance_to(election.manifest.timetable.closes_at - margin)
    shared.see_head()
    intake = relay_of(shared).intake
    with pytest.raises(errors.Closed, match=f"until {margin} seconds before"):
        intake.submit(election.id, ballot_of(shared, election, voter(1), YES))
    assert intake.submit(election.id, taken) == promised


def test_a_head_is_read_once_a_second(shared: Scene) -> None:
    now = [0.0]
    readings = Readings(shared.runtime.database, default_cap=1, monotonic=lambda: now[0])
    before = readings.head()
    shared.controls.mine()
    shared.see_head()
    assert readings.head() == before
    now[0] = 1.1
    assert readings.head() != before
