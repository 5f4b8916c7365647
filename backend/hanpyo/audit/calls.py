"""What a transaction asked of the election, where it asked it directly."""

from dataclasses import dataclass
from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.chain.encoding import as_bytes, decode_list
from hanpyo.chain.transactions import LEGACY, Transaction
from hanpyo.protocol.compact import FORMAT as COMPACT
from hanpyo.protocol.desk import FORMAT as DESK
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.wide import FORMAT as WIDE

_FORMATS: Final = {
    keccak(b"cast(bytes)")[:4]: COMPACT,
    keccak(b"castWide(bytes)")[:4]: WIDE,
    keccak(b"castDesk(bytes)")[:4]: DESK,
}
_REBIND: Final = keccak(b"rebind(uint32,uint16,bytes)")[:4]
_WORD: Final = 32
_FIRST_UNTYPED: Final = 0xC0  # EIP-2718


@dataclass(frozen=True, slots=True)
class BatchCall:
    """The bytes given to `cast`, `castWide` or `castDesk`; `format` is the batch's format byte."""

    format: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RebindCall:
    """The arguments of `rebind`."""

    voter: int
    epoch: int
    signatures: bytes


def direct_call(evidence: Evidence, transaction: Transaction) -> BatchCall | RebindCall | None:
    """The call, or None when it went through another contract or is of another kind."""
    if transaction.to is None or bytes.fromhex(transaction.to[2:]) != evidence.election:
        return None
    selector, arguments = transaction.data[:4], transaction.data[4:]
    if selector in _FORMATS:
        data = _dynamic(arguments, 0)
        return None if data is None else BatchCall(_FORMATS[selector], data)
    if selector == _REBIND:
        signatures = _dynamic(arguments, 2)
        voter, epoch = (_number(arguments, place) for place in (0, 1))
        return None if signatures is None else RebindCall(voter, epoch, signatures)
    return None


def signed_chain_id(transaction: Transaction) -> int | None:
    """The chain id that the transaction is signed for; None where its form does not say."""
    kind = transaction.encoded[0] if transaction.encoded[0] < _FIRST_UNTYPED else LEGACY
    if kind == LEGACY:
        return None
    return int.from_bytes(as_bytes(decode_list(transaction.encoded[1:])[0]), "big")


def _number(arguments: bytes, place: int) -> int:
    return int.from_bytes(arguments[_WORD * place : _WORD * place + _WORD], "big")


def _dynamic(arguments: bytes, place: int) -> bytes | None:
    """The bytes whose offset stands at `place`, as Solidity's decoder finds them."""
    offset = _number(arguments, place)
    if offset + _WORD > len(arguments):
        return None
    length = int.from_bytes(arguments[offset : offset + _WORD], "big")
    data = arguments[offset + _WORD : offset + _WORD + length]
    return data if len(data) == length else None
