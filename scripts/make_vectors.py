"""Write the shared test vectors, tests/vectors/*.json, from fixed seeds.

Python, Solidity and the pages' TypeScript all pass them. Bytes are hex with 0x; integers above 2^53
and all field elements are hex too. `--check` compares instead of writing.
"""

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hanpyo.protocol import batch, calls, choices, clone, domain, layout, messages, receipts, tree
from hanpyo.protocol.acts import Slot, Terms, batch_record, seals_hash
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.hashing import hash_words, keccak
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary
from hanpyo.protocol.offers import Act
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment, roll_tree
from hanpyo.protocol.signatures import address_key_id, address_of, point_key_id, sign
from hanpyo.protocol.streams import encode_stream
from hanpyo.protocol.types import Address, Digest, EntryKind, KeyType, Secrecy
from hanpyo.secrecy.escrow import seal
from hanpyo.secrecy.group import ORDER
from hanpyo.secrecy.trustee import TrusteeKey
from tests.strategies.examples import address, example_manifest

OUTPUT = Path(__file__).resolve().parents[1] / "tests" / "vectors"
SYSTEM = domain.system_hash([keccak(bytes((number,))) for number in range(8)])
ELECTION = Address(keccak(b"vector election")[12:])
CHAIN_ID = 20_261_122
Vectors = dict[str, Any]


def hexed(data: bytes) -> str:
    """Bytes as the vectors hold them."""
    return "0x" + data.hex()


def private_key(number: int) -> bytes:
    """The private key of test signer `number`."""
    return keccak(b"hanpyo test key %d" % number)


def vector_domain(manifest: Manifest) -> domain.Domain:
    """The domain of all signed vectors."""
    return domain.Domain(CHAIN_ID, ELECTION, domain.manifest_hash(SYSTEM, manifest.encode()))


def agenda(*items: Item, **changes: Any) -> Manifest:
    """A manifest with these items and one class that may choose all."""
    changes.setdefault("classes", (ClassRow(0), ClassRow(1)))
    return example_manifest(items=items, **changes)


def vector_manifests() -> dict[str, Manifest]:
    """The manifests that the vectors use, by name."""
    plain = {
        "roll": RollSummary(10, 10, 1, Digest(b"\x01" * 32), Digest(b"\x02" * 32)),
        "groups": (Group(10, 10),),
        "classes": (ClassRow(0),),
    }
    three = (Item(Method.CHOOSE_ONE, 3),) * 3
    return {
        "every feature, sealed": example_manifest(),
        "every feature, open": example_manifest(secrecy=Secrecy.OPEN),
        "three choices, sealed, unweighted": agenda(*three, **plain),
        "three choices, open, unweighted": agenda(*three, secrecy=Secrecy.OPEN, **plain),
        "no registrars, no clerks": example_manifest(registrars=(), threshold=0, clerks=()),
        "roll in a file": example_manifest(roll=replace(example_manifest().roll, in_file=True)),
        "1,024 options as a bitmap": agenda(Item(Method.APPROVAL, 1024, 1, 64)),
        "widths at 255 and 256": agenda(
            Item(Method.CHOOSE_ONE, 255),
            Item(Method.CHOOSE_ONE, 256),
            Item(Method.SCORE, 2, 1, 2, points=255),
            Item(Method.SCORE, 2, 1, 2, points=256),
        ),
    }


def manifest_vectors() -> Vectors:
    """Accepted manifests with what follows from them, and refused bytes."""
    implementation, factory = address(77), address(78)
    accepted = []
    for name, manifest in vector_manifests().items():
        data = manifest.encode()
        shape = manifest.tally_layout
        accepted.append(
            {
                "name": name,
                "manifest": hexed(data),
                "choicesLength": manifest.choices_length,
                "cellBases": list(manifest.cell_bases),
                "lane": shape.lane,
                "planes": shape.planes,
                "words": shape.words,
                "worstOpeningGas": layout.worst_opening_gas(manifest.items, shape),
                "manifestHash": hexed(domain.manifest_hash(SYSTEM, data)),
                "address": hexed(
                    clone.election_address(factory, implementation, data, manifest.organiser, 5)
                ),
            }
        )
    good = example_manifest().encode()
    return {
        "system": hexed(SYSTEM),
        "implementation": hexed(implementation),
        "factory": hexed(factory),
        "nonce": 5,
        "accepted": accepted,
        "refused": [{"name": name, "manifest": hexed(data)} for name, data in bad_manifests(good)],
    }


def bad_manifests(good: bytes) -> list[tuple[str, bytes]]:
    """The example manifest with one thing wrong each."""

    def patched(offset: int, value: bytes) -> bytes:
        return good[:offset] + value + good[offset + len(value) :]

    last = (1 << 32) - 1
    return [
        ("empty", b""),
        ("truncated header", good[:301]),
        ("truncated item", good[:-1]),
        ("trailing byte", good + b"\0"),
        ("unknown version", patched(0, b"\x02")),
        ("encrypted", patched(1, b"\x02")),
        ("choices length too small", patched(2, b"\x00\x01")),
        ("empty roll", patched(4, bytes(4))),
        ("roll size unlike the groups", patched(4, last.to_bytes(4, "big"))),
        ("largest weight 0", patched(16, bytes(8))),
        ("largest weight above the roll's", patched(16, b"\xff" * 8)),
        ("no roll root", patched(24, bytes(32))),
        ("no roll hash", patched(56, bytes(32))),
        ("no text hash", patched(88, bytes(32))),
        ("no organiser", patched(152, bytes(20))),
        ("closes before it opens", patched(180, bytes(8))),
        ("barrier before the close", patched(188, bytes(8))),
        ("opening at the barrier", patched(196, (3000).to_bytes(8, "big"))),
        ("key deadline before the opening", patched(204, bytes(8))),
        ("certified before the key deadline", patched(212, bytes(8))),
        ("rebind after the close", patched(220, b"\xff" * 8)),
        ("trustees' key off the curve", patched(228, bytes(31) + b"\x02")),
        ("trustees' key not reduced", patched(260, b"\xff" * 32)),
        ("trustees' key zero", patched(228, bytes(64))),
        ("zero registrars with a threshold", patched(292, b"\0")),
        ("threshold not a majority", patched(293, b"\x01")),
        ("threshold above the registrars", patched(293, b"\x04")),
        ("one clerk", patched(294, b"\x01")),
        ("unknown flag", patched(295, b"\x02")),
        ("no groups", patched(296, bytes(2))),
        ("too many groups", patched(296, b"\xff\xff")),
        ("no classes", patched(298, bytes(2))),
        ("no items", patched(300, bytes(2))),
        ("too many items", patched(300, b"\xff\xff")),
        ("zero registrar", patched(302, bytes(20))),
        ("registrar twice", patched(302, good[322:342])),
        ("clerk is a registrar", patched(362, good[302:322])),
        ("class in an unknown group", patched(426, b"\x00\x02")),
        ("barred pairs end before they start", patched(436, b"\x00\x01")),
        ("barred pairs not ascending", patched(438, b"\x00\x03")),
        ("barred item unknown", patched(442, b"\x00\x09")),
        ("barred option unknown", patched(440, b"\x00\x04")),
        ("unknown method", patched(446, b"\x07")),
        ("unknown item flag", patched(447, b"\x08")),
        ("one option", patched(448, b"\x00\x01")),
        ("minimum 0", patched(450, bytes(2))),
        ("choose one of two", patched(452, b"\x00\x02")),
        ("points without a score", patched(454, b"\x00\x02")),
        ("a sum without points", patched(456, b"\0\0\0\1")),
        ("cost cap without costs", patched(460, bytes(7) + b"\x01")),
        ("unknown decision", patched(468, b"\x02")),
        ("unknown unit", patched(469, b"\x04")),
        ("unknown base", patched(470, b"\x03")),
        ("unknown strict bit", patched(471, b"\x08")),
        ("quorum above 1", patched(472, b"\x00\x03")),
        ("threshold without a fraction", patched(480, bytes(4))),
    ]


def judged(manifest: Manifest, padded: bytes, class_: int) -> Vectors:
    """One ballot's choices with the verdicts and what they add to the tally."""
    verdicts = choices.decode(manifest, padded, class_)
    return {
        "class": class_,
        "choices": hexed(padded),
        "verdicts": [verdict_vector(verdict) for verdict in verdicts],
        "cells": [list(pair) for pair in choices.increments(manifest, verdicts)],
    }


def verdict_vector(verdict: choices.Verdict) -> Vectors:
    """A verdict as the vectors hold it."""
    match verdict:
        case choices.Blank():
            return {"verdict": "blank"}
        case choices.Invalid(fault):
            return {"verdict": "invalid", "fault": fault.value}
        case choices.Valid(marks):
            return {"verdict": "valid", "marks": [list(mark) for mark in marks]}


SELECTIONS: list[tuple[int, list[choices.Selection]]] = [
    (0, [[], [], [], {}, {}, []]),
    (1, [[1], [300, 1, 256], [1, 3], {1: 10, 4: 1}, {2: 256, 3: 144}, [3, 1, 2]]),
    (2, [[3], [7], [9], {2: 5}, {1: 300}, [4, 3]]),
    (2, [[2], [1, 2], [4, 5, 6], {3: 1}, {1: 1, 2: 1, 3: 1}, [1, 4, 2, 3]]),
    (1, [[2], [1], [9], {1: 10}, {1: 400 - 100}, [5, 1]]),
    (0, [[1], [], [1, 4], {1: 1}, {1: 300, 2: 101}, [1]]),
    (0, [[1], [5], [1, 2], {}, {}, [5, 4, 1]]),
]


def choices_vectors() -> Vectors:
    """Encoded selections, and random bytes, judged against several agendas."""
    rng = random.Random("choices")  # noqa: S311 - vectors must repeat
    groups = []
    for name, manifest in vector_manifests().items():
        cases = []
        if manifest.items == example_manifest().items:
            for class_, selection in SELECTIONS:
                padded = choices.encode_unchecked(manifest.items, selection)
                cases.append(judged(manifest, padded, class_))
        for _ in range(6):
            cases.append(judged(manifest, random_choices(rng, manifest), 0))
            last = len(manifest.classes) - 1
            cases.append(judged(manifest, random_choices(rng, manifest), last))
        groups.append({"name": name, "manifest": hexed(manifest.encode()), "cases": cases})
    return {"agendas": groups}


def random_choices(rng: random.Random, manifest: Manifest) -> bytes:
    """Choices that are sometimes valid: few bits, small numbers, blanks."""
    parts = []
    for item in manifest.items:
        length = layout.field_length(item)
        field = bytearray(length)
        for _ in range(rng.randrange(4)):
            field[rng.randrange(length)] = rng.choice((1, 2, 3, 4, 8, 16, 128, 255))
        if rng.randrange(3) == 0:
            field = bytearray(sorted(field, reverse=True))
        parts.append(bytes(field))
    return b"".join(parts)


def message_vectors() -> Vectors:
    """Every message with its hashes, a signature and its receipt code."""
    sealed_domain = vector_domain(example_manifest())
    key = address_key_id(address_of(private_key(0)))
    credential = messages.Credential(7, key, 5, 1, 0)
    samples: list[messages.Message] = [
        messages.Ballot(7, 0, 0, 1, b"\x11" * 32, b"\x22" * 32),
        messages.Ballot((1 << 32) - 1, 65535, 1023, 2, bytes(32), bytes(32)),
        credential,
        messages.CredentialList(()),
        messages.CredentialList((credential, replace(credential, voter=8, epoch=3))),
        messages.Rebind(7, 1),
        messages.DeskAct(7, 1, 2, 1, 5, 1, b"\x33" * 32, b"\x44" * 32),
        messages.DeskAct(7, 4, 0, 0, 0, 0, bytes(32)),
        messages.BoxCount(3, b"\x55" * 32),
        messages.Promise(b"\x66" * 32, 1_800_000_000),
    ]
    return {
        "chainId": CHAIN_ID,
        "election": hexed(ELECTION),
        "manifestHash": hexed(sealed_domain.manifest_hash),
        "domainSeparator": hexed(sealed_domain.separator),
        "keyIds": [
            {"type": 1, "address": hexed(address(5)), "keyId": hexed(address_key_id(address(5)))},
            *(
                {
                    "type": int(kind),
                    "x": hexed(b"\x0a" * 32),
                    "y": hexed(b"\x0b" * 32),
                    "keyId": hexed(
                        point_key_id(
                            kind, *(int.from_bytes(each * 32) for each in (b"\x0a", b"\x0b"))
                        )
                    ),
                }
                for kind in (KeyType.P256, KeyType.WEBAUTHN)
            ),
        ],
        "messages": [
            signed_vector(sealed_domain, number, message) for number, message in enumerate(samples)
        ],
    }


def signed_vector(over: domain.Domain, number: int, message: messages.Message) -> Vectors:
    """One message, signed by test signer `number`."""
    typed = messages.typed_data(over, message)
    digest = messages.digest(over, message)
    return {
        "type": typed["primaryType"],
        "message": typed["message"],
        "structHash": hexed(message.struct_hash()),
        "digest": hexed(digest),
        "privateKey": hexed(private_key(number)),
        "signer": hexed(address_of(private_key(number))),
        "signature": hexed(sign(digest, private_key(number))),
        "shortCode": receipts.short_code(digest),
    }


def tree_vectors() -> Vectors:
    """Acts, slots, batch trees of many sizes, and branch streams."""
    leaves = [keccak(b"leaf %d" % number) for number in range(70)]
    terms = Terms(0x01020304, 0x0102030405060708, 0x1112, 0x2122, 0x3132, 2, 4)
    content, escrow = b"\x71" * 32, b"\x72" * 32
    first = Terms(9)
    root, seals = leaves[0], seals_hash([first.act(content, escrow), terms.act(content, escrow)])
    slot = Slot(3).record(terms, terms.act(content, escrow), has_first=True)
    return {
        "acts": [
            {
                "terms": hexed(each.pack()),
                "content": hexed(content),
                "escrow": hexed(escrow),
                "leaf": hexed(each.leaf(content)),
                "act": hexed(each.act(content, escrow)),
            }
            for each in (first, terms)
        ],
        "slot": hexed(slot.pack()),
        "batchRecord": {
            "root": hexed(root),
            "seals": hexed(seals),
            "record": hexed(batch_record(root, seals)),
            "unsealed": hexed(batch_record(root)),
        },
        "leaves": [hexed(leaf) for leaf in leaves],
        "roots": [hexed(tree.batch_root(leaves[:count])) for count in range(1, len(leaves) + 1)],
        "streams": [
            stream_vector(leaves, count, shown)
            for count, shown in (
                (1, [0]), (2, [1]), (3, [2]), (5, []), (7, [0, 6]), (8, [3]), (13, list(range(13))),
                (64, [31, 32]), (70, [0, 5, 69]),
            )
        ],
    }  # fmt: skip


def stream_vector(leaves: Sequence[Digest], count: int, shown: Sequence[int]) -> Vectors:
    """A stream over the first leaves whose records are the leaves themselves."""
    data = encode_stream(leaves[:count], {position: leaves[position] for position in shown})
    return {"count": count, "shown": list(shown), "stream": hexed(data)}


def roll_vectors() -> Vectors:
    """A roll with its file, leaves, root and every proof."""
    rng = random.Random("roll")  # noqa: S311 - vectors must repeat
    entries = []
    for number in range(13):
        if number % 4 == 0:
            kind, who = EntryKind.LISTED, address_key_id(address_of(private_key(number)))
        else:
            kind = EntryKind.ATTESTED
            who = member_commitment(b"member %d" % number, rng.randbytes(32))  # type: ignore[assignment]
        entries.append(RollEntry(kind, who, rng.choice((1, 2, 5)), rng.randrange(3)))
    roll = roll_tree(entries)
    leaves = [entry.leaf(number) for number, entry in enumerate(entries)]
    data = encode_roll(entries)
    return {
        "commitment": {
            "identity": hexed(b"member"),
            "blind": hexed(b"\x09" * 32),
            "commitment": hexed(member_commitment(b"member", b"\x09" * 32)),
        },
        "file": hexed(data),
        "fileHash": hexed(keccak(data)),
        "root": hexed(roll.root),
        "leaves": [hexed(leaf) for leaf in leaves],
        "proofs": [[hexed(each) for each in roll.proof(leaf)] for leaf in leaves],
    }


def sealed_vectors() -> Vectors:
    """Sealed ballots of several lengths, and bad escrows with their fault."""
    rng = random.Random("sealed")  # noqa: S311 - vectors must repeat
    key = TrusteeKey(1 + rng.randrange(ORDER - 1))
    context = vector_domain(example_manifest()).context
    ballots = []
    for length in (1, 3, 31, 32, 33, 100):
        position = Position(context, rng.randrange(1 << 32), length % 3, length)
        text = rng.randbytes(length)
        sealed = seal(text, key.public, position, rng.randrange)
        ballots.append(
            {
                "voter": position.voter,
                "epoch": position.epoch,
                "revision": position.revision,
                "choices": hexed(text),
                "salt": hexed(sealed.salt),
                "envelope": hexed(sealed.envelope),
                "escrow": hexed(sealed.escrow),
                "escrowHash": hexed(sealed.escrow_hash),
            }
        )
    position = Position(context, 1)
    good = seal(b"\1\2\3", key.public, position, rng.randrange)
    return {
        "context": hexed(context),
        "secret": hexed(key.secret.to_bytes(32)),
        "key": [hexed(each.to_bytes(32)) for each in key.public],
        "ballots": ballots,
        "bad": [
            {
                "name": name,
                "voter": 1,
                "epoch": 0,
                "revision": 0,
                "envelope": hexed(good.envelope),
                "escrow": hexed(escrow),
            }
            for name, escrow in bad_escrows(good.escrow)
        ],
    }


def bad_escrows(good: bytes) -> list[tuple[str, bytes]]:
    """A good escrow of 3 choices with one thing wrong each."""
    return [
        ("first byte 0", b"\x00" + good[1:]),
        ("first byte 4", b"\x04" + good[1:]),
        ("other parity", bytes((good[0] ^ 1,)) + good[1:]),
        ("x at the prime", good[:1] + b"\xff" * 32 + good[33:]),
        ("x off the curve", good[:1] + bytes(31) + b"\x04" + good[33:]),
        ("another point", good[:1] + bytes(31) + b"\x01" + good[33:]),
        ("choices changed", good[:-1] + bytes((good[-1] ^ 1,))),
    ]


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
        compact = sign(digest, signer)
        s = int.from_bytes(compact[32:]) & ((1 << 255) - 1)
        signature = compact[:32] + s.to_bytes(32) + bytes((27 + (compact[32] >> 7),))
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


def call_vectors() -> Vectors:
    """The bytes of settling and opening for a small batch of each secrecy."""
    result: Vectors = {}
    for name, text in (("sealed", None), ("open", b"\1\2\3")):
        firsts = [
            Act(Terms(voter, 1 + voter % 2), keccak(b"content %d" % voter), keccak(b"escrow"), text)
            for voter in range(5)
        ]
        later = replace(firsts[1], terms=replace(firsts[1].terms, revision=3, channel=4, class_=1))
        settled = {1: later, 4: None}
        result[name] = {
            "leaves": [hexed(first.leaf) for first in firsts],
            "settle": hexed(calls.settle_stream(firsts, settled, [(9, None)])),
        }
    sealed = [replace(first, choices=None) for first in firsts]
    opened = {0: (b"\1\2\3", hash_words(b"salt")), 3: (b"\3\2\1", hash_words(b"salt"))}
    result["sealed"]["open"] = hexed(calls.opening_stream(sealed, opened))
    result["sealed"]["openActs"] = hexed(
        calls.opening_records([(replace(later, choices=None), opened[0])])
    )
    return result


def build() -> dict[str, Vectors]:
    """All vectors by file name."""
    return {
        "manifest": manifest_vectors(),
        "choices": choices_vectors(),
        "messages": message_vectors(),
        "tree": tree_vectors(),
        "roll": roll_vectors(),
        "sealed": sealed_vectors(),
        "batches": batch_vectors(),
        "calls": call_vectors(),
    }


def render(vectors: Vectors) -> str:
    """The text of one file."""
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with `--check` name those that differ."""
    stale = []
    for name, vectors in build().items():
        path = OUTPUT / f"{name}.json"
        text = render(vectors)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        print(f"stale: {', '.join(stale)}; run scripts/make_vectors.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    raise SystemExit(main(sys.argv[1:]))
