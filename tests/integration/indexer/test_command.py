"""`hanpyo index`: what an operator sees, and what the follower does about it."""

import pytest
from sqlalchemy.orm import Session

from hanpyo.db.vault import MasterKey
from hanpyo.indexer.alarms import BELOW_FINAL, raise_alarm
from tests.commands import run
from tests.integration.indexer.following import Following
from tests.service.scene import YES


@pytest.fixture
def installed(following: Following, monkeypatch: pytest.MonkeyPatch) -> Following:
    """The environment of an operator at the console of this installation."""
    settings = following.scene.runtime.settings
    monkeypatch.setenv("HANPYO_DATA", str(settings.data))
    monkeypatch.setenv("HANPYO_DATABASE_URL", settings.database)
    monkeypatch.setenv("HANPYO_MASTER_KEYS", MasterKey.generate(1).text())
    return following


def test_show_tells_how_far_each_election_was_read(installed: Following) -> None:
    told = run("index", "show", "--json").report
    assert told["head"]["number"] == installed.head().number
    mine = next(each for each in told["elections"] if each["id"] == installed.election.id)
    assert mine["behind"] == 0
    shown = run("index", "show")
    assert installed.election.id in shown.output


def test_rebuild_reads_everything_again_to_the_same_rows(installed: Following) -> None:
    installed.cast(YES, range(4))
    installed.follow()
    before = installed.rows()
    assert run("index", "rebuild", installed.election.id, "--json").status == 0
    assert installed.rows()["act"] == []
    installed.follow()
    assert installed.rows() == before
    assert run("index", "rebuild").status == 0
    installed.follow()
    assert installed.rows() == before


def test_rebuild_of_an_unknown_election_is_refused(installed: Following) -> None:
    ran = run("index", "rebuild", "0" * 32)
    assert ran.status == 2
    assert "unknown_election" in ran.errors


def test_release_lets_the_follower_go_on(installed: Following) -> None:
    def alarm(session: Session) -> None:
        raise_alarm(session, BELOW_FINAL, number=1, known=bytes(32), found=None, now=1)

    assert run("index", "release").status == 2
    installed.database.transact(alarm)
    installed.scene.controls.mine()
    before = installed.head().number
    installed.follow()
    assert installed.head().number == before
    assert BELOW_FINAL in run("index", "show").output
    assert run("index", "release", "--json").report["released"]
    installed.follow()
    installed.follow()
    assert installed.head().number == before + 1
