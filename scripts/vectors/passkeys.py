"""Vectors of passkeys' assertions, as authenticators answer and as the record takes them."""

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.p256 import P256_ORDER
from hanpyo.protocol.types import Digest
from scripts.vectors.common import Vectors, hexed
from tests.strategies.passkeys import assertion


def passkey_vectors() -> Vectors:
    """Assertions with low and high s; the record takes the low one."""
    cases = []
    for number in range(4):
        challenge = Digest(keccak(b"passkey %d" % number))
        made = assertion(challenge, number + 5)
        given = P256_ORDER - made.s if number % 2 else made.s
        cases.append(
            {
                "challenge": hexed(challenge),
                "signature": hexed(encode_dss_signature(made.r, given)),
                "authenticatorData": hexed(made.authenticator_data),
                "clientData": hexed(made.client_data),
                "encoded": hexed(made.encode()),
            }
        )
    return {"assertions": cases}
