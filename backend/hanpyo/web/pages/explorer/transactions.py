"""A transaction's page: what was called, what the contracts said, and what of it was checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hanpyo.chain.encoding import InvalidEncoding
from hanpyo.chain.errors import UntrustworthyAnswer
from hanpyo.chain.explaining import Explained, Value, explain_call, explain_log
from hanpyo.chain.headers import Header
from hanpyo.chain.quantities import read_address, read_data, read_object, read_quantity
from hanpyo.chain.receipts import Log, Receipt
from hanpyo.chain.rpc import Call
from hanpyo.chain.transactions import Transaction
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import BallotKind, Channel
from hanpyo.web.pages.explorer.directory import Known, known_among
from hanpyo.web.pages.explorer.making import ask, explorer, node, nothing_there

_HASH: Final = re.compile("0x[0-9a-fA-F]{64}")
_MOST_EVENTS: Final = 300
_HEAD: Final = 2_048
_TERMS: Final = "terms"


@dataclass(frozen=True, slots=True)
class Event:
    """A log, with what it says where the contract is ours."""

    log: Log
    known: Known | None
    told: Explained | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A transaction with its receipt and block, which are None while it waits.

    `proven` says that its bytes hash to its name and its header to the block's.
    """

    hash: str
    sender: ChecksumAddress
    to: ChecksumAddress | None
    known: Known | None
    value: int
    nonce: int
    gas_limit: int
    data: bytes
    call: Explained | None
    receipt: Receipt | None
    block: Header | None
    events: tuple[Event, ...]
    more_events: int
    proven: bool

    @property
    def fee(self) -> int | None:
        """Wei that were paid for it."""
        if self.receipt is None or self.receipt.gas_price is None:
            return None
        return self.receipt.gas_used * self.receipt.gas_price

    @property
    def head(self) -> str:
        """The first bytes of the calldata."""
        return f"0x{self.data[:_HEAD].hex()}"


@explorer.get("/tx/<name>")
def transaction_page(name: str) -> ResponseReturnValue:
    """One transaction."""
    if not _HASH.fullmatch(name):
        return nothing_there(gettext("거래의 이름은 0x와 숫자·영문자(0-9, a-f) 64자입니다."))
    found, receipt = ask(
        Call("eth_getTransactionByHash", (name,)), Call("eth_getTransactionReceipt", (name,))
    )
    if found is None:
        return nothing_there(
            gettext("이 체인에 이런 이름의 거래가 없습니다. 다른 체인의 거래일 수 있습니다.")
        )
    with node():
        told = read_object(found, "transaction")
        done = None if receipt is None else Receipt.from_rpc(read_object(receipt, "receipt"))
    block = None if done is None else _header(done)
    with node():
        shown = _shown(name.lower(), told, done, block)
    return render_template("chain/transaction.html", shown=shown)


def _header(receipt: Receipt) -> Header | None:
    """The verified header of a receipt's block; None where the chain has another form of header."""
    (found,) = ask(Call("eth_getBlockByHash", (f"0x{receipt.block_hash.hex()}", False)))
    if found is None:
        return None
    try:
        header = Header.from_rpc(read_object(found, "block"))
    except (UntrustworthyAnswer, InvalidEncoding):
        return None
    return header if header.hash == receipt.block_hash else None


def _shown(
    name: str, told: Mapping[str, object], receipt: Receipt | None, block: Header | None
) -> Shown:
    to = None if told.get("to") is None else read_address(told["to"], "to")
    logs = receipt.logs if receipt else ()
    addresses = {bytes.fromhex(each[2:]) for each in (to, *(log.address for log in logs)) if each}
    known = known_among(addresses)
    own = known.get(bytes.fromhex(to[2:])) if to else None
    data = read_data(told.get("input"), "input")
    return Shown(
        hash=name,
        sender=read_address(told.get("from"), "from"),
        to=to,
        known=own,
        value=read_quantity(told.get("value"), "value"),
        nonce=read_quantity(told.get("nonce"), "nonce"),
        gas_limit=read_quantity(told.get("gas"), "gas"),
        data=data,
        call=explain_call(own.contract, data) if own else None,
        receipt=receipt,
        block=block,
        events=tuple(_event(log, known) for log in logs[:_MOST_EVENTS]),
        more_events=max(0, len(logs) - _MOST_EVENTS),
        proven=_is_proven(name, told),
    )


def _event(log: Log, known: Mapping[bytes, Known]) -> Event:
    own = known.get(bytes.fromhex(log.address[2:]))
    told = explain_log(own.contract, log) if own else None
    return Event(log, own, told and _with_terms(told))


def _with_terms(told: Explained) -> Explained:
    """An act's packed word, spelled out."""
    values: list[Value] = []
    for each in told.values:
        values.append(each)
        if each.name == _TERMS:
            values += _terms(int(each.text))
    return Explained(told.name, tuple(values), told.more)


def _terms(word: int) -> list[Value]:
    try:
        terms = Terms.unpack(word.to_bytes(32, "big"))
        told = {
            "kind": BallotKind(terms.kind).name.lower(),
            "channel": Channel(terms.channel).name.lower(),
            "class": terms.class_,
            "epoch": terms.epoch,
            "revision": terms.revision,
            "weight": terms.weight,
        }
    except (EncodingError, ValueError):
        return []
    return [Value(f"{_TERMS}.{name}", "", str(value)) for name, value in told.items()]


def _is_proven(name: str, told: Mapping[str, object]) -> bool:
    """Whether the transaction's bytes, made again from what the node told, hash to its name."""
    try:
        return f"0x{Transaction.from_rpc(told).hash.hex()}" == name
    except (UntrustworthyAnswer, InvalidEncoding):
        return False
