"""The newest final block as the follower knows it, with its time from the node."""

from dataclasses import dataclass

from hanpyo.chain.headers import fetch_header
from hanpyo.db.models import ChainHead
from hanpyo.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Final:
    """A block that is not taken back any more. `timestamp` is in seconds since 1970."""

    number: int
    timestamp: int


def final_block(runtime: Runtime) -> Final | None:
    """The newest final block; None before one is known. Raises `TransportError`, `NodeError`."""
    with runtime.database.read() as session:
        head = session.get(ChainHead, 1)
    if head is None or head.final_number < 0:
        return None
    return Final(head.final_number, fetch_header(runtime.rpc, head.final_number).timestamp)
