"""Wide entries as voters with any kind of key make them."""

from bench.harness.people import Person
from bench.harness.trial import Act, Trial
from hanpyo.protocol.batch import WideRecord, encode_wide
from hanpyo.protocol.types import KeyId, KeyType


def entry(
    trial: Trial,
    act: Act,
    *,
    key_type: KeyType,
    key: bytes,
    key_id: KeyId,
    signature: bytes,
    listed: bool = False,
) -> WideRecord:
    """One entry, attested by registrars or with the roll's proof."""
    terms = act.terms
    attested = () if listed else trial.attest(trial.digest(trial.credential(act, key_id)))
    proof = None
    if listed:
        proof = trial.plan.tree.proof(trial.plan.entries[act.voter].leaf(act.voter))
    return WideRecord(
        terms.voter,
        key_type,
        key,
        signature,
        act.payload,
        terms.weight,
        terms.class_,
        terms.epoch,
        terms.revision,
        terms.kind,
        attested,
        proof,
    )


def by_account(
    trial: Trial, act: Act, account: bytes, signature: bytes, *, listed: bool = False
) -> WideRecord:
    """An entry of an account: wallet, contract or delegated."""
    key_id = KeyId(b"\1" + bytes(11) + account)
    return entry(
        trial,
        act,
        key_type=KeyType.ADDRESS,
        key=account,
        key_id=key_id,
        signature=signature,
        listed=listed,
    )


def by_person(
    trial: Trial, act: Act, signer: Person | None = None, *, listed: bool = False
) -> WideRecord:
    """An entry of someone with an ordinary key."""
    own = signer or trial.voter(act.voter)
    signature = own.sign_long(trial.digest(act.message))
    return by_account(trial, act, own.address, signature, listed=listed)


def encoded(trial: Trial, *entries: WideRecord) -> bytes:
    """The batch's bytes."""
    return encode_wide(entries, trial.form)
