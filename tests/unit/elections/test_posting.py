"""What tasks send once: by labels, by the account's count, and never for ever."""

from typing import cast

import pytest

from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import Ticket, TransactionRequest
from hanpyo.elections.posting import TRIES, Nudge, Post, SentInVain


class FakeSender:
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        self.sent: list[TransactionRequest] = []
        self.looked: list[list[int]] = []

    def send(self, request: TransactionRequest) -> Ticket:
        self.sent.append(request)
        return Ticket(len(self.sent) - 1, request.label)

    def find(self, label: str) -> list[Ticket]:
        return [Ticket(at, label) for at, each in enumerate(self.sent) if each.label == label]

    def look(self, tickets: list[Ticket]) -> dict[int, object]:
        self.looked.append([ticket.nonce for ticket in tickets])
        return {}


def post(sender: FakeSender, mined: int, label: str = "freeze") -> Post:
    return Post(cast("Sender", sender), mined, label)


def request() -> TransactionRequest:
    return TransactionRequest(None)


def test_what_is_under_way_is_not_sent_again() -> None:
    sender = FakeSender()
    assert post(sender, 0).once(request)
    assert not post(sender, 0).once(request)
    assert post(sender, 0, "other").once(request)
    assert [each.label for each in sender.sent] == ["freeze", "other"]


def test_what_was_mined_without_effect_is_sent_anew_but_not_for_ever() -> None:
    sender = FakeSender()
    for mined in range(TRIES):
        assert post(sender, mined).once(request)
    with pytest.raises(SentInVain):
        post(sender, TRIES).once(request)
    assert len(sender.sent) == TRIES


def test_only_what_is_under_way_is_looked_after_and_only_now_and_then() -> None:
    sender, seconds = FakeSender(), [0.0]
    nudge = Nudge(lambda: seconds[0])
    for _ in range(3):
        post(sender, 0).send(request())
    for at in (1.0, 5.0, 6.0, 9.0, 11.0):
        seconds[0] = at
        nudge.look(post(sender, 1))
    assert sender.looked == [[1, 2], [1, 2]]


def test_nothing_is_waited_for() -> None:
    sender = FakeSender()
    closing = post(sender, 0, "close")
    closing.transact(request())
    assert closing.wait_all([closing.send(request())]) == []
    assert closing.is_under_way()
    assert not post(sender, 2, "close").is_under_way()
