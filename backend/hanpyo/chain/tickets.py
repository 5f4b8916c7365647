"""What a caller asks a sender for, what it gets, and what can have become of it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from eth_typing import ChecksumAddress

from hanpyo.chain.errors import ChainError
from hanpyo.chain.receipts import Receipt

GAS_CAP: Final = 2**24  # EIP-7825
SIZE_CAP: Final = 128 * 1024  # bytes: geth's pool takes no larger transaction


class GasCapExceeded(ChainError):
    """The transaction needs or asks for more gas than any transaction may have."""

    code: ClassVar[str] = "gas_cap_exceeded"

    def __init__(self, gas: int) -> None:
        self.gas = gas
        super().__init__(
            f"the transaction needs {gas} gas, a transaction may have {GAS_CAP}: send less in it"
        )


class SizeCapExceeded(ChainError):
    """The signed transaction has more bytes than nodes take."""

    code: ClassVar[str] = "size_cap_exceeded"

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(
            f"the transaction has {size} bytes, nodes take {SIZE_CAP}: send less in it"
        )


class TransactionReverted(ChainError):
    """The contract refused: before sending (`receipt` None) or when mined. `data` is its reason."""

    code: ClassVar[str] = "transaction_reverted"

    def __init__(
        self, label: str, reason: str, data: bytes | None, receipt: Receipt | None = None
    ) -> None:
        self.label = label
        self.reason = reason
        self.data = data
        self.receipt = receipt
        super().__init__(f"{label or 'the transaction'} was refused by the contract: {reason}")


class ChainReset(ChainError):
    """The node came back with another genesis block: nothing sent before exists any more."""

    code: ClassVar[str] = "chain_reset"


class NonceTaken(ChainError):
    """Another transaction of the account, unknown to the journal, was mined with this nonce.

    Someone else uses the key. The request was not executed and never will be; the sender takes
    nothing more until `Sender.reconcile`.
    """

    code: ClassVar[str] = "nonce_taken"

    def __init__(self, nonce: int) -> None:
        self.nonce = nonce
        super().__init__(
            f"nonce {nonce} was used by a transaction that is not ours: find out who else holds "
            "the key, then reconcile the sender and send again"
        )


class Unconfirmed(ChainError):
    """Not confirmed within the time allowed; it may still be: wait again, do not send anew."""

    code: ClassVar[str] = "unconfirmed"
    retryable: ClassVar[bool] = True

    def __init__(self, nonces: tuple[int, ...]) -> None:
        self.nonces = nonces
        super().__init__(
            f"{len(nonces)} transactions from nonce {nonces[0]} on are not confirmed in time; they "
            "may still be: wait again"
        )


class RequestVoided(ChainError):
    """The node can never take this transaction; its nonce was filled with an empty one."""

    code: ClassVar[str] = "request_voided"

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(
            f"{label or 'the transaction'} was refused by the node for good and was not executed; "
            "its nonce was used up by an empty transaction"
        )


@dataclass(frozen=True, slots=True)
class TransactionRequest:
    """A transaction to be sent. `to` None creates a contract; `value` in wei.

    `gas` None estimates it on the newest state, which is wrong for a transaction that depends on
    an earlier one not yet mined: give a limit there. `label` names it in messages and the journal.
    """

    to: ChecksumAddress | None
    data: bytes = b""
    value: int = 0
    gas: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that was signed and journaled: it holds this nonce whatever happens."""

    nonce: int
    label: str
