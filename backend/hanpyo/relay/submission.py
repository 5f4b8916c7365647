"""A ballot as it was posted, and what of it can be judged without asking anybody.

`examine` repeats what the contract will check: form, signature, credential, payload, class and
weight of the roll entry. What it returns is signed by the key it names and attested for the voter
it names; whether the time is right and the order free is another question.
"""

from dataclasses import dataclass, replace
from typing import Final, NoReturn

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch import Attestation, BatchError, WideRecord, encode_wide
from hanpyo.protocol.batch_parts import check_indices, encode_attestations
from hanpyo.protocol.choices import Invalid as InvalidItem
from hanpyo.protocol.choices import decode as decode_choices
from hanpyo.protocol.messages import Ballot, Credential, digest
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.signatures import SignatureError, compact, expand, recover
from hanpyo.protocol.types import (
    MAX_REVISION,
    BallotKind,
    CompactSignature,
    Digest,
    EntryKind,
    KeyId,
    KeyType,
    Secrecy,
)
from hanpyo.protocol.voter_keys import wide_key_id, wide_signature_holds
from hanpyo.relay.errors import (
    BallotSignatureInvalid,
    CredentialInvalid,
    DomainMismatch,
    PayloadInvalid,
    UnknownVoter,
)
from hanpyo.secrecy.group import COMPRESSED, is_compressed_point

COMPACT, WIDE = 1, 2
"""The format bytes of the two kinds of batches."""
_COMPACT_SIGNATURE: Final = 64
_PLAIN_SIGNATURE: Final = 65
_P256_SIGNATURE: Final = 64
_ENVELOPE: Final = 32
_WIDE_HEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Submission:
    """What a voter's page sends. `key` is 20 bytes of an address or 64 of a point.

    `wallet` says that the key is a contract that signs by ERC-1271. `chain_id` and `contract` are
    given by clients that want to be told of a mix-up.
    """

    voter: int
    epoch: int
    revision: int
    kind: int
    key_type: int
    key: bytes
    wallet: bool
    signature: bytes
    payload: bytes
    attestations: tuple[Attestation, ...]
    chain_id: int | None = None
    contract: bytes | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A ballot that its voter signed, as the queue keeps it; `body` is as `Ballot.body` says."""

    digest: Digest
    voter: int
    epoch: int
    revision: int
    kind: int
    form: int
    weight: int
    class_: int
    key: KeyId
    body: bytes
    wallet: WideRecord | None
    """The record, where only its contract wallet can say whether it is signed."""
    invalid_items: tuple[int, ...]
    """Items, from 1, whose choices will count as invalid."""


def examine(election: PublishedElection, given: Submission) -> Examined:
    """What `given` amounts to; raises a leaf of `Invalid` that names the field at fault."""
    _check_domain(election, given)
    entry = _entry(election, given)
    _check_order(given)
    _check_payload(election, given)
    content = election.form.content(given.kind, given.payload)
    signed = digest(
        election.domain,
        Ballot(given.voter, given.epoch, given.revision, given.kind, *content),
    )
    record = _wide_record(given, entry)
    key = wide_key_id(record)
    compact_signature = _own_signature(given, signed)
    by_wallet = compact_signature is None and given.key_type == KeyType.ADDRESS
    if compact_signature is None and not by_wallet and not wide_signature_holds(record, signed):
        _refuse_signature("the key did not sign this ballot")
    attested = entry.kind is EntryKind.ATTESTED
    if attested:
        _check_credential(election, given, entry, key)
        encoded = encode_attestations(
            given.attestations, election.form.threshold, election.form.registrars
        )
    else:
        _check_listed(entry, key, given)
    if attested and compact_signature is not None:
        form, body = COMPACT, compact_signature + given.payload + encoded
    else:
        form, body = WIDE, _wide_body(election, record, entry, compact_signature)
    return Examined(
        signed,
        given.voter,
        given.epoch,
        given.revision,
        given.kind,
        form,
        entry.weight,
        entry.class_,
        key,
        body,
        record if by_wallet else None,
        _invalid_items(election, given, entry),
    )


def _check_domain(election: PublishedElection, given: Submission) -> None:
    domain = election.domain
    if given.chain_id is not None and given.chain_id != domain.chain_id:
        raise DomainMismatch("chainId", f"this election is on chain {domain.chain_id}")
    if given.contract is not None and given.contract != domain.election:
        raise DomainMismatch("verifyingContract", f"this election is 0x{domain.election.hex()}")


def _entry(election: PublishedElection, given: Submission) -> RollEntry:
    if given.voter >= election.manifest.roll.size:
        raise UnknownVoter("voter", f"the roll has voters 0 to {election.manifest.roll.size - 1}")
    return election.roll[given.voter]


def _check_order(given: Submission) -> None:
    if given.revision > MAX_REVISION:
        raise PayloadInvalid("revision", f"a key may act {MAX_REVISION + 1} times")


def _check_payload(election: PublishedElection, given: Submission) -> None:
    expected = election.form.payload_length
    if len(given.payload) != expected:
        raise PayloadInvalid("payload", f"{len(given.payload)} bytes instead of {expected}")
    if given.kind == BallotKind.WITHDRAWAL:
        if any(given.payload):
            raise PayloadInvalid("payload", "a withdrawal's payload is zeros")
    elif election.manifest.secrecy is Secrecy.SEALED:
        point = given.payload[_ENVELOPE : _ENVELOPE + COMPRESSED]
        if not is_compressed_point(point):
            raise PayloadInvalid("payload", "the escrow does not start with a point of the group")


def _own_signature(given: Submission, signed: Digest) -> CompactSignature | None:
    """The signature by the address itself, in compact form; None where another check decides."""
    if given.key_type == KeyType.P256 and len(given.signature) != _P256_SIGNATURE:
        _refuse_signature(f"{len(given.signature)} bytes instead of {_P256_SIGNATURE}")
    if given.key_type != KeyType.ADDRESS:
        return None
    try:
        canonical = _canonical(given.signature)
        signer = recover(signed, canonical)
    except SignatureError as error:
        if given.wallet:
            return None
        raise BallotSignatureInvalid("signature", f"{error.field} {error.problem}") from error
    if signer == given.key:
        return canonical
    if given.wallet:
        return None
    raise BallotSignatureInvalid(
        "key",
        "another key made the signature, or it was made for another text, chain, election, roll "
        "entry or order",
    )


def _canonical(signature: bytes) -> CompactSignature:
    if len(signature) == _COMPACT_SIGNATURE:
        return CompactSignature(signature)
    if len(signature) != _PLAIN_SIGNATURE:
        raise SignatureError("length", f"{len(signature)} bytes instead of 64 or 65")
    return compact(signature)


def _refuse_signature(problem: str) -> NoReturn:
    raise BallotSignatureInvalid("signature", problem)


def _check_credential(
    election: PublishedElection, given: Submission, entry: RollEntry, key: KeyId
) -> None:
    registrars = election.manifest.registrars
    needed = election.manifest.threshold
    if len(given.attestations) != needed:
        raise CredentialInvalid("attestations", f"{needed} registrars attest a key here")
    try:
        check_indices(given.attestations, len(registrars))
    except BatchError as error:
        raise CredentialInvalid("attestations", error.problem) from error
    credential = Credential(given.voter, key, entry.weight, entry.class_, given.epoch)
    attested = digest(election.domain, credential)
    for place, attestation in enumerate(given.attestations):
        try:
            signer = recover(attested, CompactSignature(attestation.signature))
        except SignatureError as error:
            raise CredentialInvalid(f"attestations.{place}", error.problem) from error
        if signer != registrars[attestation.index]:
            raise CredentialInvalid(
                f"attestations.{place}",
                f"registrar {attestation.index} did not attest this key for this voter, weight, "
                "class and epoch",
            )


def _check_listed(entry: RollEntry, key: KeyId, given: Submission) -> None:
    if given.attestations:
        raise CredentialInvalid("attestations", "a listed voter has none")
    if key != entry.who:
        raise CredentialInvalid("key", "the roll lists another key for this voter")
    if given.epoch != 0:
        raise CredentialInvalid("epoch", "a listed voter's own key has epoch 0")


def _wide_record(given: Submission, entry: RollEntry) -> WideRecord:
    return WideRecord(
        given.voter,
        given.key_type,
        given.key,
        given.signature,
        given.payload,
        entry.weight,
        entry.class_,
        given.epoch,
        given.revision,
        given.kind,
        given.attestations,
    )


def _wide_body(
    election: PublishedElection,
    record: WideRecord,
    entry: RollEntry,
    own: CompactSignature | None,
) -> bytes:
    if own is not None:
        record = replace(record, signature=expand(own))
    if entry.kind is EntryKind.LISTED:
        record = replace(record, proof=election.tree.proof(entry.leaf(record.voter)))
    return encode_wide([record], election.form)[_WIDE_HEAD:]


def _invalid_items(
    election: PublishedElection, given: Submission, entry: RollEntry
) -> tuple[int, ...]:
    if election.manifest.secrecy is not Secrecy.OPEN or given.kind != BallotKind.BALLOT:
        return ()
    verdicts = decode_choices(election.manifest, given.payload, entry.class_)
    return tuple(
        number for number, verdict in enumerate(verdicts, 1) if isinstance(verdict, InvalidItem)
    )
