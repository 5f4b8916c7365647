"""Vectors of signed batches."""

import random
from collections.abc import Sequence
from dataclasses import replace

from hanpyo.protocol import batch, domain, messages
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.signatures import address_key_id, address_of, expand, sign
from hanpyo.protocol.types import Digest, KeyType
from scripts.vectors.common import (
    CHAIN_ID,
    ELECTION,
    Vectors,
    hexed,
    private_key,
    vector_domain,
    vector_manifests,
)


def batch_vectors() -> Vectors:
    """Signed batches of every format, and bytes that the contract reverts."""
    return {
        "elections": [
            election_batches(name, vector_manifests()[name])
            for name in ("every feature, sealed", "every feature, open")
        ]
    }


def election_batches(name: str, manifest: Manifest) -> Vectors:
    """The batches of one election; registrars are signers 101 …, clerks 201 …"""
    manifest = replace(
        manifest,
        registrars=tuple(address_of(private_key(101 + index)) for index in range(3)),
        clerks=tuple(address_of(private_key(201 + index)) for index in range(2)),
    )
    over = vector_domain(manifest)
    form = batch.BatchForm.of(manifest)
    rng = random.Random(name)  # noqa: S311 - vectors must repeat
    payloads = [rng.randbytes(form.payload_length) for _ in range(6)]
    records = [
        voter_record(
            over, form, batch.CompactRecord(voter, bytes(64), payload, 1 + voter, voter % 3)
        )
        for voter, payload in enumerate(payloads)
    ]
    records[4] = voter_record(
        over,
        form,
        replace(records[4], epoch=0, revision=7, kind=2, payload=bytes(form.payload_length)),
    )
    own = [credential_of(records[at], at) for at in range(len(records))]
    extras = tuple((at, keccak(b"extra %d" % at)) for at in (0, 3, 7))
    arranged = batch.Listing((), extras).arrange([each.struct_hash() for each in own])
    list_digest = messages.struct_digest(over, messages.credential_list_hash(arranged))
    listing = batch.Listing(attest(list_digest, (0, 2)), extras)
    each = [
        replace(record, attestations=attest(messages.digest(over, credential), (1, 2)))
        for record, credential in zip(records, own, strict=True)
    ]
    data = {
        "compact, one list": batch.encode_compact(
            batch.CompactBatch.shortest(records, listing), form
        ),
        "compact, each its own": batch.encode_compact(batch.CompactBatch.shortest(each), form),
        "wide": batch.encode_wide(wide_records(over, form, manifest, each), form),
        "desk": batch.encode_desk(desk_records(over, form, payloads), form),
    }
    return {
        "name": name,
        "manifest": hexed(manifest.encode()),
        "chainId": CHAIN_ID,
        "election": hexed(ELECTION),
        "manifestHash": hexed(over.manifest_hash),
        "listDigest": hexed(list_digest),
        "ballotDigests": [hexed(messages.digest(over, record.ballot(form))) for record in records],
        "batches": {kind: hexed(content) for kind, content in data.items()},
        "refused": [
            {"format": kind.split(",")[0], "name": fault, "batch": hexed(content)}
            for kind, content in data.items()
            for fault, content in bad_batches(kind, content, form)
        ],
    }


def voter_record(
    over: domain.Domain, form: batch.BatchForm, record: batch.CompactRecord
) -> batch.CompactRecord:
    """The record signed by test signer number `voter`."""
    digest = messages.digest(over, record.ballot(form))
    return replace(record, signature=sign(digest, private_key(record.voter)))


def credential_of(record: batch.CompactRecord, signer: int) -> messages.Credential:
    """The credential that goes with a record."""
    key = address_key_id(address_of(private_key(signer)))
    return messages.Credential(record.voter, key, record.weight, record.class_, record.epoch)


def attest(
    digest: Digest, indices: Sequence[int], first: int = 101
) -> tuple[batch.Attestation, ...]:
    """The attestations of some registrars or clerks."""
    return tuple(
        batch.Attestation(index, sign(digest, private_key(first + index))) for index in indices
    )


def wide_records(
    over: domain.Domain,
    form: batch.BatchForm,
    manifest: Manifest,
    records: Sequence[batch.CompactRecord],
) -> list[batch.WideRecord]:
    """Two attested ECDSA records and one listed record with a made-up proof."""
    wide = []
    for record in records[:3]:
        signer = private_key(record.voter)
        digest = messages.digest(over, record.ballot(form))
        signature = expand(sign(digest, signer))
        wide.append(
            batch.WideRecord(
                record.voter,
                KeyType.ADDRESS,
                address_of(signer),
                signature,
                record.payload,
                record.weight,
                record.class_,
                attestations=record.attestations,
            )
        )
    wide[2] = replace(wide[2], attestations=(), proof=(manifest.seed, manifest.roll.root))
    return wide


def desk_records(
    over: domain.Domain, form: batch.BatchForm, payloads: Sequence[bytes]
) -> list[batch.DeskRecord]:
    """A paper ballot, an in-person ballot and a check-in, each signed by both clerks."""
    empty = (batch.Attestation(0, bytes(64)), batch.Attestation(1, bytes(64)))
    bare = [
        batch.DeskRecord(0, 1, 2, 1, 3, 0, payloads[0], empty),
        batch.DeskRecord(1, 2, 4, 65535, 5, 1, payloads[1], empty),
        batch.DeskRecord(2, 4, 0, 0, 0, 0, bytes(form.payload_length), empty),
    ]
    signed = []
    for record in bare:
        digest = messages.digest(over, record.message(form))
        first, second = attest(digest, (0, 1), 201)
        signed.append(replace(record, attestations=(first, second)))
    return signed


def bad_batches(kind: str, good: bytes, form: batch.BatchForm) -> list[tuple[str, bytes]]:
    """A good batch with one structural fault each."""

    def patched(offset: int, value: bytes) -> bytes:
        return good[:offset] + value + good[offset + len(value) :]

    at_count = 2 if kind.startswith("compact") else 1
    faults = [
        ("empty", b""),
        ("format", patched(0, b"\x09")),
        ("truncated", good[:-1]),
        ("trailing byte", good + b"\0"),
        ("count 0", patched(at_count, bytes(2))),
        ("count too high", patched(at_count, b"\xff\xff")),
    ]
    if kind.startswith("compact"):
        faults += [("unknown flag", patched(1, b"\x08")), ("credentials 2", patched(4, b"\x02"))]
    if kind == "compact, one list":
        extras = 7 + batch.ATTESTATION_BYTES * form.threshold
        faults += [
            ("signer twice", patched(7 + batch.ATTESTATION_BYTES, good[7:8])),
            ("signer unknown", patched(7 + batch.ATTESTATION_BYTES, b"\x03")),
            ("extras not ascending", patched(extras + 34, good[extras : extras + 2])),
            ("extra beyond the list", patched(extras + 68, b"\x00\x09")),
        ]
    if kind == "compact, each its own":
        faults.append(("extras without a list", patched(5, b"\x00\x01")))
    if kind == "wide":
        faults += [("key type 0", patched(3 + 19, b"\0")), ("key type 4", patched(3 + 19, b"\4"))]
    return faults
