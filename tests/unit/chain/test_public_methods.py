"""What anyone may ask of the node through us."""

from typing import Any

import pytest

from hanpyo.chain.public_methods import (
    GAS_CAP,
    LARGEST_TRANSACTION,
    PUBLIC_METHODS,
    MethodRefused,
    ParametersRefused,
    checked,
    weight,
)

ADDRESS = "0x" + "11" * 20
REFUSED = [
    "anvil_setBalance",
    "anvil_impersonateAccount",
    "anvil_reorg",
    "evm_mine",
    "evm_setNextBlockTimestamp",
    "hardhat_setStorageAt",
    "debug_traceTransaction",
    "debug_traceCall",
    "admin_nodeInfo",
    "personal_unlockAccount",
    "miner_start",
    "txpool_content",
    "trace_block",
    "ots_getApiLevel",
    "erigon_getHeaderByNumber",
    "wallet_getCapabilities",
    "eth_sendTransaction",
    "eth_sendUnsignedTransaction",
    "eth_sign",
    "eth_signTransaction",
    "eth_signTypedData_v4",
    "eth_accounts",
    "eth_newFilter",
    "eth_subscribe",
    "eth_simulateV1",
    "eth_callMany",
    "eth_createAccessList",
    "eth_getWork",
]


@pytest.mark.parametrize("method", REFUSED)
def test_what_is_not_listed_is_refused(method: str) -> None:
    with pytest.raises(MethodRefused):
        checked(method, [])


@pytest.mark.parametrize(
    "method",
    [
        "ETH_CALL",
        "Eth_blockNumber",
        "eth_blocknumber",
        "eth_blockNumber ",
        " eth_blockNumber",
        "eth_blockNumber\n",
        "eth_blockNumber\0",
        "eth_blockNumbеr",
        "Anvil_setBalance",
        "",
        None,
        1,
        ["eth_call"],
        {"method": "eth_call"},
    ],
)
def test_a_name_is_exact(method: object) -> None:
    with pytest.raises(MethodRefused):
        checked(method, [])


def test_only_reads_and_raw_transactions_are_listed() -> None:
    assert all(method.startswith(("eth_", "net_", "web3_")) for method in PUBLIC_METHODS)
    sending = [method for method in PUBLIC_METHODS if "send" in method.lower()]
    assert sending == ["eth_sendRawTransaction"]


@pytest.mark.parametrize("method", PUBLIC_METHODS)
@pytest.mark.parametrize("params", [None, {}, "x", [1] * 5])
def test_parameters_are_a_short_array(method: str, params: object) -> None:
    with pytest.raises(ParametersRefused):
        checked(method, params)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_call", [ADDRESS]),
        ("eth_call", [{"to": ADDRESS, "more": 1}]),
        ("eth_call", [{"to": ADDRESS}, "latest", {ADDRESS: {"balance": "0x1"}}]),
        ("eth_call", [{"to": ADDRESS, "gas": "many"}]),
        ("eth_call", [{"to": ADDRESS, "gas": True}]),
        ("eth_estimateGas", [{"to": ADDRESS, "gas": -1}]),
        ("eth_estimateGas", [{"to": ADDRESS, "gas": "0x-1"}]),
        ("eth_getLogs", [{}]),
        ("eth_getLogs", [{"address": []}]),
        ("eth_getLogs", [{"address": [ADDRESS] * 21}]),
        ("eth_getLogs", [{"address": ADDRESS, "topics": [["0x" + "00" * 32] * 101]}]),
        ("eth_getLogs", [{"address": ADDRESS, "limit": 1}]),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": 1}]),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "0x-1"}]),
        ("eth_getLogs", [{"address": ADDRESS, "toBlock": ["latest"]}]),
        ("eth_getProof", [ADDRESS, ["0x0"] * 1025, "latest"]),
        ("eth_getProof", [ADDRESS, "0x0", "latest"]),
        ("eth_getBalance", [{"address": ADDRESS}]),
        ("eth_feeHistory", ["0x401", "latest"]),
        ("eth_feeHistory", ["0x4", "latest", [50] * 21]),
        ("eth_sendRawTransaction", ["0x" + "00" * (LARGEST_TRANSACTION + 1)]),
        ("eth_sendRawTransaction", [["0x00"]]),
    ],
)
def test_what_asks_for_too_much_is_refused(method: str, params: object) -> None:
    with pytest.raises(ParametersRefused):
        checked(method, params)


@pytest.mark.parametrize(
    ("given", "passed"),
    [(None, GAS_CAP), ("0x10", 16), (21_000, 21_000), ("0xffffffffff", GAS_CAP)],
)
def test_the_gas_of_a_call_is_capped(given: Any, passed: int) -> None:
    fields = {"to": ADDRESS} | ({} if given is None else {"gas": given})
    _, (call, block) = checked("eth_call", [fields, "latest"])
    assert int(call["gas"], 16) == passed
    assert (call["to"], block) == (ADDRESS, "latest")


@pytest.mark.parametrize(
    ("method", "params", "least", "most"),
    [
        ("eth_getBalance", [ADDRESS], 1, 1),
        ("eth_call", [{"to": ADDRESS, "gas": 21_000}], 1, 1),
        ("eth_call", [{"to": ADDRESS}], 100, 150),
        ("eth_estimateGas", [{"to": ADDRESS, "gas": 3_000_000}], 10, 15),
        ("eth_getLogs", [{"address": ADDRESS, "blockHash": "0x" + "11" * 32}], 1, 1),
        ("eth_getLogs", [{"address": ADDRESS}], 1, 1),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "latest"}], 1, 1),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "0x0"}], 500, 501),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "earliest"}], 500, 501),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "0x0", "toBlock": "0xff"}], 2, 2),
        (
            "eth_getLogs",
            [{"address": ADDRESS, "fromBlock": "0x0", "toBlock": "0xffffff"}],
            500,
            501,
        ),
        ("eth_getLogs", [{"address": ADDRESS, "fromBlock": "0xffffff"}], 1, 1),
        ("eth_getProof", [ADDRESS, ["0x0"] * 1024, "latest"], 50, 100),
        ("eth_feeHistory", ["0x400", "latest", [50]], 10, 20),
    ],
)
def test_a_request_weighs_as_much_as_it_may_cost(
    method: str, params: list[Any], least: int, most: int
) -> None:
    assert least <= weight(*checked(method, params), newest=100_000) <= most
