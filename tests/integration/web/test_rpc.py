"""The chain through `/rpc`: reading, auditing, sending one's own; nothing that drives a node."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account
from flask.testing import FlaskClient

from hanpyo.chain.rpc import Call, Rpc
from hanpyo.config import load_settings
from hanpyo.db.models import Installation
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.commands import run
from tests.service.scene import Scene
from tests.service.serving import served


@pytest.fixture(scope="module")
def client(place: Scene) -> FlaskClient:
    return create_app(place.runtime).test_client()


@pytest.fixture(scope="module")
def url(place: Scene) -> Iterator[str]:
    with served(create_app(place.runtime)) as base:
        yield f"{base}/rpc"


def request(method: Any, *params: Any, number: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def test_a_request_is_answered(client: FlaskClient, place: Scene) -> None:
    response = client.post("/rpc", json=request("eth_chainId", number="x"))
    assert response.json == {"jsonrpc": "2.0", "id": "x", "result": hex(place.node.chain_id)}
    assert response.headers["X-Hanpyo-Chain"] == "operator-controlled"


def test_pages_of_others_may_ask_and_never_with_cookies(client: FlaskClient) -> None:
    asking = {
        "Origin": "null",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    allowed = client.options("/rpc", headers=asking).headers
    assert allowed["Access-Control-Allow-Origin"] == "*"
    assert allowed["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in allowed["Access-Control-Allow-Headers"]
    for body in (request("eth_chainId"), request("anvil_mine"), {}):
        answer = client.post("/rpc", json=body, headers={"Origin": "null"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    plain = client.post("/rpc", data="{}", headers={"Origin": "null"}, content_type="text/plain")
    assert plain.status_code == 415


def test_what_drives_the_node_never_reaches_it(client: FlaskClient, place: Scene) -> None:
    address = "0x" + "77" * 20
    driving = request("anvil_setBalance", address, "0xffff")
    assert client.post("/rpc", json=driving).get_json()["error"]["code"] == -32601
    batch = [
        request("eth_blockNumber", number=1),
        request("anvil_setBalance", address, "0xffff", number=2),
        request("Anvil_SetBalance", address, "0xffff", number=3),
        [driving],
        request("eth_chainId", number=5) | {"method": ["anvil_mine"]},
        request("eth_getBalance", address, "latest", number=6),
    ]
    answers = client.post("/rpc", json=batch).get_json()
    assert [each["id"] for each in answers] == [1, 2, 3, None, 5, 6]
    assert [each.get("error", {}).get("code") for each in answers] == [
        *(None, -32601, -32601, -32600, -32601, None),
    ]
    assert place.node.rpc.balance(address) == 0


@pytest.mark.parametrize(
    "document",
    [
        [],
        [request("eth_chainId")] * 101,
        {"id": 1, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "eth_chainId"},
        {"jsonrpc": "2.0", "id": True, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "id": {}, "method": "eth_chainId"},
        1,
        "eth_chainId",
    ],
)
def test_what_is_no_request_is_an_error(client: FlaskClient, document: Any) -> None:
    response = client.post("/rpc", json=document)
    assert response.status_code == 200
    assert response.get_json()["error"]["code"] == -32600


def test_what_is_no_json_is_a_problem(client: FlaskClient) -> None:
    twice = b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "method": "anvil_mine"}'
    assert client.post("/rpc", data=twice, content_type="application/json").status_code == 400
    assert client.post("/rpc", data=b"{}", content_type="text/plain").status_code == 415
    large = b'"' + b"x" * (1 << 20) + b'"'
    assert client.post("/rpc", data=large, content_type="application/json").status_code == 413
    assert client.get("/rpc").status_code == 405


def test_the_nodes_refusal_is_passed_on(client: FlaskClient, election: PublishedElection) -> None:
    call = request("eth_call", {"to": election.address, "data": "0xdeadbeef"}, "latest")
    error = client.post("/rpc", json=call).get_json()["error"]
    assert error["code"] in (3, -32000, -32003)
    assert error["message"]


def test_anyone_may_send_a_transaction_of_their_own(client: FlaskClient, place: Scene) -> None:
    account = Account.create()
    place.controls.set_balance(account.address, 10**18)
    raw = account.sign_transaction(
        {
            "to": "0x" + "78" * 20,
            "value": 5,
            "gas": 21_000,
            "nonce": 0,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
            "chainId": place.node.chain_id,
        }
    ).raw_transaction
    sent = client.post("/rpc", json=request("eth_sendRawTransaction", raw.to_0x_hex()))
    assert sent.get_json()["result"].startswith("0x")
    assert place.node.rpc.balance("0x" + "78" * 20) == 5


def limited(place: Scene, a_minute: int) -> FlaskClient:
    runtime = place.runtime
    web = {"rpc_calls_a_minute": a_minute}
    settings = load_settings(data=runtime.settings.data, chain=runtime.settings.chain, web=web)
    app = create_app(Runtime(settings, runtime.database, runtime.vault, runtime.node))
    return app.test_client()


def test_nobody_keeps_the_node_busy_with_code(place: Scene) -> None:
    client, endless = limited(place, 300), {"data": "0x5b600056", "gas": hex(30_000_000)}
    batch = [request("eth_call", endless)] * 3
    assert client.post("/rpc", json=batch).status_code == 429
    statuses = [client.post("/rpc", json=request("eth_call", endless)) for _ in range(3)]
    assert [each.status_code for each in statuses] == [200, 200, 429]
    assert client.post("/rpc", json=request("eth_chainId")).status_code == 200


def test_one_address_has_an_allowance(place: Scene) -> None:
    client = limited(place, 3)
    assert client.post("/rpc", json=[request("eth_chainId")] * 3).status_code == 200
    refused = client.post("/rpc", json=request("eth_chainId"))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    other = client.post(
        "/rpc", json=request("eth_chainId"), environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert other.status_code == 200


def test_a_public_chain_is_labelled(place: Scene) -> None:
    def be(embedded: bool) -> None:
        with place.runtime.database.write() as session:
            session.get_one(Installation, 1).embedded = embedded

    be(False)
    response = create_app(place.runtime).test_client().post("/rpc", json=request("eth_chainId"))
    be(True)
    assert response.headers["X-Hanpyo-Chain"] == "public"


def test_our_own_client_reads_through_it(url: str, place: Scene) -> None:
    with Rpc(url) as rpc:
        assert rpc.block_hash(0) == place.node.rpc.block_hash(0)
        assert rpc.results([Call("eth_chainId"), Call("eth_gasPrice")])[0] == hex(
            place.node.chain_id
        )


def test_the_audit_passes_through_it(url: str, election: PublishedElection) -> None:
    ran = run("audit", "--rpc", url, "--election", election.address, "--json")
    assert ran.status == 0, ran.output + ran.errors
    assert ran.report["ok"] is True
