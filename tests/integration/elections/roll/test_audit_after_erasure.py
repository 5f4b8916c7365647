"""The audit of an election whose people are forgotten: the chain holds all that it needs."""

from collections.abc import Iterator

import pytest

from hanpyo.audit import LiveSource, audit
from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState
from hanpyo.db.vault import Vault
from hanpyo.elections.erasers import ERASERS
from hanpyo.elections.erasure import erase
from hanpyo.elections.holding import Act, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, Host, embedded_host
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.plan import Plan
from hanpyo.elections.progress import Stages
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.roll import encode_roll
from hanpyo.protocol.types import Address, Secrecy
from tests.integration.elections.roll.conftest import NOW
from tests.integration.elections.roll.people import draw, fill, rows


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with embedded_host(Stages()) as host:
        yield host


def test_the_audit_passes_before_and_after(
    host: Host, database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(6))
    roll = draw(database, vault, election)
    text = {"title": "총회", "items": [{"title": "안건", "options": ["찬성", "반대"]}]}
    plan = Plan(Secrecy.OPEN, text, (Item(Method.CHOOSE_ONE, 2),), roll)
    setting = Setting(host.venue, host.factory, Officials(Signers.generate(3, 2)), EMBEDDED_PERIODS)
    held = hold(setting, plan, [[Act(voter, bytes([1])) for voter in range(5)]], Stages())
    with database.write() as session:
        session.get_one(Election, election).state = ElectionState.CERTIFIED
    address = Address(bytes.fromhex(held.contract.address[2:]))
    assert audit(LiveSource([host.venue.rpc]), address).ok
    assert database.transact(lambda s: erase(s, election, NOW, erasers=ERASERS))
    report = audit(LiveSource([host.venue.rpc]), address)
    assert report.ok
    with database.read() as session:
        assert session.get_one(Election, election).roll == encode_roll(roll)
