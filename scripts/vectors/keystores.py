"""Vectors of key files: what `eth-account` opens, made from fixed salts and counters."""

import hashlib
from typing import Any, Final

import orjson
from Crypto.Cipher import AES
from eth_account import Account

from hanpyo.protocol.hashing import keccak
from hanpyo.secrecy.trustee import TrusteeKey
from scripts.vectors.common import Vectors, hexed

_SALT: Final = bytes(range(32))
_COUNTER: Final = bytes(range(16))
_SCRYPT: Final = {"n": 1 << 10, "r": 1, "p": 8}
_ROUNDS: Final = 1_000


def keystore_vectors() -> Vectors:
    """Trustees' secrets in files of each derivation, with their passwords and public keys."""
    cases = []
    for number, password in enumerate(("correct horse", "파란 고래의 비밀번호", "é ÿ")):
        secret = 1 + int.from_bytes(keccak(b"keystore %d" % number), "big") // 16
        for kind in ("scrypt", "pbkdf2"):
            file = _file(secret, password, kind)
            if Account.decrypt(file, password) != secret.to_bytes(32, "big"):
                raise AssertionError("another reader of key files disagrees")
            x, y = TrusteeKey(secret).public
            cases.append(
                {
                    "file": orjson.dumps(file).decode(),
                    "password": password,
                    "secret": hex(secret),
                    "public": [hex(x), hex(y)],
                }
            )
    return {"keystores": cases}


def _file(secret: int, password: str, kind: str) -> dict[str, Any]:
    given = password.encode()
    parameters: dict[str, Any] = {"dklen": 32, "salt": hexed(_SALT)[2:]}
    if kind == "scrypt":
        parameters |= _SCRYPT
        key = hashlib.scrypt(given, salt=_SALT, dklen=32, **_SCRYPT)
    else:
        parameters |= {"c": _ROUNDS, "prf": "hmac-sha256"}
        key = hashlib.pbkdf2_hmac("sha256", given, _SALT, _ROUNDS, 32)
    cipher = AES.new(key[:16], AES.MODE_CTR, nonce=b"", initial_value=_COUNTER)
    hidden = cipher.encrypt(secret.to_bytes(32, "big"))
    return {
        "version": 3,
        "id": "00000000-0000-4000-8000-000000000000",
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": hexed(_COUNTER)[2:]},
            "ciphertext": hexed(hidden)[2:],
            "kdf": kind,
            "kdfparams": parameters,
            "mac": hexed(keccak(key[16:] + hidden))[2:],
        },
    }
