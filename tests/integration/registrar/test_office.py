"""What a registrar signs and what it refuses, on a real chain and both databases."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from hanpyo.chain.contracts import ElectionContract
from hanpyo.db.models.registrar import RegistrarRefusal
from hanpyo.elections import lifecycle
from hanpyo.elections.casting import single_batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.messages import CredentialList, digest
from hanpyo.protocol.signatures import recover
from hanpyo.protocol.types import Address, KeyId
from hanpyo.registrar.client import Registrars
from hanpyo.registrar.errors import (
    BadKey,
    BudgetSpent,
    ElectionOver,
    ElectionUnknown,
    KeyTaken,
    RegistrarError,
    RegistrarRefused,
    SecondCheckMissing,
    TooManyRequests,
    Unattested,
    UnlikeRoll,
    VoterUnknown,
    WrongEpoch,
)
from hanpyo.registrar.office import Budget, Office
from hanpyo.registrar.requests import Evidence
from tests.service.attesting import offices, request_for
from tests.service.scene import YES, Scene, booth, voter


@pytest.fixture(scope="module")
def registrars(place: Scene) -> list[Office]:
    return offices(place)


@pytest.fixture
def office(registrars: list[Office]) -> Office:
    return registrars[0]


def test_two_registrars_credential_is_what_the_contract_asks_for(
    place: Scene, election: PublishedElection, registrars: list[Office]
) -> None:
    member = voter(0)
    attestations = Registrars(registrars).attest(election, request_for(election, member))
    record = booth(election).ballot(member, YES)
    batch = single_batch(booth(election), record, attestations)
    contract = ElectionContract(place.node.rpc, election.address)
    place.organiser.transact(contract.cast(batch))
    assert contract.has_ballot(0)
    assert [each.index for each in attestations] == sorted({each.index for each in attestations})


def test_the_same_key_is_signed_again_with_the_same_signature(
    election: PublishedElection, office: Office
) -> None:
    request = request_for(election, voter(1))
    assert office.attest(request) == office.attest(request)


def test_a_second_key_for_a_voters_epoch_is_refused_and_raises_an_alarm(
    place: Scene, election: PublishedElection, office: Office
) -> None:
    office.attest(request_for(election, voter(2)))
    with pytest.raises(KeyTaken):
        office.attest(request_for(election, voter(2)))
    assert ("key_taken", True) in _refusals(place, office, voter=2)


def test_of_two_keys_that_race_one_is_signed(election: PublishedElection, office: Office) -> None:
    start = threading.Barrier(6)
    outcomes: list[str] = []

    def ask() -> None:
        request = request_for(election, voter(3))
        start.wait()
        try:
            office.attest(request)
            outcomes.append("signed")
        except RegistrarError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["key_taken"] * 5 + ["signed"]


LIES: list[tuple[str, dict[str, Any], type[RegistrarError]]] = [
    ("weight", {"weight": 2}, UnlikeRoll),
    ("class", {"class_": 1}, UnlikeRoll),
    ("epoch ahead", {"epoch": 1}, WrongEpoch),
    ("epoch of desk acts", {"epoch": 65_535}, WrongEpoch),
    ("voter beyond the roll", {"voter": 12}, VoterUnknown),
    ("largest voter number", {"voter": 2**32 - 1}, VoterUnknown),
    ("no key", {"key": KeyId(bytes(32))}, BadKey),
    ("key of an unknown type", {"key": KeyId(b"\x04" + bytes(30) + b"\x01")}, BadKey),
    ("address with bytes before it", {"key": KeyId(b"\x01" + b"\x02" * 31)}, BadKey),
    ("the zero address", {"key": KeyId(b"\x01" + bytes(31))}, BadKey),
    ("another election", {"election": Address(b"\x11" * 20)}, ElectionUnknown),
]


@pytest.mark.parametrize(("lie", "refusal"), [each[1:] for each in LIES], ids=[e[0] for e in LIES])
def test_a_service_that_lies_is_refused(
    election: PublishedElection,
    office: Office,
    lie: dict[str, Any],
    refusal: type[RegistrarError],
) -> None:
    with pytest.raises(refusal):
        office.attest(request_for(election, voter(4), **lie))


def test_an_election_that_is_not_frozen_is_unknown(place: Scene, office: Office) -> None:
    published = place.publish(voters=1, open_now=False)
    draft = lifecycle.create(place.organiser, place.factory, published.manifest)
    address = Address(bytes.fromhex(draft.address[2:]))
    with pytest.raises(ElectionUnknown, match="not frozen"):
        office.attest(request_for(published, voter(0), election=address))


def test_the_key_of_another_election_is_free_here(
    election: PublishedElection, other: PublishedElection, office: Office
) -> None:
    member = voter(1)
    first = office.attest(request_for(other, member))
    assert first != office.attest(request_for(election, voter(5)))


def test_a_rebind_leads_to_the_next_epoch_with_the_key_it_was_asked_for(
    place: Scene, election: PublishedElection, registrars: list[Office]
) -> None:
    client, office = Registrars(registrars), registrars[0]
    client.attest(election, request_for(election, voter(6)))
    new = request_for(election, voter(6), epoch=1)
    with pytest.raises(WrongEpoch):
        office.attest(new)
    attestations = client.attest_rebind(election, new)
    contract = ElectionContract(place.node.rpc, election.address)
    signatures = b"".join(bytes((each.index,)) + each.signature for each in attestations)
    place.organiser.transact(contract.rebind(6, 1, signatures))
    for each in registrars[: election.manifest.threshold]:
        with pytest.raises(KeyTaken):
            each.attest(request_for(election, voter(6), epoch=1))
        with pytest.raises(WrongEpoch):
            each.attest_rebind(request_for(election, voter(6), epoch=3))
    assert len(client.attest(election, new)) == 2


def test_a_rebind_without_a_second_check_is_refused(
    election: PublishedElection, office: Office
) -> None:
    one = Evidence("L2", ("mail", "mail"), 0)
    with pytest.raises(SecondCheckMissing):
        office.attest_rebind(request_for(election, voter(7), epoch=1, evidence=one))


@pytest.mark.parametrize("epoch", [0, 2, 65_534])
def test_a_rebind_goes_one_epoch_up_only(
    election: PublishedElection, office: Office, epoch: int
) -> None:
    with pytest.raises(WrongEpoch):
        office.attest_rebind(request_for(election, voter(7), epoch=epoch))


def test_a_voter_has_only_so_many_keys(election: PublishedElection, office: Office) -> None:
    poor = replace(office, budget=Budget(keys=1))
    poor.attest(request_for(election, voter(8)))
    with pytest.raises(BudgetSpent):
        poor.attest_rebind(request_for(election, voter(8), epoch=1))


def test_requests_for_one_voter_are_limited(election: PublishedElection, office: Office) -> None:
    busy = replace(office, budget=Budget(requests=2))
    member = voter(9)
    busy.attest(request_for(election, member))
    busy.attest(request_for(election, member))
    with pytest.raises(TooManyRequests):
        busy.attest(request_for(election, member))


def test_a_list_holds_only_what_was_signed_singly(
    place: Scene, election: PublishedElection, registrars: list[Office]
) -> None:
    client = Registrars(registrars)
    signed = [request_for(election, voter(number)) for number in (10, 11)]
    for each in signed:
        for registrar in registrars:
            registrar.attest(each)
    credentials = [each.credential for each in signed]
    attestations = client.sign_list(election, credentials)
    assert attestations is not None
    expected = digest(election.domain, CredentialList(tuple(credentials)))
    assert [recover(expected, each.signature) for each in attestations] == [
        election.manifest.registrars[each.index] for each in attestations
    ]
    strange = replace(credentials[0], weight=5)
    with pytest.raises(Unattested):
        registrars[0].sign_list(election.domain.election, [*credentials, strange])
    assert client.sign_list(election, [strange]) is None
    assert ("unattested", True) in _refusals(place, registrars[0], voter=None)


def test_most_registrars_refusing_is_told_in_words_for_the_member(
    election: PublishedElection, registrars: list[Office]
) -> None:
    client = Registrars(registrars)
    with pytest.raises(RegistrarRefused, match="조직에 문의") as raised:
        client.attest(election, request_for(election, voter(4), weight=9))
    assert raised.value.reason == "unlike_roll"


def test_nothing_is_signed_after_the_close(place: Scene) -> None:
    late = place.publish(voters=2)
    office = offices(place)[0]
    member = voter(0)
    office.attest(request_for(late, member))
    place.controls.advance_to(late.manifest.timetable.closes_at)
    with pytest.raises(ElectionOver):
        office.attest_rebind(request_for(late, voter(0), epoch=1))
    with pytest.raises(ElectionOver):
        office.attest(request_for(late, member))
    with pytest.raises(ElectionOver):
        offices(place)[0].sign_list(late.domain.election, [request_for(late, member).credential])


def _refusals(place: Scene, office: Office, voter: int | None) -> list[tuple[str, bool]]:
    query = select(RegistrarRefusal).where(
        RegistrarRefusal.registrar == office.address,
        RegistrarRefusal.voter.is_(voter) if voter is None else RegistrarRefusal.voter == voter,
    )
    with place.runtime.database.read() as session:
        return [(row.code, row.alarm) for row in session.scalars(query)]
