"""Keys of personal data: added, everything sealed again, the old one dropped; never a loss."""

from pathlib import Path

import pytest

from hanpyo.cli.migrate import bring_up_to_date
from hanpyo.config import Settings, load_settings
from hanpyo.db.models import Election, Installation, Member, Organisation
from hanpyo.db.vault import VaultError
from hanpyo.elections.people import blind_context_of
from hanpyo.operation import key_ring
from hanpyo.operation.key_ring import KeyRingRefused
from hanpyo.runtime import open_runtime
from tests.commands import run


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HANPYO_DATA", str(tmp_path))
    found = load_settings()
    bring_up_to_date(found)
    return found


def remember(settings: Settings) -> str:
    """A member with a sealed blind, and the mark of the installation's key ring."""
    with open_runtime(settings) as runtime, runtime.database.write() as session:
        session.add(Organisation(id="1" * 32, name="조합", created_at=1))
        session.add(
            Installation(
                chain_id=1,
                genesis=b"\1" * 32,
                factory=b"\1" * 20,
                embedded=True,
                created_at=1,
                canary=runtime.vault.seal(b"hanpyo", "installation"),
            )
        )
        session.flush()
        session.add(
            Election(
                id="2" * 32,
                organisation_id="1" * 32,
                title="시험",
                definition="{}",
                identity="L2",
                methods="mail",
                created_at=1,
                changed_at=1,
            )
        )
        session.flush()
        member = Member(election_id="2" * 32, line=2, weight_numerator=1)
        session.add(member)
        session.flush()
        member.sealed_blind = runtime.vault.seal(b"blind", blind_context_of(member.id))
        return member.id


def blind(settings: Settings, member_id: str) -> bytes:
    with open_runtime(settings) as runtime, runtime.database.read() as session:
        member = session.get_one(Member, member_id)
        assert member.sealed_blind is not None
        return runtime.vault.open(member.sealed_blind, blind_context_of(member_id))


def test_an_exchange_by_commands(settings: Settings) -> None:
    member = remember(settings)
    assert run("keys", "list", "--json").report == {"inUse": 1, "keys": [1]}
    assert run("keys", "add", "--json").report == {"added": 2}
    assert run("keys", "list", "--json").report == {"inUse": 2, "keys": [2, 1]}
    early = run("keys", "drop", "1")
    assert early.status == 2
    assert "still sealed with key 1" in early.errors
    assert run("keys", "reseal", "--json").report == {"resealed": 1}
    assert run("keys", "reseal", "--json").report == {"resealed": 0}
    assert run("keys", "drop", "1", "--json").report == {"dropped": 1}
    assert run("keys", "list").output == "2 (in use)\n"
    assert blind(settings, member) == b"blind"
    assert (settings.data / "keys").stat().st_mode & 0o777 == 0o600


def test_the_key_in_use_and_unknown_keys_stay(settings: Settings) -> None:
    with open_runtime(settings) as runtime:
        with pytest.raises(KeyRingRefused, match="in use"):
            key_ring.drop(runtime, 1)
        with pytest.raises(KeyRingRefused, match="no key 9"):
            key_ring.drop(runtime, 9)


def test_keys_of_the_environment_are_changed_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (settings.data / "keys").read_text() if (settings.data / "keys").exists() else None
    monkeypatch.setenv("HANPYO_MASTER_KEYS", "7:" + "A" * 43 + "=")
    assert run("keys", "list").output == "7 (in use)\n"
    assert run("keys", "add").status == 2
    assert text == (
        (settings.data / "keys").read_text() if (settings.data / "keys").exists() else None
    )


def test_a_ring_that_others_may_read_is_refused(settings: Settings) -> None:
    run("keys", "list")
    (settings.data / "keys").chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        key_ring.add(settings)
