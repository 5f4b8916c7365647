"""Sending in parts that fit, and waiting for a chain's time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tickets import (
    GasCapExceeded,
    SizeCapExceeded,
    Ticket,
    TransactionRequest,
    TransactionReverted,
)
from hanpyo.elections.progress import Stages
from hanpyo.elections.venue import ChainStalled, RealClock, fitting, send_in_parts


class Line:
    """A sender that takes at most so many letters at once."""

    address = "0x" + "11" * 20

    def __init__(self, most: int, refusal: Exception) -> None:
        self.most = most
        self.refusal = refusal
        self.sent: list[bytes] = []

    def send(self, request: TransactionRequest) -> Ticket:
        if len(request.data) > self.most:
            raise self.refusal
        self.sent.append(request.data)
        return Ticket(len(self.sent), "")

    def transact(self, request: TransactionRequest) -> None:
        self.sent.append(request.data)

    def wait_all(self, tickets: Sequence[Ticket]) -> list[Any]:
        return [ticket.nonce for ticket in tickets]


def word(part: Sequence[int]) -> TransactionRequest:
    return TransactionRequest(None, bytes(part))


TOO_LARGE = [
    GasCapExceeded(2**24 + 1),
    SizeCapExceeded(2**17 + 1),
    TransactionReverted("x", "execution reverted", None),
]


@pytest.mark.parametrize("refusal", TOO_LARGE, ids=lambda error: type(error).__name__)
def test_parts_are_halved_until_they_fit_and_stay_in_order(refusal: Exception) -> None:
    line = Line(3, refusal)
    seen: list[int] = []
    send_in_parts(line, range(10), word, most=8, advance=seen.append)
    assert b"".join(line.sent) == bytes(range(10))
    assert max(map(len, line.sent)) <= 3
    assert sum(seen) == 10


@pytest.mark.parametrize("refusal", TOO_LARGE, ids=lambda error: type(error).__name__)
def test_one_item_that_does_not_fit_is_an_error(refusal: Exception) -> None:
    with pytest.raises(type(refusal)):
        send_in_parts(Line(0, refusal), [1, 2], word, most=2)


def test_a_refusal_with_a_reason_is_not_tried_in_parts() -> None:
    refusal = TransactionReverted("x", "ElectionWrongPhase(phase=3)", b"\x01\x02\x03\x04")
    line = Line(1, refusal)
    with pytest.raises(TransactionReverted):
        send_in_parts(line, [1, 2], word, most=2)
    assert line.sent == []


@pytest.mark.parametrize(
    ("size", "most", "fits"), [(100, 200, 200), (2_000, 200, 64), (10**6, 9, 1)]
)
def test_how_many_items_a_transaction_takes(size: int, most: int, fits: int) -> None:
    assert fitting(size, most) == fits


@dataclass(frozen=True, slots=True)
class Chain(RealClock):
    """A clock over a chain that the test moves: `times` are its answers in order."""

    times: list[int] = field(default_factory=list)

    def now(self) -> int:
        return self.times.pop(0)


def clock(times: list[int], wall: int, line: Line) -> Chain:
    return Chain(
        Rpc("http://127.0.0.1:1"),
        line,  # type: ignore[arg-type]
        wall=lambda: wall,
        sleep=lambda _: None,
        times=times,
    )


def test_time_is_waited_for() -> None:
    times = [5, 6, 9]
    clock(times, 0, Line(1, TOO_LARGE[0])).wait_until(8)
    assert times == []


def test_a_chain_that_mines_on_demand_is_nudged_once() -> None:
    line = Line(1, TOO_LARGE[0])
    clock([5, 5, 5, 9], 100, line).wait_until(8)
    assert line.sent == [b""]


def test_a_chain_that_stands_still_is_reported() -> None:
    with pytest.raises(ChainStalled):
        clock([5] * 10, 10_000, Line(1, TOO_LARGE[0])).wait_until(8)


def test_stages_measure_what_they_run() -> None:
    ticks = iter([1.0, 3.5, 10.0, 10.25])
    stages = Stages(clock=lambda: next(ticks))
    with stages.stage("first", 2) as advance:
        advance(2)
    with stages.stage("second"):
        pass
    assert [(stage.name, stage.seconds) for stage in stages.finished] == [
        ("first", 2.5),
        ("second", 0.25),
    ]
    assert stages.total_seconds == 2.75
