"""One sender an account, whoever borrows it and whatever else the account's key is used for."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy.orm import Session

from hanpyo.chain.journal import Attempt
from hanpyo.chain.keys import LocalKey
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import NonceTaken, TransactionRequest
from hanpyo.db.leases import LeaseLost
from hanpyo.relay.accounts import SendingAccount
from hanpyo.runtime import Runtime
from tests.service.scene import Scene

GIFT = TransactionRequest(to_checksum_address(b"\x99" * 20), value=1, gas=21_000, label="gift")
LEASE = 30
KEY = -1
"""The last of the chain's accounts: no relay sends from it."""


def account_of(scene: Scene, runtime: Runtime | None = None) -> SendingAccount:
    return SendingAccount(runtime or scene.runtime, LocalKey(scene.node.accounts[KEY]))


def elsewhere(scene: Scene, *, later: int = 0) -> SendingAccount:
    """The same account as another process knows it, `later` seconds ahead."""
    runtime = scene.runtime
    clock = runtime.clock
    other = Runtime(
        runtime.settings, runtime.database, runtime.vault, runtime.rpc, lambda: clock() + later
    )
    return account_of(scene, other)


def send(account: SendingAccount) -> int:
    """The nonce of one gift, mined."""
    with account.lend() as sender:
        assert sender is not None
        ticket = sender.send(GIFT)
        sender.wait(ticket)
    return ticket.nonce


def test_who_borrows_while_another_thread_signs_has_the_same_sender(shared: Scene) -> None:
    borrowed: list[Future[Sender | None]] = []

    def borrow() -> Sender | None:
        with account.lend() as sender:
            return sender

    with ThreadPoolExecutor() as pool:

        def on_record(session: Session, attempts: Sequence[Attempt]) -> None:
            """The other borrows between what is written and its commit."""
            del session, attempts
            borrowed.append(pool.submit(borrow))

        account = SendingAccount(shared.runtime, LocalKey(shared.node.accounts[KEY]), on_record)
        with account.lend() as sender:
            assert sender is not None
            tickets = [sender.send(GIFT) for _ in range(5)]
            sender.wait_all(tickets)
        assert {each.result() for each in borrowed} == {sender}
    assert borrow() is sender


def test_two_processes_take_turns_and_use_every_nonce_once(shared: Scene) -> None:
    one, other = account_of(shared), elsewhere(shared)
    first = send(one)
    assert [send(account) for account in (other, one, one, other)] == [
        first + step for step in range(1, 5)
    ]
    with one.lend() as sender:
        assert sender is not None
        with other.lend() as refused:
            assert refused is None


def test_a_sender_whose_lease_another_had_since_signs_nothing_more(shared: Scene) -> None:
    one = account_of(shared)
    with one.lend() as slept:
        assert slept is not None
        other = elsewhere(shared, later=LEASE + 1)
        send(other)
        with pytest.raises(NonceTaken):
            slept.send(GIFT)
        slept.reconcile()
        with pytest.raises(LeaseLost):
            slept.send(GIFT)


def test_a_nonce_that_the_key_spent_elsewhere_holds_nobody_up_for_long(shared: Scene) -> None:
    account = account_of(shared)
    before = send(account)
    stranger = Sender(shared.node.rpc, shared.node.accounts[KEY], shared.node.chain_id)
    assert stranger.transact(GIFT).succeeded
    with account.lend() as sender:
        assert sender is not None
        with pytest.raises(NonceTaken):
            sender.send(GIFT)
    assert send(account) == before + 2
