"""Signs requests into attempts for one account on one chain. No I/O."""

from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from hanpyo.chain.encoding import Encodable, encode
from hanpyo.chain.fees import Fees
from hanpyo.chain.journal import Attempt
from hanpyo.chain.keys import Key, LocalKey
from hanpyo.chain.tickets import (
    GAS_CAP,
    SIZE_CAP,
    GasCapExceeded,
    SizeCapExceeded,
    TransactionRequest,
)
from hanpyo.chain.transactions import DYNAMIC_FEE, Transaction

EMPTY_LABEL = "empty transaction that fills a nonce"
_EMPTY_GAS = 21_000  # the cost of a transaction that does nothing
_FIRST_V = 27  # v of a point with an even y


class AttemptSigner:
    """Makes EIP-1559 transactions within the gas and size caps of public chains."""

    def __init__(self, account: LocalAccount | Key, chain_id: int) -> None:
        self._key: Key = LocalKey(account) if isinstance(account, LocalAccount) else account
        self._chain_id = chain_id

    @property
    def address(self) -> ChecksumAddress:
        """The sending account."""
        return self._key.address

    def sign(self, nonce: int, request: TransactionRequest, gas: int, fees: Fees) -> Attempt:
        """A signed attempt at `request`; raises `GasCapExceeded`, `SizeCapExceeded`."""
        if gas > GAS_CAP:
            raise GasCapExceeded(gas)
        fields: list[Encodable] = [
            self._chain_id,
            nonce,
            fees.tip,
            fees.max_fee,
            gas,
            b"" if request.to is None else bytes.fromhex(request.to[2:]),
            request.value,
            request.data,
            [],
        ]
        signature = self._key.sign_transaction_payload(_typed(fields))
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        raw = _typed([*fields, signature[64] - _FIRST_V, r, s])
        if len(raw) > SIZE_CAP:
            raise SizeCapExceeded(len(raw))
        return Attempt(request.label, nonce, gas, fees, keccak(raw), raw)

    def replace(self, previous: Attempt, fees: Fees) -> Attempt:
        """The same transaction as `previous` at other fees."""
        transaction = Transaction.decode(previous.raw)
        request = TransactionRequest(
            transaction.to, transaction.data, transaction.value, label=previous.label
        )
        return self.sign(previous.nonce, request, previous.gas, fees)

    def empty(self, nonce: int, fees: Fees) -> Attempt:
        """A transaction that does nothing but use up `nonce`."""
        request = TransactionRequest(self.address, label=EMPTY_LABEL)
        return self.sign(nonce, request, _EMPTY_GAS, fees)


def _typed(fields: list[Encodable]) -> bytes:
    return bytes((DYNAMIC_FEE,)) + encode(fields)
