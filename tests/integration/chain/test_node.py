import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hanpyo.chain import node as chain_node
from hanpyo.chain.errors import ChainError, WrongChain
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode, NodeStartFailed

WELL_KNOWN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # anvil's first usual account
OWNED_BY_A_CHILD = """
import sys, time
from hanpyo.chain.node import EmbeddedNode
node = EmbeddedNode()
node.start()
print(node.process_id, node._scratch, flush=True)
time.sleep(600)
"""


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process_id: int) -> bool:
    """Whether the process ends within a minute."""
    for _ in range(3_000):
        if not alive(process_id):
            return True
        time.sleep(0.02)
    return False


def test_a_node_serves_its_own_chain_with_its_own_money(node: EmbeddedNode) -> None:
    assert node.rpc.chain_id() == node.chain_id
    assert [node.rpc.balance(a.address) for a in node.accounts] == [ENDOWMENT] * 4


def test_no_well_known_key_has_money(node: EmbeddedNode) -> None:
    assert node.rpc.balance(WELL_KNOWN) == 0
    assert node.rpc.call("eth_accounts") == []


def test_two_nodes_are_two_chains(node: EmbeddedNode) -> None:
    with EmbeddedNode() as other:
        assert other.url != node.url
        assert other.rpc.chain_id() != node.rpc.chain_id()


def test_a_port_that_another_takes_first_is_left_to_it(
    node: EmbeddedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = int(node.url.rpartition(":")[2])
    ports = iter([taken, taken, chain_node._free_port()])
    monkeypatch.setattr(chain_node, "_free_port", lambda: next(ports))
    with EmbeddedNode() as second:
        assert second.url != node.url
        assert second.rpc.chain_id() == second.chain_id


def test_a_restart_keeps_chain_port_and_time(node: EmbeddedNode) -> None:
    node.controls.mine(3)
    node.controls.advance_to(node.controls.now() + 10**7)
    url, process = node.url, node.process_id
    before = node.rpc.block_number(), node.rpc.block_hash(2), node.controls.now()
    node.restart()
    assert (node.url, node.process_id) == (url, node.process_id)
    assert node.process_id != process
    assert (node.rpc.block_number(), node.rpc.block_hash(2), node.controls.now()) == before
    node.controls.mine()
    assert node.controls.now() > before[2]


def test_time_passes_however_many_blocks_come_meanwhile(node: EmbeddedNode) -> None:
    began = node.controls.now()
    for _ in range(3):
        node.controls.pass_time(10)
        node.controls.mine()
    assert node.controls.now() >= began + 30


def test_chain_time_does_not_go_back(node: EmbeddedNode) -> None:
    with pytest.raises(ChainError, match="cannot go back"):
        node.controls.advance_to(node.controls.now())


def test_a_stopped_node_leaves_no_process_and_no_folder() -> None:
    node = EmbeddedNode()
    node.start()
    process, folder = node.process_id, node._folder()
    assert alive(process)
    node.stop()
    node.stop()
    assert not alive(process)
    assert not folder.exists()


def test_a_node_ends_when_its_owner_is_killed() -> None:
    command = [sys.executable, "-c", OWNED_BY_A_CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        process, folder = child.stdout.readline().split()
        assert alive(int(process))
        child.send_signal(signal.SIGKILL)
    assert wait_until_gone(int(process))
    for _ in range(500):
        if not Path(folder).exists():
            break
        time.sleep(0.02)
    assert not Path(folder).exists()


def test_nothing_is_written_to_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with EmbeddedNode() as node:
        node.controls.mine(50)
        node.restart()
    assert list(tmp_path.iterdir()) == []


def test_a_state_file_carries_chain_and_keys_to_the_next_run(tmp_path: Path) -> None:
    state = tmp_path / "chain.json"
    with EmbeddedNode(state) as first:
        first.controls.mine(5)
        chain_id, accounts = first.chain_id, [a.address for a in first.accounts]
        tip = first.rpc.block_hash(first.rpc.block_number())
    with EmbeddedNode(state) as second:
        assert second.rpc.chain_id() == chain_id
        assert [a.address for a in second.accounts] == accounts
        assert second.rpc.block_hash(second.rpc.block_number()) == tip
    with pytest.raises(WrongChain):
        EmbeddedNode(state, chain_id=chain_id + 1).start()


def test_a_killed_node_without_a_saved_state_begins_anew(node: EmbeddedNode) -> None:
    node.controls.mine(3)
    node.kill()
    node.restart()
    assert node.rpc.block_number() == 0
    assert node.rpc.chain_id() == node.chain_id


def test_blocks_come_on_a_clock_when_asked() -> None:
    with EmbeddedNode(block_time=1) as node:
        before = node.rpc.block_number()
        for _ in range(1_500):
            if node.rpc.block_number() > before:
                break
            time.sleep(0.02)
        assert node.rpc.block_number() > before


@pytest.mark.parametrize(
    ("script", "words"), [("exit 1", "no message"), ("echo no such option >&2; exit 2", "no such")]
)
def test_a_program_that_ends_at_once_is_told(tmp_path: Path, script: str, words: str) -> None:
    program = tmp_path / "anvil"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(NodeStartFailed, match=words):
        EmbeddedNode(binary=program).start()


def test_a_node_is_started_once_and_used_while_it_runs(node: EmbeddedNode) -> None:
    with pytest.raises(ChainError, match="running already"):
        node.start()
    idle = EmbeddedNode()
    with pytest.raises(ChainError, match="not running"):
        _ = idle.url
    with pytest.raises(ChainError, match="never started"):
        _ = idle.chain_id


def test_the_first_block_stays_the_same_over_many_starts(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    seen = set()
    for _ in range(4):
        with EmbeddedNode(state) as node:
            seen.add(node.rpc.block_hash(0))
            node.controls.mine(2)
            node.restart()
            seen.add(node.rpc.block_hash(0))
    assert len(seen) == 1


def test_a_chain_that_was_lost_begins_with_another_block() -> None:
    with EmbeddedNode() as node:
        before = node.rpc.block_hash(0)
        node.kill()
        node.restart()
        assert node.rpc.block_hash(0) != before


def test_chain_time_goes_on_with_the_wall_clock(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with EmbeddedNode(state) as node:
        node.controls.mine()
    with EmbeddedNode(state, clock=lambda: time.time() + 500) as node:
        node.controls.mine()
        assert 490 <= node.controls.now() - time.time() <= 510
