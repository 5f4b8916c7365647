"""Keys of officials and voters in files: encrypted keystores, and credentials that are signed.

A trustees' secret is kept like any other key, in a keystore of version 3: it is 32 bytes below the
order of secp256k1 too, because the order of BN254 is smaller.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import orjson
from eth_account import Account

from hanpyo.chain.accounts import open_keystore
from hanpyo.errors import HanpyoError
from hanpyo.new_files import OWNER_ONLY, new_file
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential
from hanpyo.secrecy.trustee import TrusteeKey

_SHORTEST_PASSWORD: Final = 8


class FileRefused(HanpyoError):
    """A file that cannot be written or read as what it should be."""

    code: ClassVar[str] = "file_refused"


class AttestationRefused(HanpyoError):
    """A credential that this key cannot sign, or that the voter does not need."""

    code: ClassVar[str] = "attestation_refused"


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; never overwrites. Raises `FileRefused`."""
    _write(path, content, OWNER_ONLY)


def write_public(path: Path, content: bytes) -> None:
    """Write a new file; never overwrites. Raises `FileRefused`."""
    _write(path, content, 0o644)


def save_trustee_key(path: Path, trustee: TrusteeKey, password: str) -> None:
    """Write the trustees' secret as a keystore; raises `FileRefused`."""
    if len(password) < _SHORTEST_PASSWORD:
        raise FileRefused(f"the password needs at least {_SHORTEST_PASSWORD} characters")
    keystore = Account.encrypt(trustee.secret.to_bytes(32, "big"), password)
    write_private(path, orjson.dumps(keystore))


def open_trustee_key(path: Path, password: str) -> TrusteeKey:
    """The trustees' secret in a keystore; raises as `open_keystore`, and `TrusteeKeyError`."""
    return TrusteeKey(int.from_bytes(open_keystore(path, password).key, "big"))


@dataclass(frozen=True, slots=True)
class SignedCredential:
    """A credential with the registrars' signatures collected so far."""

    credential: Credential
    attestations: tuple[Attestation, ...] = ()

    def with_attestation(self, attestation: Attestation) -> "SignedCredential":
        """The credential with one signature more, in the order of the registrars."""
        others = [each for each in self.attestations if each.index != attestation.index]
        ordered = sorted([*others, attestation], key=lambda each: each.index)
        return SignedCredential(self.credential, tuple(ordered))

    def dump(self) -> bytes:
        """The credential as JSON."""
        credential = self.credential
        return orjson.dumps(
            {
                "voter": credential.voter,
                "key": "0x" + credential.key.hex(),
                "weight": credential.weight,
                "class": credential.class_,
                "epoch": credential.epoch,
                "attestations": [
                    {"registrar": each.index, "signature": "0x" + each.signature.hex()}
                    for each in self.attestations
                ],
            },
            option=orjson.OPT_INDENT_2,
        )

    @classmethod
    def load(cls, data: bytes) -> "SignedCredential":
        """The credential in a file's bytes; raises `FileRefused`."""
        try:
            entry = orjson.loads(data)
            credential = Credential(
                voter=int(entry["voter"]),
                key=bytes.fromhex(entry["key"][2:]),
                weight=int(entry["weight"]),
                class_=int(entry["class"]),
                epoch=int(entry["epoch"]),
            )
            attestations = tuple(
                Attestation(int(each["registrar"]), bytes.fromhex(each["signature"][2:]))
                for each in entry["attestations"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise FileRefused(f"the file is not a credential: {error}") from error
        return cls(credential, attestations)


def _write(path: Path, content: bytes, mode: int) -> None:
    try:
        with new_file(path, mode) as file:
            file.write(content)
    except FileExistsError:
        raise FileRefused(f"{path} exists already; nothing is overwritten") from None
    except OSError as error:
        raise FileRefused(f"{path} cannot be written: {error.strerror}") from error
