"""Which requests to a node anyone may make through us, and how large each may be.

A list of what is allowed, by exact name: whatever drives, inspects or reconfigures a node
(`anvil_`, `evm_`, `debug_`, `admin_`, `personal_` …) is not on it in any spelling. Anyone may send
a transaction of their own: the record needs no permission.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, ClassVar, Final

from hanpyo.chain.errors import ChainError

GAS_CAP: Final = 30_000_000
"""Gas that one call or estimate may use."""
GAS_OF_A_READ: Final = 250_000
"""Gas that counts as much as a plain read. 30 million, spent on hashing memory, kept a node busy
for 0.46 s, a read for 0.2 ms: at 6,000 a minute one client gets less than half a core with this.
"""
BLOCKS_OF_A_READ: Final = 200
"""Blocks whose logs are looked through in the time of a plain read."""
SLOTS_OF_A_READ: Final = 16
FEE_BLOCKS_OF_A_READ: Final = 64
MOST_SLOTS: Final = 1_024
MOST_FEE_BLOCKS: Final = 1_024
MOST_PERCENTILES: Final = 20
MOST_ADDRESSES: Final = 20
MOST_TOPICS: Final = 100
_QUANTITY: Final = re.compile("0x[0-9a-fA-F]{1,64}")
LARGEST_TRANSACTION: Final = 128 * 1024  # bytes; what geth's pool takes
_CALL_FIELDS: Final = frozenset(
    [
        *("from", "to", "data", "input", "value", "nonce", "type", "chainId", "accessList"),
        *("gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas"),
    ]
)
_TAGS: Final = frozenset(["earliest", "latest", "safe", "finalized", "pending"])
_ENDS: Final = ("fromBlock", "toBlock")
_FILTER_FIELDS: Final = frozenset(["address", "topics", "fromBlock", "toBlock", "blockHash"])


class MethodRefused(ChainError):
    """The method is not among those that anyone may use."""

    code: ClassVar[str] = "method_refused"


class ParametersRefused(ChainError):
    """The parameters are of another shape, or ask for too much."""

    code: ClassVar[str] = "parameters_refused"


def checked(method: object, params: object) -> tuple[str, tuple[Any, ...]]:
    """The method and parameters to pass on; raises `MethodRefused`, `ParametersRefused`."""
    check = _METHODS.get(method) if isinstance(method, str) else None
    if check is None or not isinstance(method, str):
        raise MethodRefused("this method is not served here")
    if not isinstance(params, list):
        raise ParametersRefused("the parameters are not an array")
    least, most, refine = check
    if not least <= len(params) <= most:
        raise ParametersRefused(f"{method} takes {least} to {most} parameters")
    return method, tuple(refine(params))


def weight(method: str, params: Sequence[Any], newest: int) -> int:
    """How many plain reads a checked request is worth, `newest` being the chain's highest block.

    What runs code counts by its gas, what looks through blocks or slots by their number.
    """
    match method:
        case "eth_call" | "eth_estimateGas":
            cost = int(params[0]["gas"], 0) / GAS_OF_A_READ
        case "eth_getLogs":
            cost = _blocks_of(params[0], newest) / BLOCKS_OF_A_READ
        case "eth_getProof":
            cost = len(params[1]) / SLOTS_OF_A_READ
        case "eth_feeHistory":
            cost = _quantity(params[0], "blockCount") / FEE_BLOCKS_OF_A_READ
        case _:
            cost = 1
    return max(1, ceil(cost))


def _blocks_of(wanted: Mapping[str, Any], newest: int) -> int:
    """How many blocks a filter's range has."""
    if "blockHash" in wanted:
        return 1
    first, last = (_number(wanted.get(end), newest) for end in _ENDS)
    return min(last, newest) - first + 1


def _number(block: str | None, newest: int) -> int:
    """The number a block's name stands for; all tags but one are near the newest."""
    if block == "earliest":
        return 0
    return newest if block is None or block in _TAGS else int(block, 0)


def _as_given(params: Sequence[Any]) -> Sequence[Any]:
    if any(isinstance(each, (dict, list, float)) for each in params[:1]):
        raise ParametersRefused("the first parameter is a text")
    return params


def _call(params: Sequence[Any]) -> Sequence[Any]:
    """A call with a bounded amount of gas, and no state made up for it."""
    fields = _object(params[0], _CALL_FIELDS)
    gas = min(_quantity(fields.get("gas", GAS_CAP), "gas"), GAS_CAP)
    return [{**fields, "gas": hex(gas)}, *params[1:]]


def _logs(params: Sequence[Any]) -> Sequence[Any]:
    """Logs of named contracts only: reading a whole chain's is for nodes of one's own."""
    fields = _object(params[0], _FILTER_FIELDS)
    address = fields.get("address")
    addresses = address if isinstance(address, list) else [address]
    if not addresses or not all(isinstance(each, str) for each in addresses):
        raise ParametersRefused("name the address of the contract whose logs are wanted")
    if not all(_is_block(fields.get(end)) for end in _ENDS):
        raise ParametersRefused("fromBlock and toBlock are quantities or tags")
    topics = fields.get("topics") or []
    alternatives = [each for each in topics if isinstance(each, list)]
    if len(addresses) > MOST_ADDRESSES or sum(map(len, alternatives)) > MOST_TOPICS:
        raise ParametersRefused("too many addresses or topics at once")
    return params


def _is_block(value: Any) -> bool:
    is_name = isinstance(value, str) and (value in _TAGS or bool(_QUANTITY.fullmatch(value)))
    return value is None or is_name


def _proof(params: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(params[1], list) or len(params[1]) > MOST_SLOTS:
        raise ParametersRefused(f"at most {MOST_SLOTS} slots at once")
    return _as_given(params)


def _fee_history(params: Sequence[Any]) -> Sequence[Any]:
    if _quantity(params[0], "blockCount") > MOST_FEE_BLOCKS:
        raise ParametersRefused(f"at most {MOST_FEE_BLOCKS} blocks at once")
    wanted = [*params, []][2]
    if not isinstance(wanted, list) or len(wanted) > MOST_PERCENTILES:
        raise ParametersRefused(f"at most {MOST_PERCENTILES} percentiles at once")
    return params


def _transaction(params: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(params[0], str) or len(params[0]) > 2 + 2 * LARGEST_TRANSACTION:
        raise ParametersRefused(f"a transaction has at most {LARGEST_TRANSACTION} bytes")
    return params


def _object(value: Any, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not value.keys() <= known:
        raise ParametersRefused("the first parameter is not an object of the known fields")
    return value


def _quantity(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 0)
    raise ParametersRefused(f"{name} is not a quantity")


_Check = tuple[int, int, Callable[[Sequence[Any]], Sequence[Any]]]
_METHODS: Final[Mapping[str, _Check]] = {
    "eth_blobBaseFee": (0, 0, _as_given),
    "eth_blockNumber": (0, 0, _as_given),
    "eth_call": (1, 2, _call),
    "eth_chainId": (0, 0, _as_given),
    "eth_estimateGas": (1, 2, _call),
    "eth_feeHistory": (2, 3, _fee_history),
    "eth_gasPrice": (0, 0, _as_given),
    "eth_getBalance": (1, 2, _as_given),
    "eth_getBlockByHash": (2, 2, _as_given),
    "eth_getBlockByNumber": (2, 2, _as_given),
    "eth_getBlockReceipts": (1, 1, _as_given),
    "eth_getBlockTransactionCountByHash": (1, 1, _as_given),
    "eth_getBlockTransactionCountByNumber": (1, 1, _as_given),
    "eth_getCode": (1, 2, _as_given),
    "eth_getLogs": (1, 1, _logs),
    "eth_getProof": (3, 3, _proof),
    "eth_getStorageAt": (2, 3, _as_given),
    "eth_getTransactionByBlockHashAndIndex": (2, 2, _as_given),
    "eth_getTransactionByBlockNumberAndIndex": (2, 2, _as_given),
    "eth_getTransactionByHash": (1, 1, _as_given),
    "eth_getTransactionCount": (1, 2, _as_given),
    "eth_getTransactionReceipt": (1, 1, _as_given),
    "eth_maxPriorityFeePerGas": (0, 0, _as_given),
    "eth_sendRawTransaction": (1, 1, _transaction),
    "eth_syncing": (0, 0, _as_given),
    "net_version": (0, 0, _as_given),
    "web3_clientVersion": (0, 0, _as_given),
}
PUBLIC_METHODS: Final = tuple(_METHODS)
