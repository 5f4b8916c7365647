"""An Ape account as Hanpyo sees it: keys stay in Ape's keystores, and Ape asks before signing."""

from typing import Any

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tickets import TransactionRequest, TransactionReverted


class ApeWallet:
    """Sends one transaction at a time through Ape's connected provider."""

    def __init__(self, account: Any, provider: Any, rpc: Rpc) -> None:
        self._account = account
        self._provider = provider
        self._rpc = rpc

    @property
    def address(self) -> ChecksumAddress:
        """The account."""
        return to_checksum_address(self._account.address)

    def transact(self, request: TransactionRequest) -> Receipt:
        """Sign with Ape, send and wait; raises `TransactionReverted`, and what Ape raises."""
        fields: dict[str, Any] = {"data": request.data, "value": request.value}
        if request.to is not None:
            fields["receiver"] = request.to
        transaction = self._provider.network.ecosystem.create_transaction(**fields)
        sent = self._account.call(transaction)
        found: Any = self._rpc.call("eth_getTransactionReceipt", sent.txn_hash)
        receipt = Receipt.from_rpc(found)
        if not receipt.succeeded:
            raise TransactionReverted(request.label, "it reverted when mined", None, receipt)
        return receipt
