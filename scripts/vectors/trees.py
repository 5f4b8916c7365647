"""Vectors of acts, trees, branch streams, the roll, and the calls after the barrier."""

import random
from collections.abc import Sequence
from dataclasses import replace

from hanpyo.protocol import calls, tree
from hanpyo.protocol.acts import Slot, Terms, batch_record, seals_hash
from hanpyo.protocol.hashing import hash_words, keccak
from hanpyo.protocol.offers import Act
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment, roll_tree
from hanpyo.protocol.signatures import address_key_id, address_of
from hanpyo.protocol.streams import encode_stream
from hanpyo.protocol.types import Digest, EntryKind
from scripts.vectors.common import Vectors, hexed, private_key


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


def call_vectors() -> Vectors:
    """The bytes of settling and opening for a small batch of each secrecy."""
    result: Vectors = {}
    for name, text in (("sealed", None), ("open", b"\1\2\3")):
        firsts = [
            Act(Terms(voter, 1 + voter % 2), keccak(b"content %d" % voter), keccak(b"escrow"), text)
            for voter in range(5)
        ]
        later = replace(firsts[1], terms=firsts[1].terms._replace(revision=3, channel=4, class_=1))
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
