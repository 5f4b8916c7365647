"""Signs requests into attempts for one account on one chain. No I/O."""

from eth_account.signers.local import LocalAccount
from eth_account.types import TransactionDictType
from eth_typing import ChecksumAddress

from hanpyo.chain.fees import Fees
from hanpyo.chain.journal import Attempt
from hanpyo.chain.tickets import (
    GAS_CAP,
    SIZE_CAP,
    GasCapExceeded,
    SizeCapExceeded,
    TransactionRequest,
)
from hanpyo.chain.transactions import Transaction

EMPTY_LABEL = "empty transaction that fills a nonce"
_EMPTY_GAS = 21_000  # the cost of a transaction that does nothing


class AttemptSigner:
    """Makes EIP-1559 transactions within the gas and size caps of public chains."""

    def __init__(self, account: LocalAccount, chain_id: int) -> None:
        self._account = account
        self._chain_id = chain_id

    @property
    def address(self) -> ChecksumAddress:
        """The sending account."""
        return self._account.address

    def sign(self, nonce: int, request: TransactionRequest, gas: int, fees: Fees) -> Attempt:
        """A signed attempt at `request`; raises `GasCapExceeded`, `SizeCapExceeded`."""
        if gas > GAS_CAP:
            raise GasCapExceeded(gas)
        fields: TransactionDictType = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": nonce,
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.tip,
            "value": request.value,
            "data": request.data,
        }
        if request.to is not None:
            fields["to"] = request.to
        signed = self._account.sign_transaction(fields)
        raw = bytes(signed.raw_transaction)
        if len(raw) > SIZE_CAP:
            raise SizeCapExceeded(len(raw))
        return Attempt(request.label, nonce, gas, fees, bytes(signed.hash), raw)

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
