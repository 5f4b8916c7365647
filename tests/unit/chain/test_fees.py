from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.chain.errors import MalformedAnswer
from hanpyo.chain.fees import FeeCeilingReached, FeePolicy, Fees, Market, fetch_market
from hanpyo.chain.node_errors import MethodUnsupported, UnknownNodeError
from hanpyo.chain.rpc import Rpc
from tests.unit.chain.fake_node import FakeNode, refusal, result

POLICY = FeePolicy(ceiling=1_000, tip_ceiling=100)


@pytest.mark.parametrize(
    ("market", "fees"),
    [
        (Market(10, 2), Fees(22, 2)),
        (Market(0, 0), Fees(0, 0)),
        (Market(600, 2), Fees(1_000, 2)),
        (Market(1_000, 2), Fees(1_000, 2)),
        (Market(10, 500), Fees(120, 100)),
    ],
)
def test_an_offer_lets_the_base_fee_double_below_the_ceilings(market: Market, fees: Fees) -> None:
    assert POLICY.offer(market) == fees


def test_no_offer_is_made_that_could_not_be_mined() -> None:
    with pytest.raises(FeeCeilingReached, match="1001 wei per gas, the ceiling is 1000"):
        POLICY.offer(Market(1_001, 0))


@pytest.mark.parametrize(
    ("previous", "market", "fees"),
    [
        (Fees(80, 8), Market(10, 2), Fees(90, 9)),
        (Fees(81, 1), Market(10, 2), Fees(92, 2)),
        (Fees(0, 0), Market(0, 0), Fees(1, 1)),
        (Fees(80, 8), Market(200, 2), Fees(409, 9)),
        (Fees(80, 8), Market(10, 50), Fees(90, 50)),
        (Fees(800, 8), Market(700, 2), Fees(1_000, 9)),
    ],
)
def test_a_replacement_rises_by_an_eighth_and_follows_the_market(
    previous: Fees, market: Market, fees: Fees
) -> None:
    assert POLICY.replacement(previous, market) == fees


@pytest.mark.parametrize(
    ("previous", "market"),
    [(Fees(889, 8), Market(10, 2)), (Fees(80, 8), Market(1_001, 2)), (Fees(500, 89), Market(1, 1))],
)
def test_a_replacement_over_a_ceiling_is_an_alarm(previous: Fees, market: Market) -> None:
    with pytest.raises(FeeCeilingReached):
        POLICY.replacement(previous, market)


@given(st.integers(0, 1_000), st.integers(0, 100), st.integers(0, 1_000), st.integers(0, 1_000))
def test_every_replacement_satisfies_every_pool_and_stays_below_the_ceilings(
    max_fee: int, tip: int, base_fee: int, market_tip: int
) -> None:
    previous = Fees(max_fee, min(tip, max_fee))
    try:
        fees = POLICY.replacement(previous, Market(base_fee, market_tip))
    except FeeCeilingReached:
        return
    assert fees.max_fee > previous.max_fee
    assert fees.tip > previous.tip
    assert 8 * fees.max_fee >= 9 * previous.max_fee
    assert 8 * fees.tip >= 9 * previous.tip
    assert base_fee <= fees.max_fee <= POLICY.ceiling
    assert fees.tip <= POLICY.tip_ceiling


@pytest.mark.parametrize(("max_fee", "tip"), [(1, 2), (-1, -1), (1, -1)])
def test_caps_that_contradict_each_other_cannot_be_built(max_fee: int, tip: int) -> None:
    with pytest.raises(ValueError, match="0 <= tip <= max_fee"):
        Fees(max_fee, tip)


def answers(history: object, tip: object) -> FakeNode:
    """A node with these answers; an int is a refusal with that code."""

    def answer(requests: list[dict[str, Any]]) -> object:
        return [
            refusal(request, value, "unheard of") if isinstance(value, int)
            else result(request, value)
            for request, value in zip(requests, (history, tip), strict=True)
        ]  # fmt: skip

    return FakeNode(answer)


def test_the_market_is_the_next_blocks_base_fee_and_the_nodes_tip() -> None:
    with answers({"baseFeePerGas": ["0x5", "0x7"]}, "0x3") as node, Rpc(node.url) as rpc:
        assert fetch_market(rpc) == Market(7, 3)


def test_a_node_that_suggests_no_tip_gets_the_usual_one() -> None:
    with answers({"baseFeePerGas": ["0x5", "0x7"]}, -32601) as node, Rpc(node.url) as rpc:
        assert fetch_market(rpc, fallback_tip=4) == Market(7, 4)


@pytest.mark.parametrize(
    ("history", "tip", "kind"),
    [
        (-32601, "0x1", MethodUnsupported),
        ({"baseFeePerGas": ["0x5"]}, -32000, UnknownNodeError),
        ({"baseFeePerGas": []}, "0x1", MalformedAnswer),
        ({}, "0x1", MalformedAnswer),
        (None, "0x1", MalformedAnswer),
    ],
)
def test_a_market_that_cannot_be_read_raises(
    history: object, tip: object, kind: type[Exception]
) -> None:
    with answers(history, tip) as node, Rpc(node.url) as rpc, pytest.raises(kind):
        fetch_market(rpc)
