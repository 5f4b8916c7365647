"""Codes between a registrar and a member, and proofs of knowing one that the service may carry.

The member never shows the code: from it and the registrar, election and voter comes a verifier
(PBKDF2), and the proof is that verifier's HMAC over the key to be bound. Whoever carries the proof
can use it for this key and no other; guessing the code behind it costs 2^40 times PBKDF2 within the
minutes that it lives (a letter's: 2^80). docs/registrar.md gives the bytes.
"""

import hashlib
import hmac
import secrets
from typing import Final

from hanpyo.protocol.types import Address
from hanpyo.registrar.requests import AttestationRequest, Purpose

SENT_LETTERS: Final = 8
LETTER_LETTERS: Final = 16
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_GROUP: Final = 4
_ROUNDS: Final = 100_000
_SALT: Final = b"hanpyo.member-code.v1"
_PROOF: Final = b"hanpyo.member-proof.v1"


def new_code(letters: int) -> str:
    """A fresh code in groups of four, five bits a letter."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(letters))
    return "-".join(drawn[at : at + _GROUP] for at in range(0, letters, _GROUP))


def read_code(typed: str) -> str:
    """The code in its one form: case, spaces, hyphens and look-alike letters do not matter."""
    return "".join(each for each in typed.upper().translate(_READ_AS) if each in _ALPHABET)


def verifier_of(code: str, registrar: Address, election: Address, voter: int) -> bytes:
    """The 32 bytes by which a registrar checks proofs of this code."""
    salt = _SALT + registrar + election + voter.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", read_code(code).encode(), salt, _ROUNDS)


def proof_by(verifier: bytes, purpose: Purpose, request: AttestationRequest) -> bytes:
    """The proof that a verifier asks for, bound to the purpose, the key and the epoch."""
    bound = _PROOF + purpose.encode() + request.key + request.epoch.to_bytes(2, "big")
    return hmac.digest(verifier, bound, "sha256")


def prove(code: str, registrar: Address, purpose: Purpose, request: AttestationRequest) -> bytes:
    """The member's proof for one registrar; what a browser computes."""
    verifier = verifier_of(code, registrar, request.election, request.voter)
    return proof_by(verifier, purpose, request)


def holds(proof: bytes, verifier: bytes, purpose: Purpose, request: AttestationRequest) -> bool:
    """Whether the proof is the one; compared in constant time."""
    return hmac.compare_digest(proof, proof_by(verifier, purpose, request))
