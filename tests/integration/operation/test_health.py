"""Health, readiness with its reasons, and numbers; read from the database as it is."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import ChainHead, IndexAlarm, RelayAccount, TaskFault
from hanpyo.db.schema import migrate
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.operation.faults import Faults
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.service.databases import KINDS, fresh_database


@pytest.fixture(scope="module", params=KINDS)
def runtime(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("health")
    with fresh_database(request.param, folder) as url:
        database = Database(url)
        migrate(database)
        settings = load_settings(data=folder, database_url=url)
        yield Runtime(settings, database, Vault([MasterKey.generate(1)]))
        database.close()


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    return create_app(runtime).test_client()


@pytest.fixture(autouse=True)
def sound(runtime: Runtime) -> None:
    """Everything as it should be; each test spoils one thing."""
    now = int(time.time())
    with runtime.database.write() as session:
        for model in (ChainHead, RelayAccount, IndexAlarm, TaskFault):
            session.execute(delete(model))
        head = {"number": 9, "hash": b"\1" * 32, "timestamp": now, "final_number": 3}
        session.add(ChainHead(id=1, seen_at=now, **head))
        session.add(
            RelayAccount(id=1, address=b"\1" * 20, chain_id=1, genesis=b"\1" * 32, balance=10**18)
        )


def spoil(runtime: Runtime, row: Any) -> None:
    with runtime.database.write() as session:
        session.merge(row)


def failed(client: FlaskClient) -> dict[str, str]:
    answer = client.get("/readyz")
    checks = answer.get_json()["checks"]
    assert answer.status_code == (200 if answer.get_json()["ready"] else 503)
    return {check["name"]: check["reason"] for check in checks if not check["ok"]}


def test_a_sound_installation_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["ok"] is True
    assert failed(client) == {}


def test_an_old_head(client: FlaskClient, runtime: Runtime) -> None:
    head = {"number": 9, "hash": b"\1" * 32, "timestamp": 1, "final_number": 3}
    spoil(runtime, ChainHead(id=1, seen_at=int(time.time()) - 100, **head))
    assert "seen 10" in failed(client)["chain"]


def test_no_head_and_no_account(client: FlaskClient, runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.execute(delete(ChainHead))
        session.execute(delete(RelayAccount))
    assert set(failed(client)) == {"chain", "relay"}


def test_a_paused_account(client: FlaskClient, runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.get_one(RelayAccount, 1).paused = "the balance is below the reserve"
    assert "below the reserve" in failed(client)["relay"]


def test_a_day_that_spent_its_cap(runtime: Runtime) -> None:
    settings = load_settings(data=runtime.settings.data, relay={"spend_a_day": 0})
    client = create_app(Runtime(settings, runtime.database, runtime.vault)).test_client()
    assert "cap on money" in failed(client)["spending"]


def test_an_alarm_of_the_index(client: FlaskClient, runtime: Runtime) -> None:
    spoil(runtime, IndexAlarm(kind="other_chain", number=1, known=b"\1" * 32, raised_at=1))
    assert "other_chain" in failed(client)["index"]


def test_a_task_that_fails_again_and_again(client: FlaskClient, runtime: Runtime) -> None:
    faults = Faults(runtime.database, time.time)
    for _ in range(4):
        faults.failed("relay:send", "node_unreachable")
    assert failed(client) == {}
    faults.failed("relay:send", "node_unreachable")
    assert failed(client) == {"tasks": "relay:send fails: node_unreachable"}
    Faults(runtime.database, time.time).succeeded("relay:send")
    assert failed(client) == {}


def test_a_database_without_schema(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with fresh_database("sqlite", tmp_path) as url:
        database = Database(url)
        settings = load_settings(data=tmp_path, database_url=url)
        empty = Runtime(settings, database, Vault([MasterKey.generate(1)]))
        assert failed(create_app(empty).test_client()) == {"schema": "schema_outdated"}
        database.close()


def test_a_database_that_is_away(tmp_path: Path) -> None:
    away = "postgresql://nobody@127.0.0.1:9/none"
    settings = load_settings(data=tmp_path, database_url=away)
    runtime = Runtime(settings, Database(away), Vault([MasterKey.generate(1)]))
    client = create_app(runtime).test_client()
    assert failed(client) == {"database": "database_unavailable"}
    assert client.get("/healthz").status_code == 200
    assert "hanpyo_database_up 0.0" in client.get("/metrics").text


def numbers(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f",{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers(client: FlaskClient) -> None:
    client.get("/v1/openapi.json?secret=1")
    client.get("/v1/nowhere/at/all")
    found = numbers(client.get("/metrics").text)
    assert found["hanpyo_database_up"] == 1
    assert found["hanpyo_chain_head"] == 9
    assert found["hanpyo_chain_final"] == 3
    assert found["hanpyo_relay_balance_wei,1"] == 10**18
    assert found["hanpyo_queue_ballots"] == 0
    assert found["hanpyo_spent_today_wei"] == found["hanpyo_elections_at_cap"] == 0
    assert found["hanpyo_http_requests_total,GET,/v1/openapi.json,200"] == 1
    assert found["hanpyo_http_requests_total,none,none,404"] == 1
    assert found["hanpyo_http_problems_total,not_found,none"] == 1
    assert not any("secret" in name or "at/all" in name for name in found)


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("", {}, 404),
    ],
)
def test_numbers_are_for_this_machine(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_numbers_for_whoever_shows_the_token(runtime: Runtime) -> None:
    settings = load_settings(data=runtime.settings.data, web={"metrics_token": "long enough"})
    app = create_app(Runtime(settings, runtime.database, runtime.vault))
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    wrong = {"Authorization": "Bearer long enougH"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": "Bearer long enough"}
    assert client.get("/metrics", headers=right).status_code == 200
