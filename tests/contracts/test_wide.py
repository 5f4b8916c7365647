"""Wide batches: wallets, contract wallets, delegated accounts, passkeys, and listed voters."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from bench.harness import compiled
from bench.harness.devchain import GAS_LIMIT
from bench.harness.passkeys import ORDER, Passkey
from bench.harness.people import person
from bench.harness.trial import RELAY, Act, Trial
from hanpyo.protocol.types import KeyType, SkipReason
from tests.contracts.conftest import Open
from tests.contracts.expect import CHOICES, assert_recorded, assert_skipped, reverts
from tests.contracts.wide import by_account, by_person, encoded, entry

WALLETS = Path(__file__).parent / "solidity"
OWNER = person("wallet owner")
BLANK_SIGNATURE = bytes(65)


@pytest.fixture
def trial(begin: Open) -> Trial:
    return begin()


def wallet(trial: Trial, name: str, argument: bytes) -> bytes:
    code = compiled.folder(WALLETS).contracts[name].creation
    return trial.system.chain.deploy(RELAY.address, code + argument.rjust(32, b"\0"))


def odd(trial: Trial, manner: int) -> bytes:
    return wallet(trial, "OddWallet", bytes((manner,)))


def passkey_entry(
    trial: Trial, act: Act, kind: KeyType, signature: bytes, *, listed: bool = False
) -> bytes:
    key = Passkey("voter")
    key_id = key.key_id(kind)
    made = entry(
        trial,
        act,
        key_type=kind,
        key=key.key,
        key_id=key_id,
        signature=signature,
        listed=listed,
    )
    return encoded(trial, made)


def test_ordinary_keys_vote_in_wide_batches(trial: Trial) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (2, 0)]
    batch = encoded(trial, *(by_person(trial, act) for act in acts))
    assert_recorded(trial, trial.submit("castWide", batch), *acts)


def test_wide_and_compact_batches_share_numbers_and_order(trial: Trial) -> None:
    trial.cast([trial.act(0, CHOICES)])
    act = trial.act(1, CHOICES)
    trial.submit("castWide", encoded(trial, by_person(trial, act)))
    assert trial.batches[1] == [act]
    again = encoded(trial, by_person(trial, trial.act(0, CHOICES)))
    assert_skipped(trial, trial.submit("castWide", again), (0, SkipReason.SUPERSEDED))


def test_a_contract_wallet_votes_by_its_own_rule(trial: Trial) -> None:
    account = wallet(trial, "OwnedWallet", OWNER.address)
    act = trial.act(0, CHOICES)
    signature = OWNER.sign_long(trial.digest(act.message))
    batch = encoded(trial, by_account(trial, act, account, signature))
    assert_recorded(trial, trial.submit("castWide", batch), act)


def test_a_contract_wallet_refuses_another_owner(trial: Trial) -> None:
    account = wallet(trial, "OwnedWallet", OWNER.address)
    act = trial.act(0, CHOICES)
    signature = person("thief").sign_long(trial.digest(act.message))
    batch = encoded(trial, by_account(trial, act, account, signature))
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


@pytest.mark.parametrize("manner", [0, 6, 7], ids=["accepts", "answers at length", "stipend"])
def test_a_wallet_that_gives_the_magic_word_is_believed(trial: Trial, manner: int) -> None:
    act = trial.act(0, CHOICES)
    batch = encoded(trial, by_account(trial, act, odd(trial, manner), b"any"))
    assert_recorded(trial, trial.submit("castWide", batch), act)


@pytest.mark.parametrize(
    "manner", range(1, 6), ids=["reverts", "burns gas", "short", "nothing", "wrong"]
)
def test_an_odd_wallet_is_skipped_and_its_neighbours_stay(trial: Trial, manner: int) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (0, 1, 2)]
    made = [by_person(trial, act) for act in acts]
    made[1] = by_account(trial, acts[1], odd(trial, manner), b"any")
    receipt = trial.submit("castWide", encoded(trial, *made))
    assert_skipped(trial, receipt, (1, SkipReason.SIGNATURE))
    assert [trial.read("hasBallot", voter) for voter in range(3)] == [True, False, True]


@pytest.mark.parametrize("size", [0, 64, 66])
def test_an_account_without_code_signs_with_65_bytes(trial: Trial, size: int) -> None:
    act = trial.act(0, CHOICES)
    long = trial.voter(0).sign_long(trial.digest(act.message)) + b"\0"
    batch = encoded(trial, by_account(trial, act, trial.voter(0).address, long[:size]))
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


@pytest.mark.parametrize("session", [False, True], ids=["own key", "session key"])
def test_a_delegated_account_votes_with_its_key_and_through_its_code(
    trial: Trial, session: bool
) -> None:
    voter = trial.voter(0)
    code = wallet(trial, "OwnedWallet", OWNER.address)
    chain = trial.system.chain
    signed = Account.sign_authorization(
        {"chainId": chain.rpc.chain_id(), "address": "0x" + code.hex(), "nonce": 0},
        voter.secret,
    )
    authorisation = {
        "chainId": hex(signed.chain_id),
        "address": "0x" + code.hex(),
        "nonce": "0x0",
        "yParity": hex(signed.y_parity),
        "r": hex(signed.r),
        "s": hex(signed.s),
    }
    chain.send(RELAY.address, RELAY.address, b"", authorisations=[authorisation])
    assert chain.rpc.code("0x" + voter.address.hex()) == b"\xef\x01\x00" + code
    act = trial.act(0, CHOICES)
    signer = OWNER if session else voter
    signature = signer.sign_long(trial.digest(act.message))
    batch = encoded(trial, by_account(trial, act, voter.address, signature))
    assert_recorded(trial, trial.submit("castWide", batch), act)


def test_a_p256_key_votes(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    signature = Passkey("voter").sign(trial.digest(act.message))
    batch = passkey_entry(trial, act, KeyType.P256, signature)
    assert_recorded(trial, trial.submit("castWide", batch), act)


def test_a_passkey_votes(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    signature = Passkey("voter").assertion(trial.digest(act.message))
    batch = passkey_entry(trial, act, KeyType.WEBAUTHN, signature)
    assert_recorded(trial, trial.submit("castWide", batch), act)


def _mirror(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:], "big")
    return signature[:32] + s.to_bytes(32, "big")


def test_a_p256_signature_with_a_high_s_is_skipped(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    signature = _mirror(Passkey("voter").sign(trial.digest(act.message)))
    batch = passkey_entry(trial, act, KeyType.P256, signature)
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


@pytest.mark.parametrize(
    "options", [{"kind": "webauthn.create"}, {"flags": 1}, {"flags": 4}], ids=str
)
def test_an_assertion_for_something_else_is_skipped(trial: Trial, options: dict[str, Any]) -> None:
    act = trial.act(0, CHOICES)
    signature = Passkey("voter").assertion(trial.digest(act.message), **options)
    batch = passkey_entry(trial, act, KeyType.WEBAUTHN, signature)
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


@pytest.mark.parametrize("kind", [KeyType.P256, KeyType.WEBAUTHN])
@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 200], ids=len)
def test_bytes_that_are_no_signature_are_skipped(
    trial: Trial, kind: KeyType, signature: bytes
) -> None:
    batch = passkey_entry(trial, trial.act(0, CHOICES), kind, signature)
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


def test_a_plain_p256_signature_is_no_passkeys(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    signature = Passkey("voter").sign(trial.digest(act.message))
    batch = passkey_entry(trial, act, KeyType.WEBAUTHN, signature)
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.SIGNATURE))


def test_key_types_have_different_ids(trial: Trial) -> None:
    """A credential for a P-256 key does not serve the same point as a WebAuthn key."""
    key = Passkey("voter")
    act = trial.act(0, CHOICES)
    signature = key.assertion(trial.digest(act.message))
    p256 = key.key_id(KeyType.P256)
    made = entry(
        trial, act, key_type=KeyType.WEBAUTHN, key=key.key, key_id=p256, signature=signature
    )
    receipt = trial.submit("castWide", encoded(trial, made))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


@pytest.fixture
def listed(begin: Open) -> Trial:
    keys = {voter: person(f"voter {voter}").key_id for voter in range(4)}
    keys[4] = Passkey("voter").key_id(KeyType.P256)
    return begin(listed=keys, weights=(1, 2, 3, 1, 1, 1, 1), registrars=0, threshold=0)


def test_listed_voters_vote_with_a_proof_of_the_roll(listed: Trial) -> None:
    acts = [listed.act(voter, CHOICES) for voter in (1, 3)]
    batch = encoded(listed, *(by_person(listed, act, listed=True) for act in acts))
    assert_recorded(listed, listed.submit("castWide", batch), *acts)


def test_a_listed_p256_key_votes(listed: Trial) -> None:
    act = listed.act(4, CHOICES)
    signature = Passkey("voter").sign(listed.digest(act.message))
    batch = passkey_entry(listed, act, KeyType.P256, signature, listed=True)
    assert_recorded(listed, listed.submit("castWide", batch), act)


def test_a_listed_voter_is_that_number_key_weight_and_class(listed: Trial) -> None:
    act = listed.act(1, CHOICES)
    good = by_person(listed, act, listed=True)
    other = by_person(listed, listed.act(3, CHOICES), listed=True)
    heavier = by_person(listed, listed.act(1, CHOICES, weight=3), listed=True)
    thief = by_person(listed, act, person("thief"), listed=True)
    proof = good.proof or ()
    wrong = [
        heavier,
        thief,
        replace(good, proof=other.proof),
        replace(good, proof=proof[:-1]),
        replace(good, proof=(*proof, bytes(32))),
        replace(good, proof=()),
    ]
    receipt = listed.submit("castWide", encoded(listed, *wrong))
    assert listed.skipped(receipt) == [(1, SkipReason.ATTESTATION)] * len(wrong)


def test_an_attested_entry_is_not_listed(listed: Trial) -> None:
    batch = encoded(listed, by_person(listed, listed.act(6, CHOICES), listed=True))
    receipt = listed.submit("castWide", batch)
    assert_skipped(listed, receipt, (6, SkipReason.ATTESTATION))


def test_a_listed_voter_has_epoch_0_only(listed: Trial) -> None:
    act = listed.act(1, CHOICES, epoch=1)
    batch = encoded(listed, by_person(listed, act, listed=True))
    assert_skipped(listed, listed.submit("castWide", batch), (1, SkipReason.ATTESTATION))


def test_without_registrars_credentials_are_malformed(listed: Trial) -> None:
    good = encoded(listed, by_person(listed, listed.act(1, CHOICES), listed=True))
    proof = len(listed.plan.tree.proof(listed.plan.entries[1].leaf(1))) * 32
    with reverts("BatchMalformed"):
        listed.do("castWide", good[: -proof - 2] + b"\1")


def test_the_verifiers_are_named(trial: Trial) -> None:
    system = trial.system
    module = system.modules[2]
    for address in system.read(module, "verifiers"):
        assert system.chain.rpc.code(address)


@pytest.mark.parametrize("signers", [(1, 0), (0, 0), (0, 2)])
def test_registrars_out_of_order_revert(trial: Trial, signers: tuple[int, int]) -> None:
    good = bytearray(encoded(trial, by_person(trial, trial.act(0, CHOICES))))
    good[-130], good[-65] = signers
    with reverts("BatchMalformed"):
        trial.do("castWide", bytes(good))


def test_a_registrars_signature_of_another_credential_is_skipped(trial: Trial) -> None:
    good = by_person(trial, trial.act(0, CHOICES))
    other = by_person(trial, trial.act(1, CHOICES))
    mixed = replace(good, attestations=other.attestations)
    receipt = trial.submit("castWide", encoded(trial, mixed))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_a_batch_that_cannot_fund_every_check_reverts(trial: Trial) -> None:
    """A copy sent with little gas must not make a good wallet look bad."""
    act = trial.act(0, CHOICES)
    batch = encoded(trial, by_account(trial, act, odd(trial, 0), b"any"))
    with reverts("BatchUnderfunded"):
        trial.do("castWide", batch, gas=600_000)
    assert_recorded(trial, trial.submit("castWide", batch, gas=GAS_LIMIT), act)


def test_what_is_cut_reverts_at_every_length(trial: Trial) -> None:
    batch = encoded(trial, by_person(trial, trial.act(0, CHOICES)))
    chain, interface = trial.system.chain, trial.system.interface
    for length in range(len(batch)):
        with reverts("BatchMalformed"):
            data = interface.encode("castWide", batch[:length])
            chain.call(trial.address, data, interface)


HEAD = 3
STRUCTURE = [
    ("another format", 0, b"\1"),
    ("no entry", 1, b"\0\0"),
    ("two entries", 1, b"\0\2"),
    ("key type 0", HEAD + 19, b"\0"),
    ("key type 4", HEAD + 19, b"\4"),
    ("a key of another length", HEAD + 19, b"\2"),
    ("a longer signature", HEAD + 40, b"\0\x42"),
    ("unknown attestation", -131, b"\3"),
    ("a proof where signatures stand", -131, b"\2"),
]


@pytest.mark.parametrize(("at", "value"), [pytest.param(*row[1:], id=row[0]) for row in STRUCTURE])
def test_a_malformed_batch_reverts(trial: Trial, at: int, value: bytes) -> None:
    batch = bytearray(encoded(trial, by_person(trial, trial.act(0, CHOICES))))
    at %= len(batch)
    batch[at : at + len(value)] = value
    with reverts("BatchMalformed"):
        trial.do("castWide", bytes(batch))


def test_trailing_bytes_revert(trial: Trial) -> None:
    batch = encoded(trial, by_person(trial, trial.act(0, CHOICES)))
    with reverts("BatchMalformed", offset=len(batch)):
        trial.do("castWide", batch + b"\0")


def test_at_the_close_wide_acts_are_skipped(trial: Trial) -> None:
    batch = encoded(trial, by_person(trial, trial.act(0, CHOICES)))
    trial.system.chain.at(trial.plan.times.closes_at)
    assert_skipped(trial, trial.submit("castWide", batch), (0, SkipReason.NOT_OPEN))


def test_a_wide_voter_beyond_the_roll_is_skipped(trial: Trial) -> None:
    batch = encoded(trial, by_person(trial, trial.act(10, CHOICES)))
    assert_skipped(trial, trial.submit("castWide", batch), (10, SkipReason.UNKNOWN_VOTER))
