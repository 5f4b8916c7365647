"""State proofs: what an account and its storage held in a block, proven by the header alone.

`fetch_state` asks a node for EIP-1186 proofs; `StateProof.verify` needs no node and serves offline
evidence as well.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.encoding import InvalidEncoding, as_bytes, as_integer, decode, decode_list
from hanpyo.chain.errors import InvalidProof
from hanpyo.chain.headers import Header
from hanpyo.chain.quantities import (
    read_address,
    read_data,
    read_list,
    read_object,
    to_data,
    to_quantity,
)
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tries import EMPTY_ROOT, read_proof

EMPTY_CODE_HASH: Final = keccak(b"")
_ACCOUNT_FIELDS: Final = 4  # nonce, balance, storage root, code hash
_ASKED: Final = 3
_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as the state trie holds it; `balance` in wei."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


ABSENT: Final = AccountState(0, 0, EMPTY_ROOT, EMPTY_CODE_HASH)


@dataclass(frozen=True, slots=True)
class SlotProof:
    """The trie nodes that prove one storage slot."""

    slot: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StateProof:
    """The trie nodes that prove an account and some of its slots under one state root."""

    address: ChecksumAddress
    nodes: tuple[bytes, ...]
    slots: tuple[SlotProof, ...]

    def verify(self, state_root: bytes) -> tuple[AccountState, dict[int, int]]:
        """The account (`ABSENT` when proven absent) and the value of each slot under `state_root`.

        Raises `InvalidProof` or `InvalidEncoding`.
        """
        account = read_account(state_root, self.address, self.nodes)
        values = {
            proof.slot: read_slot(account.storage_root, proof.slot, proof.nodes)
            for proof in self.slots
        }
        return account, values


def read_account(
    state_root: bytes, address: ChecksumAddress, nodes: Sequence[bytes]
) -> AccountState:
    """The account at `address` under `state_root`, `ABSENT` when there is none."""
    encoded = read_proof(state_root, keccak(bytes.fromhex(address[2:])), nodes)
    if encoded is None:
        return ABSENT
    fields = decode_list(encoded)
    if len(fields) != _ACCOUNT_FIELDS:
        raise InvalidEncoding("a proven account has not four fields")
    nonce, balance, storage_root, code_hash = fields
    return AccountState(
        as_integer(nonce), as_integer(balance), as_bytes(storage_root), as_bytes(code_hash)
    )


def read_slot(storage_root: bytes, slot: int, nodes: Sequence[bytes]) -> int:
    """The value of storage slot `slot` under `storage_root`; 0 when nothing is stored."""
    encoded = read_proof(storage_root, keccak(slot.to_bytes(32)), nodes)
    return 0 if encoded is None else as_integer(decode(encoded))


def fetch_state(
    rpc: Rpc, header: Header, address: ChecksumAddress, slots: Sequence[int] = ()
) -> StateProof:
    """The proof of `address` and `slots` in the block of `header`, already verified against it.

    A node that makes a block at that moment may prove the state after it (anvil does), so what does
    not verify is asked for three times. Raises `InvalidProof`; `BlockUnknown` where the node keeps
    no state that old (anvil with pruned history proves its newest block only).
    """
    for _ in range(_ASKED - 1):
        try:
            return _ask(rpc, header, address, slots)
        except InvalidProof:
            time.sleep(_PAUSE)
    return _ask(rpc, header, address, slots)


def _ask(rpc: Rpc, header: Header, address: ChecksumAddress, slots: Sequence[int]) -> StateProof:
    keys = [to_data(slot.to_bytes(32)) for slot in slots]
    found = read_object(
        rpc.call("eth_getProof", address, keys, to_quantity(header.number)), "eth_getProof"
    )
    answers = read_list(found.get("storageProof"), "storageProof")
    if len(answers) != len(slots):
        raise InvalidProof(f"{len(slots)} slots were asked for, {len(answers)} were answered")
    proof = StateProof(
        address=to_checksum_address(read_address(address, "address")),
        nodes=_nodes(found.get("accountProof"), "accountProof"),
        slots=tuple(
            SlotProof(slot, _nodes(read_object(answer, "storageProof").get("proof"), "proof"))
            for slot, answer in zip(slots, answers, strict=True)
        ),
    )
    proof.verify(header.state_root)
    return proof


def _nodes(value: object, name: str) -> tuple[bytes, ...]:
    return tuple(read_data(node, name) for node in read_list(value, name))
