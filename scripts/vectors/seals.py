"""Vectors of sealed ballots and bad escrows."""

import random

from hanpyo.protocol.envelopes import Position
from hanpyo.secrecy.escrow import seal
from hanpyo.secrecy.group import ORDER
from hanpyo.secrecy.trustee import TrusteeKey
from scripts.vectors.common import Vectors, hexed, vector_domain
from tests.strategies.examples import example_manifest


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
