"""Ballots and batches as made here decode, recover and verify as the protocol says."""

import pytest

from hanpyo.elections.casting import Booth, SignedAct, Voter, listed_batch, single_batch
from hanpyo.elections.officials import Officials, OfficialsError, Signers, credential_of, new_key
from hanpyo.elections.plan import Member, Periods, Plan, draw_roll, manifest_for
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.batch import decode_compact
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.messages import credential_list_hash, digest, struct_digest
from hanpyo.protocol.signatures import address_of, recover
from hanpyo.protocol.types import Address, BallotKind, Digest, Secrecy
from hanpyo.secrecy.escrow import Opening
from hanpyo.secrecy.trustee import TrusteeKey

YES = bytes([1])
OFFICIALS = Officials(Signers.generate(3, 2), trustee=TrusteeKey.generate())


def booth(secrecy: Secrecy) -> Booth:
    roll, _ = draw_roll([Member(str(number)) for number in range(4)])
    plan = Plan(secrecy, {"title": "t"}, (Item(Method.CHOOSE_ONE, 2),), roll)
    times = Periods(1, 1, 0, 1, 0, 0).starting(10)
    manifest = manifest_for(plan, Address(b"\x0a" * 20), times, OFFICIALS)
    return Booth(manifest, Domain(7, Address(b"\x0e" * 20), Digest(b"\x05" * 32)))


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
def test_a_ballot_is_signed_by_its_own_voter(secrecy: Secrecy) -> None:
    here, voter = booth(secrecy), Voter(2, new_key())
    record = here.ballot(voter, YES, revision=3)
    assert recover(here.digest(record), record.signature) == address_of(voter.key)
    assert (record.voter, record.revision, record.kind) == (2, 3, BallotKind.BALLOT)


def test_a_sealed_ballot_opens_with_the_trustees_key_alone() -> None:
    here, voter = booth(Secrecy.SEALED), Voter(1, new_key())
    payload = here.ballot(voter, YES, epoch=4, revision=2).payload
    position = Position(here.domain.context, 1, 4, 2)
    assert OFFICIALS.trustee is not None
    found = OFFICIALS.trustee.opener().open(payload[32:], payload[:32], 1, position)
    assert isinstance(found, Opening)
    assert found.choices == YES
    assert YES not in payload[32 + 33 :] or payload[65:] != YES


def test_a_withdrawal_carries_nothing() -> None:
    here, voter = booth(Secrecy.SEALED), Voter(1, new_key())
    record = here.withdrawal(voter, revision=1)
    assert not any(record.payload)
    assert record.ballot(here.form).content == bytes(32)
    assert recover(here.digest(record), record.signature) == address_of(voter.key)


def test_a_listed_batch_holds_one_list_that_the_registrars_signed() -> None:
    here = booth(Secrecy.OPEN)
    voters = [Voter(number, new_key()) for number in (3, 1)]
    acts = [SignedAct(voter, here.ballot(voter, YES)) for voter in voters]
    batch = decode_compact(listed_batch(here, acts, OFFICIALS.registrars), here.form)
    assert batch.listing is not None
    assert [record.voter for record in batch.records] == [3, 1]
    own = [credential_of(act.record, address_of(act.voter.key)) for act in acts]
    signed = credential_list_hash([credential.struct_hash() for credential in own])
    signers = [
        recover(struct_digest(here.domain, signed), each.signature)
        for each in batch.listing.attestations
    ]
    assert tuple(signers) == OFFICIALS.registrars.addresses[:2]


def test_a_single_batch_carries_its_own_credential() -> None:
    here, voter = booth(Secrecy.OPEN), Voter(0, new_key(), weight=1)
    record = here.ballot(voter, YES)
    credential = credential_of(record, address_of(voter.key))
    attestations = OFFICIALS.registrars.attest_message(here.domain, credential)
    batch = decode_compact(single_batch(here, record, attestations), here.form)
    assert batch.listing is None
    signed = digest(here.domain, credential)
    assert [recover(signed, each.signature) for each in batch.records[0].attestations] == list(
        OFFICIALS.registrars.addresses[:2]
    )


def test_officials_need_as_many_keys_as_they_sign_with() -> None:
    with pytest.raises(OfficialsError):
        Signers((new_key(),), 2)


def test_keys_are_never_shown() -> None:
    key = new_key()
    assert key.hex() not in repr(Voter(0, key)) + repr(Signers((key,), 1))
    assert repr(key) not in repr(Voter(0, key)) + repr(Signers((key,), 1))
