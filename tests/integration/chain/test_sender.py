import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import ChainError, MalformedAnswer, TransportError, WrongChain
from hanpyo.chain.fees import GWEI, FeeCeilingReached, FeePolicy
from hanpyo.chain.journal import FileJournal, JournalOfAnother, MemoryJournal, Owner
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.node_errors import GasLimitRefused, InsufficientFunds, UnknownNodeError
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.reverts import RevertReasons
from hanpyo.chain.rpc import Retries, Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.signing import EMPTY_LABEL
from hanpyo.chain.tickets import (
    GAS_CAP,
    ChainReset,
    GasCapExceeded,
    NonceTaken,
    RequestVoided,
    SizeCapExceeded,
    TransactionRequest,
    TransactionReverted,
    Unconfirmed,
)
from hanpyo.chain.transactions import Transaction
from tests.integration.chain.beacon import word
from tests.integration.chain.conftest import Steps
from tests.unit.chain.fake_node import Proxy, Reply, methods, refusal

GIFT = to_checksum_address(b"\x99" * 20)
SEND = "eth_sendRawTransaction"
REASONS = RevertReasons.from_abis([[{"type": "error", "name": "Silent", "inputs": []}]])


def gift(label: str = "gift", value: int = 1) -> TransactionRequest:
    return TransactionRequest(GIFT, value=value, gas=21_000, label=label)


@pytest.fixture
def key(node: EmbeddedNode) -> LocalAccount:
    return node.accounts[0]


@pytest.fixture
def proxy(node: EmbeddedNode) -> Iterator[Proxy]:
    with Proxy(node.url) as running:
        yield running


@pytest.fixture
def rpc(proxy: Proxy) -> Iterator[Rpc]:
    """A client that goes through the proxy and gives up at once."""
    with Rpc(proxy.url, retries=Retries(tries=1)) as client:
        yield client


def hang_up_on_sending(request: Any) -> Reply | None:
    return Reply(drop=True) if SEND in methods(request) else None


def gifts(node: EmbeddedNode) -> int:
    """How much has arrived, in wei."""
    return node.rpc.balance(GIFT)


class TestOrder:
    def test_a_request_becomes_a_confirmed_receipt(
        self, node: EmbeddedNode, key: LocalAccount
    ) -> None:
        receipt = Sender(node.rpc, key, node.chain_id).transact(gift(value=5))
        assert receipt.succeeded
        assert receipt.block_hash == node.rpc.block_hash(receipt.block_number)
        assert gifts(node) == 5

    def test_many_go_out_in_order_without_waiting(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        sender = Sender(node.rpc, key, node.chain_id, pace=steps.pace())
        tickets = sender.send_many([gift(f"gift {n}") for n in range(250)])
        assert [ticket.nonce for ticket in tickets] == list(range(250))
        steps.between = node.controls.mine
        receipts = sender.wait_all(tickets)
        places = [(r.block_number, r.transaction_index) for r in receipts]
        assert places == sorted(set(places))
        assert gifts(node) == 250

    def test_receipts_come_one_by_one_as_they_confirm(
        self, node: EmbeddedNode, key: LocalAccount
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        tickets = sender.send_many([gift(), gift()])
        coming = sender.wait_each(tickets)
        assert next(coming).succeeded
        assert next(coming).succeeded

    def test_threads_share_one_order(self, node: EmbeddedNode, key: LocalAccount) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        receipts: list[Receipt] = []
        threads = [
            threading.Thread(target=lambda: receipts.append(sender.transact(gift())))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({receipt.transaction_hash for receipt in receipts}) == 8
        assert gifts(node) == 8

    def test_confirmations_are_waited_for(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id, confirmations=4, pace=steps.pace())
        steps.between = node.controls.mine
        receipt = sender.transact(gift())
        assert node.rpc.block_number() == receipt.block_number + 3

    def test_at_least_one_confirmation_is_needed(
        self, node: EmbeddedNode, key: LocalAccount
    ) -> None:
        with pytest.raises(ValueError, match="at least 1"):
            Sender(node.rpc, key, node.chain_id, confirmations=0)

    def test_a_label_finds_its_tickets(self, node: EmbeddedNode, key: LocalAccount) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        tickets = sender.send_many([gift("a"), gift("b"), gift("a")])
        assert sender.find("a") == [tickets[0], tickets[2]]
        assert sender.find("c") == []


class TestRefusals:
    def test_a_revert_is_told_in_the_contracts_words_before_anything_is_signed(
        self, node: EmbeddedNode, key: LocalAccount, beacon: ChecksumAddress
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id, reasons=REASONS)
        with pytest.raises(
            TransactionReverted, match=r"empty call was refused.*Silent\(\)"
        ) as told:
            sender.send(TransactionRequest(beacon, label="empty call"))
        assert told.value.receipt is None
        assert sender.find("empty call") == []

    def test_a_mined_revert_is_told_with_its_receipt(
        self, node: EmbeddedNode, key: LocalAccount, beacon: ChecksumAddress
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id, reasons=REASONS)
        tickets = sender.send_many([gift(), TransactionRequest(beacon, gas=90_000), gift()])
        with pytest.raises(TransactionReverted, match=r"Silent\(\)") as told:
            sender.wait_all(tickets)
        assert told.value.receipt is not None
        assert not told.value.receipt.succeeded
        assert sender.wait(tickets[2]).succeeded

    def test_running_out_of_gas_is_told(
        self, node: EmbeddedNode, key: LocalAccount, beacon: ChecksumAddress
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        with pytest.raises(TransactionReverted, match="ran out of its 22000 gas"):
            sender.transact(TransactionRequest(beacon, word(1), gas=22_000))

    def test_a_revert_whose_cause_is_gone_is_told_as_that(
        self, node: EmbeddedNode, key: LocalAccount, beacon: ChecksumAddress
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        ticket = sender.send(TransactionRequest(beacon, gas=90_000))
        with pytest.raises(TransactionReverted):
            sender.wait(ticket)
        node.rpc.call("anvil_setCode", beacon, "0x00")
        node.controls.mine()
        with pytest.raises(TransactionReverted, match="would succeed now"):
            sender.wait(ticket)

    @pytest.mark.parametrize(
        ("request_", "kind"),
        [
            (TransactionRequest(GIFT, gas=GAS_CAP + 1), GasCapExceeded),
            (TransactionRequest(GIFT, b"\1" * 131_072, gas=GAS_CAP), SizeCapExceeded),
        ],
    )
    def test_what_no_public_chain_takes_is_never_signed(
        self,
        node: EmbeddedNode,
        key: LocalAccount,
        request_: TransactionRequest,
        kind: type[ChainError],
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        with pytest.raises(kind):
            sender.send_many([gift(), request_])
        assert node.rpc.nonce(key.address, "pending") == 0
        assert sender.transact(gift()).succeeded

    def test_a_refusal_for_good_fills_the_nonce_and_lets_the_others_pass(
        self, key: LocalAccount, steps: Steps
    ) -> None:
        with EmbeddedNode(gas_limit=10_000_000) as node:
            sender = Sender(node.rpc, node.accounts[0], node.chain_id, pace=steps.pace())
            heavy = TransactionRequest(GIFT, gas=16_000_000, label="heavy")
            tickets = sender.send_many([gift(), heavy, gift()])
            assert sender.wait(tickets[0]).succeeded
            assert sender.wait(tickets[2]).succeeded
            with pytest.raises(RequestVoided, match="heavy") as told:
                sender.wait(tickets[1])
            assert isinstance(told.value.__cause__, GasLimitRefused)
            assert gifts(node) == 2

    def test_an_unheard_of_refusal_is_an_alarm(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, steps: Steps
    ) -> None:
        sender = Sender(rpc, key, node.chain_id, pace=steps.pace())
        node.controls.set_automine(False)
        proxy.after = lambda request, answer: (
            refusal(request, -32000, "the moon is wrong") if request["method"] == SEND else answer
        )
        ticket = sender.send(gift())
        with pytest.raises(UnknownNodeError, match="the moon is wrong"):
            sender.wait(ticket)
        assert steps.now == 0

    def test_a_node_that_renames_a_transaction_is_not_believed(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc
    ) -> None:
        sender = Sender(rpc, key, node.chain_id)
        proxy.after = lambda request, answer: (
            answer | {"result": "0x" + "11" * 32} if request["method"] == SEND else answer
        )
        with pytest.raises(MalformedAnswer, match="its hash is"):
            sender.send(gift())

    def test_another_chain_is_refused(self, node: EmbeddedNode, key: LocalAccount) -> None:
        with pytest.raises(WrongChain):
            Sender(node.rpc, key, node.chain_id + 1)


class TestLostAndFound:
    def test_an_attempt_is_in_the_journal_before_the_node_hears_of_it(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc
    ) -> None:
        journal = MemoryJournal()
        seen: list[int] = []
        owner = Owner(key.address, node.chain_id, node.rpc.block_hash(0))

        def look(request: Any) -> None:
            if SEND in methods(request):
                seen.append(len(journal.open(owner)))

        proxy.before = look
        Sender(rpc, key, node.chain_id, journal=journal).send_many([gift(), gift()])
        assert seen == [2]

    def test_a_new_process_sends_the_same_bytes_again(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, tmp_path: Path
    ) -> None:
        proxy.before = hang_up_on_sending
        with FileJournal(tmp_path / "journal") as journal:
            ticket = Sender(rpc, key, node.chain_id, journal=journal).send(gift("ballots 1"))
            hashes = [a.hash for a in journal.open(self.owner(node, key))]
        assert gifts(node) == 0
        with FileJournal(tmp_path / "journal") as journal:
            sender = Sender(node.rpc, key, node.chain_id, journal=journal)
            assert sender.find("ballots 1") == [ticket]
            assert sender.wait(ticket).transaction_hash == hashes[0]
            assert sender.send(gift()).nonce == 1
        assert gifts(node) == 2

    def test_a_process_killed_while_sending_loses_and_doubles_nothing(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, tmp_path: Path
    ) -> None:
        """The child dies by SIGKILL when the node has its transaction but the answer is not out."""
        child: list[subprocess.Popen[str]] = []

        def kill(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
            if request["method"] == SEND:
                child[0].send_signal(signal.SIGKILL)
            return answer

        proxy.after = kill
        program = f"""
import sys
from pathlib import Path
from eth_account import Account
from hanpyo.chain.journal import FileJournal
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import TransactionRequest
journal = FileJournal(Path({str(tmp_path / "journal")!r}))
key = Account.from_key(sys.stdin.readline().strip())
sender = Sender(Rpc({proxy.url!r}), key, {node.chain_id}, journal=journal)
sender.transact(TransactionRequest({GIFT!r}, value=7, gas=21_000, label="once"))
"""
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, text=True
        ) as process:
            child.append(process)
            process.communicate(bytes(key.key).hex())
        assert process.returncode == -signal.SIGKILL
        with FileJournal(tmp_path / "journal") as journal:
            sender = Sender(node.rpc, key, node.chain_id, journal=journal)
            assert sender.wait(sender.find("once")[0]).succeeded
        assert gifts(node) == 7
        assert node.rpc.nonce(key.address, "pending") == 1

    def test_an_answer_lost_after_the_node_took_it_is_found_by_hash(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, steps: Steps
    ) -> None:
        proxy.after = lambda request, answer: (
            Reply(drop=True) if request["method"] == SEND else answer
        )
        sender = Sender(rpc, key, node.chain_id, pace=steps.pace())
        assert sender.transact(gift()).succeeded
        assert gifts(node) == 1
        assert node.rpc.nonce(key.address, "pending") == 1

    def test_a_restarted_node_gets_the_same_bytes_again(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        sender = Sender(node.rpc, key, node.chain_id, pace=steps.pace())
        tickets = sender.send_many([gift(), gift()])
        hashes = pending(node)
        node.restart()
        node.controls.set_automine(False)
        assert pending(node) == set()
        steps.between = node.controls.mine
        receipts = sender.wait_all(tickets)
        assert {receipt.transaction_hash for receipt in receipts} == hashes

    def test_a_node_that_is_away_for_a_while_is_waited_for(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, steps: Steps
    ) -> None:
        sender = Sender(rpc, key, node.chain_id, pace=steps.pace())
        proxy.before = lambda request: Reply(drop=True)
        with pytest.raises(TransportError):
            sender.send(gift())
        proxy.before = hang_up_on_sending
        ticket = sender.send(gift())
        proxy.before = lambda request: Reply(drop=True) if steps.now < 30 else None
        assert sender.wait(ticket).succeeded
        assert 30 < steps.now < 40

    def test_a_dropped_transaction_is_sent_again(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        sender = Sender(node.rpc, key, node.chain_id, pace=steps.pace())
        ticket = sender.send(gift())
        (dropped,) = pending(node)
        node.controls.drop_transaction(dropped)
        steps.between = node.controls.mine
        assert sender.wait(ticket).transaction_hash == dropped

    def test_a_reorganised_transaction_is_sent_again(
        self, remembering_node: EmbeddedNode, steps: Steps
    ) -> None:
        node = remembering_node
        sender = Sender(
            node.rpc, node.accounts[0], node.chain_id, confirmations=3, pace=steps.pace()
        )
        ticket = sender.send(gift())
        node.controls.mine()
        first = node.rpc.block_number()
        node.controls.reorganise(first)
        assert gifts(node) == 0
        steps.between = node.controls.mine
        receipt = sender.wait(ticket)
        assert receipt.block_number > first
        assert receipt.block_hash == node.rpc.block_hash(receipt.block_number)
        assert gifts(node) == 1

    def test_a_chain_that_began_anew_is_refused(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps, tmp_path: Path
    ) -> None:
        node.controls.set_automine(False)
        with FileJournal(tmp_path / "journal") as journal:
            sender = Sender(node.rpc, key, node.chain_id, journal=journal, pace=steps.pace())
            ticket = sender.send(gift())
            started = genesis_time(node)
            node.kill()
            while int(time.time()) <= started:
                time.sleep(0.01)
            node.restart()
            with pytest.raises(ChainReset):
                sender.wait(ticket)
        with FileJournal(tmp_path / "journal") as journal, pytest.raises(JournalOfAnother):
            Sender(node.rpc, key, node.chain_id, journal=journal)

    def test_patience_ends_and_waiting_again_is_safe(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        sender = Sender(node.rpc, key, node.chain_id, pace=steps.pace(patience=3.0))
        ticket = sender.send(gift())
        with pytest.raises(Unconfirmed, match="from nonce 0"):
            sender.wait(ticket)
        node.controls.mine()
        assert sender.wait(ticket).succeeded
        assert gifts(node) == 1

    def test_a_storm_of_faults_neither_loses_nor_doubles(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, steps: Steps
    ) -> None:
        """Every other exchange fails, each time in another way."""
        faults = [
            Reply(status=429, headers={"Retry-After": "1"}),
            Reply(b"<html>"),
            Reply(drop=True),
            Reply(status=503),
            Reply(b'{"jsonrpc":"2.0"', announced=200),
            Reply(b"null"),
        ]
        count = iter(range(10**9))

        def storm(request: Any) -> Reply | None:
            number = next(count)
            return faults[number // 2 % len(faults)] if number % 2 else None

        def lose_answers(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any] | Reply:
            lost = request["method"] == SEND and next(count) % 3 == 0
            return Reply(drop=True) if lost else answer

        proxy.before, proxy.after = storm, lose_answers
        with Rpc(proxy.url, retries=Retries(tries=6, sleep=lambda pause: None)) as rpc:
            sender = Sender(rpc, key, node.chain_id, pace=steps.pace())
            receipts = [sender.transact(gift()) for _ in range(10)]
        assert len({receipt.transaction_hash for receipt in receipts}) == 10
        assert gifts(node) == 10
        assert node.rpc.nonce(key.address, "pending") == 10

    @staticmethod
    def owner(node: EmbeddedNode, key: LocalAccount) -> Owner:
        return Owner(key.address, node.chain_id, node.rpc.block_hash(0))


class TestFees:
    def test_a_fee_spike_is_met_with_a_replacement(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        journal = MemoryJournal()
        sender = Sender(node.rpc, key, node.chain_id, journal=journal, pace=steps.pace())
        tickets = sender.send_many([gift(), gift()])
        node.controls.set_next_base_fee(20 * GWEI)
        node.controls.mine()
        steps.between = node.controls.mine
        receipts = sender.wait_all(tickets)
        attempts = journal.open(TestLostAndFound.owner(node, key))
        for nonce, receipt in enumerate(receipts):
            first, *_, last = [a for a in attempts if a.nonce == nonce]
            assert receipt.transaction_hash == last.hash
            assert 8 * last.fees.max_fee >= 9 * first.fees.max_fee
            assert 8 * last.fees.tip >= 9 * first.fees.tip
            assert Transaction.decode(last.raw).to == Transaction.decode(first.raw).to
        assert gifts(node) == 2

    def test_the_original_may_mine_after_its_replacement_was_sent(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        journal = MemoryJournal()
        sender = Sender(rpc, key, node.chain_id, journal=journal, pace=steps.pace())
        ticket = sender.send(gift())
        owner = TestLostAndFound.owner(node, key)
        original = journal.open(owner)[0]

        def lose_replacements(request: Any) -> Reply | None:
            other = SEND in methods(request) and original.raw.hex() not in str(request)
            return Reply(drop=True) if other else None

        proxy.before = lose_replacements

        def mine_when_replaced() -> None:
            if len(journal.open(owner)) > 1:
                node.controls.mine()

        steps.between = mine_when_replaced
        receipt = sender.wait(ticket)
        assert receipt.transaction_hash == original.hash
        assert len(journal.open(owner)) > 1
        assert gifts(node) == 1

    def test_the_ceiling_is_an_alarm_and_the_transaction_stays_open(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        policy = FeePolicy(ceiling=5 * GWEI)
        sender = Sender(node.rpc, key, node.chain_id, fees=policy, pace=steps.pace())
        ticket = sender.send(gift())
        node.controls.set_next_base_fee(50 * GWEI)
        node.controls.mine()
        with pytest.raises(FeeCeilingReached):
            sender.wait(ticket)
        with pytest.raises(FeeCeilingReached):
            sender.send(gift())
        node.controls.set_next_base_fee(GWEI)
        node.controls.mine()
        steps.between = node.controls.mine
        assert sender.wait(ticket).succeeded
        assert gifts(node) == 1

    def test_an_account_without_money_is_told_and_goes_on_when_it_has_some(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_balance(key.address, 0)
        sender = Sender(node.rpc, key, node.chain_id, pace=steps.pace())
        ticket = sender.send(gift())
        with pytest.raises(InsufficientFunds):
            sender.wait(ticket)
        node.controls.set_balance(key.address, 10**18)
        assert sender.wait(ticket).succeeded
        assert gifts(node) == 1


class TestSharedKey:
    def test_a_nonce_taken_by_another_is_told_and_the_sender_pauses(
        self, node: EmbeddedNode, key: LocalAccount, proxy: Proxy, rpc: Rpc, steps: Steps
    ) -> None:
        sender = Sender(rpc, key, node.chain_id, pace=steps.pace())
        proxy.before = hang_up_on_sending
        ticket = sender.send(gift("ours", value=100))
        Sender(node.rpc, key, node.chain_id).transact(gift("theirs"))
        proxy.before = lambda request: None
        with pytest.raises(NonceTaken, match="nonce 0"):
            sender.wait(ticket)
        with pytest.raises(NonceTaken):
            sender.send(gift())
        sender.reconcile()
        assert sender.transact(gift("ours", value=100)).succeeded
        assert gifts(node) == 101

    def test_a_nonce_that_jumped_is_noticed_before_signing(
        self, node: EmbeddedNode, key: LocalAccount
    ) -> None:
        sender = Sender(node.rpc, key, node.chain_id)
        Sender(node.rpc, key, node.chain_id).transact(gift("theirs"))
        with pytest.raises(NonceTaken, match="nonce 0"):
            sender.send(gift())
        assert sender.find("gift") == []
        sender.reconcile()
        assert sender.transact(gift()).succeeded

    def test_a_new_sender_begins_after_what_the_pool_holds(
        self, node: EmbeddedNode, key: LocalAccount
    ) -> None:
        node.controls.set_automine(False)
        Sender(node.rpc, key, node.chain_id).send_many([gift(), gift()])
        assert Sender(node.rpc, key, node.chain_id).send(gift()).nonce == 2

    def test_a_gap_left_by_a_foreign_transaction_is_filled(
        self, node: EmbeddedNode, key: LocalAccount, steps: Steps
    ) -> None:
        node.controls.set_automine(False)
        Sender(node.rpc, key, node.chain_id).send(gift("theirs"))
        journal = MemoryJournal()
        sender = Sender(node.rpc, key, node.chain_id, journal=journal, pace=steps.pace())
        ticket = sender.send(gift("ours"))
        assert ticket.nonce == 1
        node.controls.drop_all()
        steps.between = node.controls.mine
        assert sender.wait(ticket).succeeded
        labels = [a.label for a in journal.open(TestLostAndFound.owner(node, key))]
        assert labels == ["ours", EMPTY_LABEL]
        assert gifts(node) == 1


def pending(node: EmbeddedNode) -> set[bytes]:
    """The hashes in the node's pool."""
    pool: Any = node.rpc.call("txpool_content")
    return {
        bytes.fromhex(transaction["hash"][2:])
        for part in ("pending", "queued")
        for by_nonce in pool[part].values()
        for transaction in by_nonce.values()
    }


def genesis_time(node: EmbeddedNode) -> int:
    block: Any = node.rpc.call("eth_getBlockByNumber", "0x0", False)
    return int(block["timestamp"], 16)
