import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.batch import (
    Attestation,
    BatchError,
    BatchForm,
    CompactBatch,
    CompactRecord,
    DeskRecord,
    Listing,
    WideRecord,
    compact_size,
    decode_compact,
    decode_desk,
    decode_wide,
    encode_compact,
    encode_desk,
    encode_wide,
)
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.messages import Credential, credential_list_hash, digest, struct_digest
from hanpyo.protocol.signatures import address_key_id, recover
from hanpyo.protocol.types import ZERO_WORD, Address, Digest, KeyType, Secrecy
from tests.strategies import compact_batches, desk_record_lists, wide_record_lists

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "batches.json").read_text(encoding="utf-8")
)
SEALED = BatchForm(Secrecy.SEALED, 3, 3, 2, 2)
OPEN = BatchForm(Secrecy.OPEN, 3, 3, 2, 2)
DECODERS: dict[str, Any] = {
    "compact": decode_compact,
    "wide": decode_wide,
    "desk": decode_desk,
}

forms = st.sampled_from([SEALED, OPEN])


@given(st.data())
def test_a_compact_batch_survives_encoding(data: st.DataObject) -> None:
    form = data.draw(forms)
    batch = data.draw(compact_batches(form))
    encoded = encode_compact(batch, form)
    assert decode_compact(encoded, form) == batch
    size = compact_size(
        form,
        len(batch.records),
        listed=batch.listing is not None,
        extras=len(batch.listing.extras) if batch.listing else 0,
        weights=batch.weights,
        classes=batch.classes,
        orders=batch.orders,
    )
    assert len(encoded) == size


@given(st.data())
def test_a_wide_batch_survives_encoding(data: st.DataObject) -> None:
    form = data.draw(forms)
    records = data.draw(wide_record_lists(form))
    assert decode_wide(encode_wide(records, form), form) == records


@given(st.data())
def test_a_desk_batch_survives_encoding(data: st.DataObject) -> None:
    form = data.draw(forms)
    records = data.draw(desk_record_lists(form))
    assert decode_desk(encode_desk(records, form), form) == records


@given(st.data())
def test_cut_and_lengthened_batches_are_refused(data: st.DataObject) -> None:
    form = data.draw(forms)
    kind, encoded = data.draw(
        st.one_of(
            compact_batches(form).map(lambda batch: ("compact", encode_compact(batch, form))),
            wide_record_lists(form).map(lambda records: ("wide", encode_wide(records, form))),
            desk_record_lists(form).map(lambda records: ("desk", encode_desk(records, form))),
        )
    )
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(BatchError, match="truncated"):
        DECODERS[kind](encoded[:cut], form)
    with pytest.raises(BatchError, match="trailing bytes"):
        DECODERS[kind](encoded + b"\x00", form)


@pytest.mark.parametrize("election", VECTORS["elections"], ids=lambda each: each["name"])
def test_vector_batches_decode_and_their_signatures_hold(election: dict[str, Any]) -> None:
    manifest = decode_manifest(unhex(election["manifest"]))
    form = BatchForm.of(manifest)
    domain = Domain(
        election["chainId"],
        Address(unhex(election["election"])),
        Digest(unhex(election["manifestHash"])),
    )
    batch = decode_compact(unhex(election["batches"]["compact, one list"]), form)
    digests = [digest(domain, record.ballot(form)) for record in batch.records]
    assert [each.hex() for each in digests] == [each[2:] for each in election["ballotDigests"]]
    own = []
    for record, signed in zip(batch.records, digests, strict=True):
        key = address_key_id(recover(signed, record.signature))
        own.append(
            Credential(record.voter, key, record.weight, record.class_, record.epoch).struct_hash()
        )
    assert batch.listing is not None
    list_digest = struct_digest(domain, credential_list_hash(batch.listing.arrange(own)))
    assert list_digest.hex() == election["listDigest"][2:]
    for attestation in batch.listing.attestations:
        signer = recover(list_digest, attestation.signature)
        assert signer == manifest.registrars[attestation.index]


@pytest.mark.parametrize("election", VECTORS["elections"], ids=lambda each: each["name"])
def test_vector_desk_acts_are_signed_by_both_clerks(election: dict[str, Any]) -> None:
    manifest = decode_manifest(unhex(election["manifest"]))
    form = BatchForm.of(manifest)
    domain = Domain(
        election["chainId"],
        Address(unhex(election["election"])),
        Digest(unhex(election["manifestHash"])),
    )
    records = decode_desk(unhex(election["batches"]["desk"]), form)
    assert [record.act for record in records] == [1, 2, 4]
    for record in records:
        signed = digest(domain, record.message(form))
        for attestation in record.attestations:
            signer = recover(signed, attestation.signature)
            assert signer == manifest.clerks[attestation.index]


REFUSED = [
    (election["manifest"], fault)
    for election in VECTORS["elections"]
    for fault in election["refused"]
]


@pytest.mark.parametrize(
    ("manifest", "fault"),
    REFUSED,
    ids=[f"{fault['format']}, {fault['name']}" for _, fault in REFUSED],
)
def test_structure_faults_are_refused(manifest: str, fault: dict[str, str]) -> None:
    form = BatchForm.of(decode_manifest(unhex(manifest)))
    with pytest.raises(BatchError):
        DECODERS[fault["format"]](unhex(fault["batch"]), form)


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


SIGNED = (Attestation(0, bytes(64)), Attestation(2, bytes(64)))
RECORD = CompactRecord(1, bytes(64), bytes(3), attestations=SIGNED)
BATCH = CompactBatch((RECORD,))
BARE = replace(RECORD, attestations=())
WIDE = WideRecord(1, KeyType.ADDRESS, bytes(20), b"", bytes(3), attestations=SIGNED)
DESK = DeskRecord(
    1, 1, 2, 1, 1, 0, bytes(3), (Attestation(0, bytes(64)), Attestation(1, bytes(64)))
)


@pytest.mark.parametrize(
    ("field", "batch"),
    [
        ("count", CompactBatch(())),
        ("weight", CompactBatch((replace(RECORD, weight=2),))),
        ("weight", CompactBatch((replace(RECORD, weight=1 << 64),), weights=True)),
        ("class", CompactBatch((replace(RECORD, class_=1),))),
        ("order", CompactBatch((replace(RECORD, revision=1),))),
        ("order", CompactBatch((replace(RECORD, kind=2),))),
        ("voter", CompactBatch((replace(RECORD, voter=1 << 32),))),
        ("signature", CompactBatch((replace(RECORD, signature=b""),))),
        ("payload", CompactBatch((replace(RECORD, payload=b""),))),
        ("attestations", CompactBatch((replace(RECORD, attestations=SIGNED[:1]),))),
        ("attestations", CompactBatch((RECORD,), Listing(SIGNED))),
        ("attestation index", CompactBatch((replace(RECORD, attestations=SIGNED[::-1]),))),
        ("attestation index", CompactBatch((BARE,), Listing((SIGNED[0], SIGNED[0])))),
        (
            "attestation index",
            CompactBatch((BARE,), Listing((SIGNED[0], Attestation(3, bytes(64))))),
        ),
        (
            "attestation signature",
            CompactBatch((BARE,), Listing((SIGNED[0], Attestation(1, bytes(63))))),
        ),
        ("extras", CompactBatch((BARE,), Listing(SIGNED, ((2, bytes(32)),)))),
        ("extras", CompactBatch((BARE,), Listing(SIGNED, ((0, bytes(31)),)))),
        ("extras", CompactBatch((BARE,), Listing(SIGNED, ((1, bytes(32)), (1, bytes(32)))))),
    ],
)
def test_what_the_contract_would_revert_is_not_encoded(field: str, batch: CompactBatch) -> None:
    with pytest.raises(BatchError) as caught:
        encode_compact(batch, OPEN)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "record"),
    [
        ("key", replace(WIDE, key=bytes(64))),
        ("key", replace(WIDE, key_type=KeyType.P256)),
        ("signature length", replace(WIDE, signature=bytes(65536))),
        ("depth", replace(WIDE, proof=(bytes(32),) * 256)),
        ("proof", replace(WIDE, proof=(bytes(31),))),
        ("attestations", replace(WIDE, attestations=())),
    ],
)
def test_wide_records_that_make_no_sense_are_not_encoded(field: str, record: WideRecord) -> None:
    with pytest.raises(BatchError) as caught:
        encode_wide([record], OPEN)
    assert caught.value.field == field


def test_an_unknown_attestation_is_refused() -> None:
    encoded = bytearray(encode_wide([replace(WIDE, proof=())], OPEN))
    encoded[-2] = 3
    with pytest.raises(BatchError, match="3 is neither 1 nor 2"):
        decode_wide(bytes(encoded), OPEN)


def test_desk_records_need_clerks() -> None:
    with pytest.raises(BatchError, match="there are only 0 signers"):
        encode_desk([DESK], replace(OPEN, clerks=0))


def test_without_registrars_only_roll_proofs_attest() -> None:
    alone = replace(OPEN, registrars=0, threshold=0)
    compact, wide = encode_compact(BATCH, OPEN), encode_wide([WIDE], OPEN)
    for refuse in (
        lambda: encode_compact(BATCH, alone),
        lambda: decode_compact(compact, alone),
        lambda: encode_wide([WIDE], alone),
        lambda: decode_wide(wide, alone),
    ):
        with pytest.raises(BatchError, match="this election has no registrars"):
            refuse()
    listed = [replace(WIDE, proof=(), attestations=())]
    assert decode_wide(encode_wide(listed, alone), alone) == tuple(listed)


def test_the_shortest_batch_carries_no_field_that_all_have_alike() -> None:
    plain = CompactBatch.shortest([RECORD])
    assert (plain.weights, plain.classes, plain.orders) == (False, False, False)
    full = CompactBatch.shortest([RECORD, replace(RECORD, weight=2, class_=1, revision=1)])
    assert (full.weights, full.classes, full.orders) == (True, True, True)


def test_extras_take_their_positions_in_the_list() -> None:
    listing = Listing((), ((0, b"x"), (2, b"y")))
    assert listing.arrange([b"a", b"b"]) == [b"x", b"a", b"y", b"b"]


@pytest.mark.parametrize(
    ("form", "payload", "content", "escrow"),
    [
        (OPEN, b"\x01\x02\x03", keccak(b"\x01\x02\x03"), ZERO_WORD),
        (SEALED, bytes(32) + b"\x02" * 36, bytes(32), keccak(b"\x02" * 36)),
    ],
)
def test_content_and_escrow_follow_from_the_payload(
    form: BatchForm, payload: bytes, content: bytes, escrow: bytes
) -> None:
    assert form.content(1, payload) == (content, escrow)
    assert form.content(2, bytes(len(payload))) == (ZERO_WORD, ZERO_WORD)


def test_a_wide_records_ballot_is_what_the_voter_signed() -> None:
    ballot = replace(WIDE, epoch=2, revision=3).ballot(OPEN)
    assert (ballot.voter, ballot.epoch, ballot.revision, ballot.kind) == (1, 2, 3, 1)
    assert ballot.content == keccak(bytes(3))


@pytest.mark.parametrize("act", [3, 4])
def test_boxed_acts_and_check_ins_have_no_content(act: int) -> None:
    assert replace(DESK, act=act).message(OPEN).content == ZERO_WORD


def test_a_named_act_signs_its_content() -> None:
    assert DESK.message(OPEN).content == keccak(bytes(3))
