"""The service in parts on one PostgreSQL: migrate, two web workers, two workers; one is killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from hanpyo.chain.contracts import revert_reasons
from hanpyo.chain.deploy import deploy
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import Lease
from hanpyo.operation.embedded import _with_keys
from tests.service.databases import fresh_database
from tests.service.processes import environment, running

_MAIN = "from hanpyo.cli import main; main()"


def hanpyo(
    command: str, folder: Path, settings: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _MAIN, command, "--json"],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def holders(url: str) -> dict[str, str]:
    database = Database(url)
    with database.read() as session:
        found = {each.name: each.holder for each in session.scalars(select(Lease))}
    database.close()
    return found


def test_two_of_each_share_one_database(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    keys = _with_keys(load_settings(data=folder))
    with EmbeddedNode(block_time=1) as node, fresh_database("postgresql", tmp_path) as url:
        node.controls.set_balance(_sender(keys.relay.keystores[0]), ENDOWMENT)
        pace = Pace(poll=0.05)
        node.controls.set_automine(True)
        account = Sender(
            node.rpc, node.accounts[0], node.chain_id, pace=pace, reasons=revert_reasons()
        )
        settings = {
            "HANPYO_DATABASE_URL": url,
            "HANPYO_CHAIN__RPC_URLS": json.dumps([node.url]),
            "HANPYO_CHAIN__FACTORY": deploy(account, node.chain_id).factory,
            "HANPYO_RELAY__KEYSTORES": json.dumps([str(keys.relay.keystores[0])]),
            "HANPYO_RELAY__PASSWORD_FILE": str(keys.relay.password_file),
            "HANPYO_WEB__PORT": "0",
            "HANPYO_WEB__WORKERS": "2",
        }
        early = hanpyo("worker", folder, settings)
        assert early.returncode == 2
        assert "schema_outdated" in early.stderr
        assert json.loads(hanpyo("migrate", folder, settings).stdout)["revision"]
        with (
            running("web", folder, settings=settings) as web,
            running("worker", folder, settings=settings) as first,
            running("worker", folder, settings=settings) as second,
        ):
            web.wait_until("/readyz")
            before = holders(url)
            assert "indexer" in before
            first.end(signal.SIGTERM)
            assert "tasks_stopped" in first.logged()
            deadline = time.monotonic() + 40
            while len(set(holders(url).values())) > 1 and time.monotonic() < deadline:
                time.sleep(0.2)
            assert len(set(holders(url).values())) == 1
            web.wait_until("/readyz")
            numbers = web.wait_until("/metrics").text
            assert 'route="/readyz"' in numbers
            assert second.end() == 0
            assert web.end() == 0


def _sender(keystore: Path) -> str:
    return f"0x{json.loads(keystore.read_text())['address']}"
