"""A node that lies about anything is found out, and the ballot it lied about is named."""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import orjson
import pytest

from hanpyo.audit import LiveSource, Report, Status, UnknownElection, audit
from hanpyo.audit.evidence import Evidence
from hanpyo.chain.election_events import Opened, Recorded
from hanpyo.chain.errors import ChainError
from hanpyo.chain.rpc import Retries, Rpc
from hanpyo.protocol.types import Address
from tests.integration.audit import second
from tests.integration.audit.scene import BACK, Scene
from tests.integration.audit.tampering import entry_at, failed, flip, log_at, named
from tests.unit.chain.fake_node import Proxy, refusal

pytestmark = pytest.mark.xdist_group("audit")
VOTER = 10
Answer = dict[str, Any]


@pytest.fixture
def proxy(sealed: Scene) -> Iterator[Proxy]:
    with Proxy(sealed.host.url) as running:
        yield running


@pytest.fixture
def rpc(proxy: Proxy) -> Iterator[Rpc]:
    with Rpc(proxy.url, retries=Retries(tries=1)) as client:
        yield client


def lie(proxy: Proxy, method: str, change: Callable[[Any, list[Any]], object]) -> None:
    """Let the proxy put `change(result, parameters)` in place of a method's results."""

    def after(request: Answer, answer: Answer) -> Answer:
        if request["method"] == method and answer.get("result") is not None:
            return answer | {"result": change(answer["result"], request["params"])}
        return answer

    proxy.after = after


def alter_log(entry_position: tuple[int, int], byte: int) -> Callable[[Any, list[Any]], object]:
    def change(logs: Any, _: list[Any]) -> object:
        for log in logs:
            if (int(log["blockNumber"], 16), int(log["logIndex"], 16)) == entry_position:
                log["data"] = flip(log["data"], byte)
        return logs

    return change


def report_of(rpc: Rpc, scene: Scene) -> Report:
    """What Python's auditor says; the browser's must say the same of the same lie."""
    report = audit(LiveSource([rpc]), scene.address)
    second.agree_live([rpc.url], scene.address, report)
    return report


def test_an_honest_relay_passes(rpc: Rpc, sealed: Scene) -> None:
    assert report_of(rpc, sealed).ok


def test_one_ballot(proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence) -> None:
    position = entry_at(sealed_evidence, Recorded, VOTER).log.position
    lie(proxy, "eth_getLogs", alter_log(position, 64))
    report = report_of(rpc, sealed)
    assert VOTER in named(report, "calldata")
    assert "batches" in failed(report)


def test_one_opening(proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence) -> None:
    position = entry_at(sealed_evidence, Opened, VOTER).log.position
    lie(proxy, "eth_getLogs", alter_log(position, 0))
    assert named(report_of(rpc, sealed), "openings") == {VOTER}


def test_one_signature(proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence) -> None:
    entry = entry_at(sealed_evidence, Recorded, VOTER)
    assert isinstance(entry.event, Recorded)
    assert entry.event.envelope is not None
    data = sealed_evidence.transactions[entry.log.transaction_hash].data
    signature = data[data.index(entry.event.envelope) - 64 :][:64].hex()
    forged = flip("0x" + signature, 3)[2:]

    def change(transaction: Any, _: list[Any]) -> object:
        return transaction | {"input": transaction["input"].replace(signature, forged)}

    lie(proxy, "eth_getTransactionByHash", change)
    report = report_of(rpc, sealed)
    assert named(report, "signatures") == {VOTER}
    assert "altered" in report.check("calldata").reason


def test_a_dropped_event(proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence) -> None:
    position = entry_at(sealed_evidence, Recorded, VOTER).log.position

    def change(logs: Any, _: list[Any]) -> object:
        places = [(int(each["blockNumber"], 16), int(each["logIndex"], 16)) for each in logs]
        return [log for log, place in zip(logs, places, strict=True) if place != position]

    lie(proxy, "eth_getLogs", change)
    report = report_of(rpc, sealed)
    assert named(report, "calldata") == {VOTER}
    assert "batches" in failed(report)


def test_all_events_withheld(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_getLogs", lambda _logs, _parameters: [])
    report = report_of(rpc, sealed)
    assert "events" in failed(report)
    assert VOTER in named(report, "events")


def test_events_and_receipts_withheld(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    """A node that serves no receipts either cannot hide what the state proves."""

    def after(request: Answer, answer: Answer) -> Answer:
        if request["method"] == "eth_getBlockReceipts":
            return refusal(request, -32601, "no such method")
        return answer | {"result": []} if request["method"] == "eth_getLogs" else answer

    proxy.after = after
    assert VOTER in named(report_of(rpc, sealed), "events")


def test_a_whole_transaction_withheld(
    proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence
) -> None:
    """An act that a later one replaced leaves no trace in the state, but its block remembers."""
    place = log_at(sealed_evidence, Recorded, BACK, 1)
    number = sealed_evidence.logs[place].block_number
    lie(
        proxy,
        "eth_getLogs",
        lambda logs, _: [each for each in logs if int(each["blockNumber"], 16) != number],
    )
    report = report_of(rpc, sealed)
    assert f"block {number} holds events" in str(report.check("chain").findings[0])


def test_transactions_withheld(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    """Without calldata nothing is wrong, but the report says what it could not check."""

    def after(request: Answer, answer: Answer) -> Answer:
        withheld = request["method"] == "eth_getTransactionByHash"
        return answer | {"result": None} if withheld else answer

    proxy.after = after
    report = report_of(rpc, sealed)
    assert report.ok
    assert report.check("calldata").status is Status.NOTE
    assert "not checked" in report.check("calldata").reason


@pytest.mark.parametrize("field", ["accountProof", "storageProof"])
def test_wrong_counters(proxy: Proxy, rpc: Rpc, sealed: Scene, field: str) -> None:
    def change(proof: Any, _: list[Any]) -> object:
        nodes = proof["accountProof"] if field == "accountProof" else None
        if nodes is None and proof["storageProof"]:
            nodes = proof["storageProof"][-1]["proof"]
        if nodes:
            nodes[-1] = flip(nodes[-1], 10)
        return proof

    lie(proxy, "eth_getProof", change)
    report = report_of(rpc, sealed)
    assert failed(report) == {"chain"}
    assert "contradicts" in report.check("chain").reason


def test_a_node_that_proved_the_next_state_is_asked_again(
    proxy: Proxy, rpc: Rpc, sealed: Scene
) -> None:
    """As one does that makes a block at that moment."""
    every_other = cycle([True, False])

    def change(proof: Any, _: list[Any]) -> object:
        return proof | {"accountProof": []} if next(every_other) else proof

    lie(proxy, "eth_getProof", change)
    assert report_of(rpc, sealed).ok


@pytest.mark.parametrize("field", ["stateRoot", "timestamp", "hash"])
def test_a_lying_block(proxy: Proxy, rpc: Rpc, sealed: Scene, field: str) -> None:
    def change(block: Any, _: list[Any]) -> object:
        value = block[field]
        wrong = hex(int(value, 16) + 60) if field == "timestamp" else flip(value, 3)
        return block | {field: wrong}

    lie(proxy, "eth_getBlockByNumber", change)
    assert failed(report_of(rpc, sealed)) == {"chain"}


def test_a_rule_told_differently(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    """The approval's fraction in the manifest, told as another one."""
    fraction, other = "00010002", "00010003"

    def change(code: Any, parameters: list[Any]) -> object:
        if parameters[0].lower() != sealed.contract.address.lower():
            return code
        place = code.rindex(fraction)
        return code[:place] + other + code[place + 8 :]

    lie(proxy, "eth_getCode", change)
    assert {"code", "manifest"} <= failed(report_of(rpc, sealed))


def test_module_code_told_differently(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    modules = [address.lower() for address in sealed.contract.modules()]

    def change(code: Any, parameters: list[Any]) -> object:
        return flip(code, 200) if parameters[0].lower() == modules[2] else code

    lie(proxy, "eth_getCode", change)
    assert "code" in failed(report_of(rpc, sealed))


def test_another_chain_id(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_chainId", lambda value, _: hex(int(value, 16) + 1))
    assert {"chain", "signatures"} <= failed(report_of(rpc, sealed))


def test_a_result_told_differently(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_call", lambda value, _: flip(value, len(value) // 2 - 33))
    report = report_of(rpc, sealed)
    assert failed(report) == {"decision"}


def test_an_unreadable_result(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_call", lambda _value, _: "0x" + "00" * 32)
    assert failed(report_of(rpc, sealed)) == {"decision"}


def test_logs_out_of_order(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_getLogs", lambda logs, _: logs[::-1])
    assert failed(report_of(rpc, sealed)) == {"chain"}


@pytest.mark.parametrize("address", [bytes(19) + b"\x77", "a contract of another kind"])
def test_an_unknown_contract(sealed: Scene, address: bytes | str) -> None:
    other = sealed.wallet if isinstance(address, str) else Address(address)
    with pytest.raises(UnknownElection, match="no Hanpyo election"):
        audit(LiveSource([sealed.host.venue.rpc]), other)


def test_an_election_of_another_version(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    def change(code: Any, parameters: list[Any]) -> object:
        own = parameters[0].lower() == sealed.contract.address.lower()
        return code[: 2 + 90] + "09" + code[2 + 92 :] if own else code

    lie(proxy, "eth_getCode", change)
    with pytest.raises(UnknownElection, match="this version reads"):
        report_of(rpc, sealed)


def compared(rpc: Rpc, scene: Scene) -> Report:
    """An audit of the scene's own node held against another, by both auditors."""
    own = scene.host.venue.rpc
    report = audit(LiveSource([own, rpc]), scene.address)
    second.agree_live([own.url, rpc.url], scene.address, report)
    return report


def test_several_nodes_that_agree(rpc: Rpc, sealed: Scene) -> None:
    report = compared(rpc, sealed)
    assert report.ok
    assert rpc.name in report.source


def test_a_second_node_that_hides_an_event(
    proxy: Proxy, rpc: Rpc, sealed: Scene, sealed_evidence: Evidence
) -> None:
    lie(proxy, "eth_getLogs", lambda logs, _: logs[:-1])
    report = compared(rpc, sealed)
    assert failed(report) == {"chain"}
    block, index = sealed_evidence.logs[-1].position
    assert f"block {block}, log {index}" in report.check("chain").reason


def test_a_second_node_of_another_chain(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    lie(proxy, "eth_chainId", lambda value, _: "0x1")
    report = compared(rpc, sealed)
    assert "chain id 1" in report.check("chain").reason


def test_a_second_node_on_another_fork(sealed: Scene, opened: Scene) -> None:
    """Same chain id told, another chain underneath."""
    own, other = sorted((sealed, opened), key=lambda scene: scene.host.venue.rpc.block_number())
    chain_id = hex(own.contract.domain.chain_id)
    with Proxy(other.host.url) as fork, Rpc(fork.url, retries=Retries(tries=1)) as second:
        lie(fork, "eth_chainId", lambda _value, _: chain_id)
        report = audit(LiveSource([own.host.venue.rpc, second]), own.address)
    assert failed(report) == {"chain"}
    assert second.name in report.check("chain").reason


def test_a_second_node_that_lags(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    def after(request: Answer, answer: Answer) -> Answer:
        if request["method"] == "eth_getBlockByNumber":
            return refusal(request, -32000, "unknown block")
        return answer

    proxy.after = after
    report = audit(LiveSource([sealed.host.venue.rpc, rpc]), sealed.address)
    assert "does not know block" in report.check("chain").reason


def test_a_node_that_answers_nothing(proxy: Proxy, rpc: Rpc, sealed: Scene) -> None:
    proxy.after = lambda request, _: refusal(request, -32601, "no such method")
    with pytest.raises(ChainError):
        report_of(rpc, sealed)


def test_no_address_is_an_error(sealed: Scene) -> None:
    with pytest.raises(Exception, match="name the election"):
        LiveSource([sealed.host.venue.rpc]).collect(None)


def test_reports_are_json(rpc: Rpc, sealed: Scene) -> None:
    content = orjson.loads(orjson.dumps(report_of(rpc, sealed).as_json()))
    assert content["ok"] is True
    assert {"election", "chainId", "block", "source", "phase", "checks", "items"} <= set(content)
