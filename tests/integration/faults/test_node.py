"""Nodes that restart, forget and reorganise; accounts that others use, or that are empty."""

import random
import signal
import time
from collections.abc import Callable

import pytest

from hanpyo.chain.tickets import TransactionRequest
from tests.service import proxy
from tests.service.crowd import Crowd
from tests.service.deployment import Deployment
from tests.service.kept import Account

pytestmark = pytest.mark.xdist_group("nodes")
CONFIRMATIONS = 14
"""More than the deepest reorganisation that is followed without an operator."""
VOTERS = 8


def crowd_of(running: Deployment, voters: int = VOTERS) -> Crowd:
    election = running.publish(voters)
    running.wait_open(election)
    return running.crowd(election)


def test_a_node_of_another_chain_is_refused_at_the_start(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with running.proxy.failing(proxy.other_chain):
        refused = running.start_worker(sound=False)
        assert refused.wait_end() == 2
        assert "serves another chain" in refused.logged()
        assert crowd.vote(range(3)) == 3
    running.bury(refused)
    kept("node: another chain at the start", crowd)


def test_a_node_restarts_with_its_state_and_an_empty_pool(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    posting = crowd.keep_voting(random.Random(1), range(VOTERS))
    try:
        time.sleep(0.3)
        running.restart_node()
        time.sleep(0.3)
    finally:
        posting.stop()
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("node: restart", crowd)


def test_a_pool_that_forgets_is_told_again(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with running.pending(crowd, range(VOTERS)):
        running.node.controls.drop_all()
    kept("node: pool emptied", crowd)


def test_a_nonce_that_another_takes_with_the_same_key(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with running.pending(crowd, range(VOTERS)):
        running.node.controls.drop_all()
        payee = running.node.accounts[0].address
        running.take_nonce(TransactionRequest(payee, value=1, gas=21_000))
    running.wait(lambda: not running.owed(crowd.election), "the ballots went again")
    account = kept("account: nonce taken", crowd)
    assert account.requeued


def test_a_base_fee_above_the_ceiling_and_back(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with running.base_fee(600 * 10**9):
        assert crowd.vote(range(VOTERS)) == VOTERS
        running.wait_not_ready("fee_ceiling_reached")
    kept("fees: above the ceiling", crowd)


def test_a_transaction_priced_out_is_replaced(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    before = running.replacements()
    with running.pending(crowd, range(VOTERS)):
        running.node.controls.set_next_base_fee(100 * 10**9)
    with running.base_fee(100 * 10**9):
        running.wait(lambda: running.replacements() > before, "it was replaced")
        running.settle(crowd.election)
    kept("fees: replaced at higher ones", crowd)


def test_an_empty_account_and_a_payment(running: Deployment, kept: Callable[..., Account]) -> None:
    crowd = crowd_of(running)
    address = running.node.accounts[1].address
    balance = running.node.rpc.balance(address)
    running.node.controls.set_balance(address, 10**15)
    try:
        running.wait_not_ready("low_balance")
        assert crowd.vote(range(VOTERS)) == VOTERS
        assert running.owed(crowd.election) == VOTERS
    finally:
        running.node.controls.set_balance(address, balance)
    kept("account: empty and refilled", crowd)


def test_reorganisations_of_every_depth_and_twice_in_a_row(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    for depth in range(12):
        running.settle(crowd.election)
        with running.beat.held():
            running.record(crowd, [depth % VOTERS, (depth + 3) % VOTERS])
            running.node.controls.mine(depth)
            running.reorganise(depth + 1)
            if depth % 4 == 3:
                running.reorganise(depth // 2)
    account = kept("chain: reorganised, depth 1 to 12", crowd)
    assert account.rewinds >= 12


def test_reorganised_while_a_worker_is_dead(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with running.beat.held():
        running.record(crowd, range(VOTERS))
        (worker,) = running.workers
        worker.signal(signal.SIGKILL)
        running.bury(worker)
        running.reorganise(6)
        running.reorganise(9)
    running.start_worker()
    account = kept("chain: reorganised, worker dead", crowd)
    assert account.rewinds
