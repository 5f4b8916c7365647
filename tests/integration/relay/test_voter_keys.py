"""Every kind of key that a voter may have, from the intake to the record."""

from dataclasses import replace

import pytest
from eth_account import Account

from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.messages import Ballot, Credential, digest
from hanpyo.protocol.signatures import address_key_id, address_of, expand, point_key_id, sign
from hanpyo.protocol.types import Address, Digest, KeyId, KeyType, Secrecy
from hanpyo.relay import errors
from hanpyo.relay.submission import Submission
from tests.service.relaying import Works, ballot_of
from tests.service.scene import NO, YES, voter
from tests.strategies.passkeys import assertion, p256_public, p256_sign

WALLET = Address(b"\x77" * 20)
# Each answers a call in its own way.
CONFIRMS = "7f1626ba7e" + "00" * 28 + "5f5260205ff3"
BURNS = "5b5f56"
REVERTS = "5f5ffd"
SHORT = "631626ba7e5f526004601cf3"
JUNK = "60015f5260205ff3"
EMPTY = "00"


def signed(election: PublishedElection, number: int, choices: bytes = YES) -> Digest:
    content = election.form.content(1, choices)
    return digest(election.domain, Ballot(number, 0, 0, 1, *content))


def handed_in(
    works: Works,
    election: PublishedElection,
    number: int,
    signature: bytes,
    *,
    key_type: KeyType = KeyType.ADDRESS,
    key: bytes = WALLET,
    key_id: KeyId | None = None,
) -> Submission:
    credential = Credential(number, key_id or address_key_id(Address(key)), 1, 0, 0)
    attestations = works.scene.officials.registrars.attest_message(election.domain, credential)
    return Submission(number, 0, 0, 1, key_type, key, False, signature, YES, attestations)


def by_wallet(works: Works, election: PublishedElection, number: int) -> Submission:
    return replace(handed_in(works, election, number, b"any bytes"), wallet=True)


def set_code(works: Works, code: str) -> None:
    works.scene.node.rpc.call("anvil_setCode", "0x" + WALLET.hex(), "0x" + code)
    works.scene.see_head()


@pytest.fixture
def election(works: Works) -> PublishedElection:
    return works.scene.publish(4, Secrecy.OPEN)


def test_p256_and_webauthn(works: Works, election: PublishedElection) -> None:
    x, y = p256_public(7)
    key = x.to_bytes(32, "big") + y.to_bytes(32, "big")
    r, s = p256_sign(signed(election, 0), 7)
    plain = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    passkey = assertion(signed(election, 1), 7).encode()
    submitted = [
        handed_in(
            works,
            election,
            number,
            signature,
            key_type=kind,
            key=key,
            key_id=point_key_id(kind, x, y),
        )
        for number, kind, signature in (
            (0, KeyType.P256, plain),
            (1, KeyType.WEBAUTHN, passkey),
        )
    ]
    for given in submitted:
        works.relay.intake.submit(election.id, given)
        with pytest.raises(errors.BallotSignatureInvalid):
            works.relay.intake.submit(election.id, replace(given, payload=NO))
        with pytest.raises(errors.BallotSignatureInvalid):
            works.relay.intake.submit(election.id, replace(given, signature=given.signature[:63]))
    works.run()
    assert len(works.acts(election)) == 2
    assert [batch.form for batch in works.batches(election)] == [2]


def test_compact_and_wide_never_share_a_batch(works: Works, election: PublishedElection) -> None:
    set_code(works, CONFIRMS)
    works.relay.intake.submit(election.id, by_wallet(works, election, 0))
    works.relay.intake.submit(election.id, ballot_of(works.scene, election, voter(1), YES))
    works.run()
    assert len(works.acts(election)) == 2
    assert sorted(batch.form for batch in works.batches(election)) == [1, 2]


@pytest.mark.parametrize("code", [BURNS, REVERTS, SHORT, JUNK, EMPTY, ""])
def test_a_wallet_that_does_not_confirm_is_refused(
    works: Works, election: PublishedElection, code: str
) -> None:
    set_code(works, code)
    with pytest.raises(errors.WalletRefused, match="signature"):
        works.relay.intake.submit(election.id, by_wallet(works, election, 0))


def test_a_wallet_that_changes_its_mind_ends_the_promise_without_fault(
    works: Works, election: PublishedElection
) -> None:
    set_code(works, CONFIRMS)
    taken = works.relay.intake.submit(election.id, by_wallet(works, election, 0))
    set_code(works, EMPTY)
    works.finish()
    row = works.row(taken.digest)
    assert (row.state, row.cause) == ("refused_by_wallet", "skipped: signature")
    assert row.evidence is not None
    assert works.acts(election) == []


def test_an_account_with_code_signs_with_its_own_key_like_any_other(
    works: Works, election: PublishedElection
) -> None:
    someone = voter(0)
    account = "0x" + address_of(someone.key).hex()
    delegation = "0xef0100" + "11" * 20  # EIP-7702
    works.scene.node.rpc.call("anvil_setCode", account, delegation)
    works.scene.see_head()
    works.relay.intake.submit(election.id, ballot_of(works.scene, election, someone, YES))
    works.run()
    assert len(works.acts(election)) == 1


def test_a_listed_wallet_needs_no_credential(works: Works) -> None:
    mine, other = voter(0), voter(1)
    election = works.scene.publish(
        3, Secrecy.OPEN, listed={0: address_key_id(address_of(mine.key))}
    )

    def by(holder: Voter) -> Submission:
        signature = expand(sign(signed(election, 0), holder.key))
        return Submission(0, 0, 0, 1, 1, address_of(holder.key), False, signature, YES, ())

    with pytest.raises(errors.CredentialInvalid, match="the roll lists another key"):
        works.relay.intake.submit(election.id, by(other))
    attested = ballot_of(works.scene, election, other, YES).attestations
    with pytest.raises(errors.CredentialInvalid, match="has none"):
        works.relay.intake.submit(election.id, replace(by(mine), attestations=attested))
    works.relay.intake.submit(election.id, by(mine))
    works.run()
    assert len(works.acts(election)) == 1


def test_a_signature_by_eth_account_is_taken(works: Works, election: PublishedElection) -> None:
    account = Account.create()
    key = Address(bytes.fromhex(account.address[2:]))
    signature = bytes(account.unsafe_sign_hash(signed(election, 0)).signature)
    given = handed_in(works, election, 0, signature, key=key)
    works.relay.intake.submit(election.id, given)
    works.run()
    assert len(works.acts(election)) == 1
