"""Logs as the contract emits them, through an ABI encoder that is not ours."""

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hanpyo.chain.receipts import Log

ELECTION = to_checksum_address(bytes(19) + b"\x01")


def log(signature: str, indexed: int | None, types: list[str], values: list[object]) -> Log:
    """The log of the event with this signature; `indexed` is its topic if it has one."""
    topics = [keccak(text=signature)]
    if indexed is not None:
        topics.append(indexed.to_bytes(32, "big"))
    return Log(
        address=ELECTION,
        topics=tuple(topics),
        data=encode(types, values),
        block_number=1,
        block_hash=bytes(32),
        transaction_hash=bytes(32),
        transaction_index=0,
        log_index=0,
    )
