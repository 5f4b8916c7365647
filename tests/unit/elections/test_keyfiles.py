"""Credentials in files, private files, and trustees' keys at rest."""

from pathlib import Path

import pytest

from hanpyo.elections.keyfiles import (
    FileRefused,
    SignedCredential,
    save_trustee_key,
    write_private,
    write_public,
)
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential
from hanpyo.secrecy.trustee import TrusteeKey

CREDENTIAL = SignedCredential(Credential(4, b"\x01" * 32, 3, 2, 1))


def test_a_credential_reads_back_with_its_signatures_in_order() -> None:
    second, first = Attestation(2, b"\x02" * 64), Attestation(0, b"\x01" * 64)
    signed = CREDENTIAL.with_attestation(second).with_attestation(first)
    assert [each.index for each in signed.attestations] == [0, 2]
    assert SignedCredential.load(signed.dump()) == signed


def test_a_registrar_signs_once() -> None:
    signed = CREDENTIAL.with_attestation(Attestation(1, b"\x01" * 64))
    again = signed.with_attestation(Attestation(1, b"\x02" * 64))
    assert again.attestations == (Attestation(1, b"\x02" * 64),)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"voter": "x"}', b"\xff"])
def test_what_is_no_credential_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        SignedCredential.load(data)


def test_private_files_are_the_owners_and_nothing_is_overwritten(tmp_path: Path) -> None:
    private, public = tmp_path / "private", tmp_path / "public"
    write_private(private, b"x")
    write_public(public, b"y")
    assert private.stat().st_mode & 0o077 == 0
    for path, write in ((private, write_private), (public, write_public)):
        with pytest.raises(FileRefused, match="exists"):
            write(path, b"z")
    with pytest.raises(FileRefused, match="written"):
        write_public(tmp_path / "nowhere" / "file", b"z")


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="8 characters"):
        save_trustee_key(tmp_path / "key", TrusteeKey(5), "short")
    assert not (tmp_path / "key").exists()
