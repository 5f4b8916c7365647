"""Asking a contract wallet (ERC-1271) before its ballot is taken.

The answer holds for the state it was asked on and no longer: a wallet may answer otherwise when its
batch is mined, and then its ballot ends as refused by the wallet. An account that delegates to code
(EIP-7702) signs with its own key like any other, or by its code like a wallet.
"""

from typing import Final

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import ChainError, TransportError
from hanpyo.chain.node_errors import ExecutionReverted, GasLimitRefused, NodeError
from hanpyo.chain.quantities import read_data, to_data, to_quantity
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.batch import WideRecord
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.types import Digest
from hanpyo.relay.errors import WalletRefused, WalletUnreachable

_MAGIC: Final = bytes.fromhex("1626ba7e")  # ERC-1271
_WORD: Final = 32
# What the contract gives the check, and the start of a transaction and its data on top (EIP-2028).
_STIPEND: Final = 400_000
_START: Final = 21_000
_DATA_BYTE: Final = 16
_ZERO_BYTE: Final = 4


def ask_wallet(rpc: Rpc, domain: Domain, record: WideRecord, signed: Digest) -> None:
    """Return when the wallet confirms; raises `WalletRefused`, `WalletUnreachable`."""
    data = _MAGIC + encode(["bytes32", "bytes"], [signed, record.signature])
    call = {
        "from": to_checksum_address(domain.election),
        "to": to_checksum_address(record.key),
        "data": to_data(data),
        "gas": to_quantity(_gas(data)),
    }
    try:
        answer = read_data(rpc.call("eth_call", call, "latest"), "eth_call")
    except (ExecutionReverted, GasLimitRefused) as error:
        raise WalletRefused("signature", "the wallet's contract failed at the check") from error
    except (TransportError, NodeError, ChainError) as error:
        raise WalletUnreachable("the wallet cannot be asked now; try again soon") from error
    if len(answer) < _WORD or answer[:_WORD] != _MAGIC + bytes(_WORD - len(_MAGIC)):
        raise WalletRefused("signature", "the wallet does not confirm the signature")


def _gas(data: bytes) -> int:
    zeros = data.count(0)
    return _STIPEND + _START + zeros * _ZERO_BYTE + (len(data) - zeros) * _DATA_BYTE
