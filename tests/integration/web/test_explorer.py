"""The record's pages over HTTP: decoded truthfully, bounded, and proof against bad addresses."""

from html import unescape

import pytest
from flask.testing import FlaskClient

from hanpyo.chain.errors import NodeUnreachable
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.chain.sources import sources_of
from hanpyo.web.app import create_app
from tests.integration.web.observing import EVIL, Observed, observed
from tests.service.scene import Scene

NAMES = ["0x", "0x12", "zz", "0x" + "g" * 64, "0x" + "0" * 65, "0X" + "0" * 64, "%3Cscript%3E"]


class CountingRpc(Rpc):
    """A node whose calls are counted, and which may be away."""

    calls = 0
    away = False

    def results(self, calls: list[Call]) -> list[object]:  # type: ignore[override]
        self.calls += len(calls)
        if self.away:
            raise NodeUnreachable("away")
        return super().results(calls)


@pytest.fixture(scope="module")
def seen(place: Scene) -> Observed:
    return observed(place)


@pytest.fixture
def client(seen: Observed) -> FlaskClient:
    return seen.client


def test_every_transaction_of_an_election_is_decoded(seen: Observed, client: FlaskClient) -> None:
    texts = [unescape(client.get(f"/chain/tx/{name}").text) for name in seen.transactions()]
    for text, call, event in zip(
        texts,
        ("publishText", "publishRoll", "freeze", "cast"),
        ("TextPublished", "RollPublished", "ElectionFrozen", "BallotCast"),
        strict=True,
    ):
        assert f'<span class="mono quiet">{call}</span>' in text
        assert f'<span class="mono quiet">{event}</span>' in text
        assert "이름(해시)과 맞습니다" in text
        assert "블록의 해시와 맞습니다" in text
    assert EVIL.replace('"', '\\"') in texts[0]
    assert "선거인 4번" in texts[3]
    assert "terms.weight" in texts[3]


def test_the_creation_is_the_factorys(seen: Observed, client: FlaskClient) -> None:
    rpc = seen.place.node.rpc
    factory, own = seen.place.factory.address, seen.following.election.address
    logs = rpc.call("eth_getLogs", {"address": factory, "fromBlock": "0x0", "toBlock": "latest"})
    assert isinstance(logs, list)
    text = client.get(f"/chain/tx/{logs[-1]['transactionHash']}").text
    for shown in ("ElectionCreated", "create", own, factory):
        assert shown in text


@pytest.mark.parametrize("name", [*NAMES, "0x" + "ab" * 32])
def test_a_transaction_that_is_not_there(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/chain/tx/{name}")
    assert answer.status_code == 404
    assert "이 체인에서 찾지 못했습니다" in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("name", [*NAMES, "0x" + "0" * 39])
def test_an_address_that_is_none(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/chain/address/{name}")
    assert answer.status_code == 404
    assert "이 체인에서 찾지 못했습니다" in answer.text


def test_an_elections_code_is_compared_with_the_packaged_one(
    seen: Observed, client: FlaskClient
) -> None:
    text = client.get(f"/chain/address/{seen.following.election.address.lower()}").text
    assert text.count('<li class="yes">') == 6
    assert '<li class="no">' not in text
    assert "contract Election is" in unescape(text)
    assert f'href="/elections/{seen.id}"' in text
    hash_ = seen.following.election.domain.manifest_hash.hex()
    assert f"0x{hash_}" in text


def test_every_contract_behind_it_is_a_packaged_one(seen: Observed, client: FlaskClient) -> None:
    own = seen.following.contract
    for address in (*own.modules(), seen.place.factory.address):
        text = client.get(f"/chain/address/{address}").text
        assert text.count('<li class="yes">') == 2, address
        assert '<li class="no">' not in text, address


def test_foreign_and_altered_code_is_said_to_be(seen: Observed, client: FlaskClient) -> None:
    rpc = seen.place.node.rpc
    genuine = rpc.code(seen.following.contract.modules()[1])
    altered = genuine[:100] + bytes([genuine[100] ^ 1]) + genuine[101:]
    clone = rpc.code(seen.following.election.address)
    for number, (code, said) in enumerate(
        (
            (b"\x00", "어느 컨트랙트와도 같지 않습니다"),
            (altered, "어느 컨트랙트와도 같지 않습니다"),
            (clone[:45] + b"junk", "형식에 맞지 않습니다"),
            (clone[:-1] + bytes([clone[-1] ^ 1]), "간직한 지문과 다릅니다"),
            (clone[:10] + bytes(20) + clone[30:], "어느 컨트랙트와도 같지 않습니다"),
        ),
        1,
    ):
        address = f"0x{number:040x}".replace("0x0", "0xf", 1)
        rpc.call("anvil_setCode", address, "0x" + code.hex())
        text = client.get(f"/chain/address/{address}").text
        assert '<li class="no">' in text
        assert said in text


def test_an_account_without_code(seen: Observed, client: FlaskClient) -> None:
    text = client.get(f"/chain/address/{seen.place.node.accounts[0].address}").text
    assert "코드가 없는 계정입니다" in text


def test_a_transaction_that_waits_and_one_of_nobody_known(
    seen: Observed, client: FlaskClient
) -> None:
    place = seen.place
    rpc, sender = place.node.rpc, place.node.accounts[3].address
    rpc.call("anvil_impersonateAccount", sender)
    place.controls.set_automine(False)
    name = rpc.call(
        "eth_sendTransaction",
        {"from": sender, "to": "0x" + "77" * 20, "value": "0x1", "data": "0x12345678" + "ab" * 40},
    )
    waiting = client.get(f"/chain/tx/{name}")
    place.controls.mine()
    place.controls.set_automine(True)
    assert waiting.status_code == 200
    assert "아직 블록에 들어가지 않았습니다" in waiting.text
    mined = client.get(f"/chain/tx/{name}").text
    assert "이 서비스의 컨트랙트에 보낸 것이 아니어서" in mined
    assert "사건을 남기지 않았습니다" in mined


def test_a_call_of_ours_with_other_bytes_is_not_explained(
    seen: Observed, client: FlaskClient
) -> None:
    place = seen.place
    own, sender = seen.following.election.address, place.node.accounts[3].address
    place.node.rpc.call("anvil_impersonateAccount", sender)
    for data in (
        b"\x12",
        bytes.fromhex("62a5af3b") + b"\x01",
        bytes.fromhex("0639e133") + bytes(99),
    ):
        request = {"from": sender, "to": own, "data": "0x" + data.hex()}
        name = place.node.rpc.call("eth_sendTransaction", request | {"gas": "0x30000"})
        place.controls.mine()
        text = client.get(f"/chain/tx/{name}").text
        assert "그 함수의 모양이 아닙니다" in text
        assert "아무것도 바뀌지 않았습니다" in text


def test_a_page_asks_the_node_little_and_counts_it(seen: Observed) -> None:
    runtime = seen.place.runtime
    counting = CountingRpc(seen.place.node.url)
    known, runtime.node = runtime.node, counting
    web = runtime.settings.web
    limited = web.model_copy(update={"rpc_calls_a_minute": 20})
    settings, runtime.settings = (
        runtime.settings,
        runtime.settings.model_copy(update={"web": limited}),
    )
    try:
        client = create_app(runtime).test_client()
        assert client.get(f"/chain/tx/{seen.transactions()[-1]}").status_code == 200
        assert counting.calls == 3
        assert client.get(f"/chain/address/{seen.following.election.address}").status_code == 200
        assert counting.calls == 15
        client.get("/chain/tx/0x")
        assert counting.calls == 15
        answers = [client.get("/chain/tx/0x" + "ab" * 32).status_code for _ in range(4)]
        assert answers == [404, 404, 429, 429]
        counting.away = True
        runtime.settings = settings
        away = create_app(runtime).test_client().get("/chain/tx/0x" + "ab" * 32)
        assert away.status_code == 503
        assert "잠시 멈춰 있습니다" in away.text
    finally:
        runtime.node, runtime.settings = known, settings
        counting.close()


def test_the_compilers_input_is_what_it_was(client: FlaskClient) -> None:
    answer = client.get("/chain/source/Election.json").get_json()
    assert answer["sources"]["contracts/Election.sol"]["content"] == sources_of("Election")[0].text
    for name in ("Nothing", "..%2f..%2fsources", "election"):
        assert client.get(f"/chain/source/{name}.json").status_code == 404
