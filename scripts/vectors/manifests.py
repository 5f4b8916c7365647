"""Vectors of manifests."""

from hanpyo.protocol import clone, domain, layout
from scripts.vectors.common import SYSTEM, Vectors, hexed, vector_manifests
from tests.strategies.examples import address, example_manifest


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
