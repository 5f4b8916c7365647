"""The one table from what nodes say to typed errors.

Clients word the same refusal differently (and number it differently: anvil -32003, geth -32000),
so the text decides. A text that no row knows becomes `UnknownNodeError`, which callers must treat
as an alarm and never as a reason to try again.
"""

from typing import ClassVar, Final

from hanpyo.chain.errors import ChainError


class NodeError(ChainError):
    """The node answered with a JSON-RPC error object.

    `rpc_code` is its number, `text` its words, `data` its payload when that is bytes (revert data).
    """

    code: ClassVar[str] = "node_error"
    advice: ClassVar[str] = "see the node's message"

    def __init__(self, rpc_code: int, text: str, data: bytes | None = None) -> None:
        self.rpc_code = rpc_code
        self.text = text
        self.data = data
        super().__init__(f"{self.advice} (the node said {text!r}, code {rpc_code})")


class UnknownNodeError(NodeError):
    """A refusal this version has never met: stop and tell the operator."""

    code: ClassVar[str] = "unknown_node_error"
    advice: ClassVar[str] = "the node refused for a reason that is not known; do not repeat blindly"


class AlreadyKnown(NodeError):
    """The node holds these very bytes: a success for whoever sends them again."""

    code: ClassVar[str] = "already_known"
    advice: ClassVar[str] = "the transaction is already in the pool"


class NonceTooLow(NodeError):
    """The account's nonce has passed this one: look up the stored hashes."""

    code: ClassVar[str] = "nonce_too_low"
    advice: ClassVar[str] = "a transaction with this nonce is already mined"


class NonceTooHigh(NodeError):
    """An earlier nonce is missing at the node: fill the gap first."""

    code: ClassVar[str] = "nonce_too_high"
    advice: ClassVar[str] = "an earlier transaction is missing; send it first"
    retryable: ClassVar[bool] = True


class ReplacementUnderpriced(NodeError):
    """The pool holds another transaction at this nonce and wants a larger rise of both fees."""

    code: ClassVar[str] = "replacement_underpriced"
    advice: ClassVar[str] = "raise both fees further to replace the pending transaction"


class FeeTooLow(NodeError):
    """The fee cap lies under the base fee, or the tip under the node's minimum."""

    code: ClassVar[str] = "fee_too_low"
    advice: ClassVar[str] = "the fees offered are below what the node takes now"


class FeeOverNodeCap(NodeError):
    """The node refuses to broadcast a transaction this expensive."""

    code: ClassVar[str] = "fee_over_node_cap"
    advice: ClassVar[str] = "the whole fee is above the cap configured on the node"


class InsufficientFunds(NodeError):
    """The account cannot pay the fee cap times the gas limit plus the value."""

    code: ClassVar[str] = "insufficient_funds"
    advice: ClassVar[str] = "the sending account needs more money for fees"


class GasLimitRefused(NodeError):
    """The gas limit is over the block's, over the transaction cap, or under the intrinsic cost."""

    code: ClassVar[str] = "gas_limit_refused"
    advice: ClassVar[str] = "change the gas limit of the transaction"


class TransactionOversized(NodeError):
    """The transaction has more bytes than the node's pool takes."""

    code: ClassVar[str] = "transaction_oversized"
    advice: ClassVar[str] = "send smaller batches"


class TransactionInvalid(NodeError):
    """Wrong chain id, bad signature, undecodable bytes or an unsupported type."""

    code: ClassVar[str] = "transaction_invalid"
    advice: ClassVar[str] = "the node cannot accept this transaction in any state"


class PoolFull(NodeError):
    """The node's pool takes no more transactions, of this account or at all, for now."""

    code: ClassVar[str] = "pool_full"
    advice: ClassVar[str] = "the node's pool is full; send again when blocks were mined"
    retryable: ClassVar[bool] = True


class ExecutionReverted(NodeError):
    """The call reverts; `data` holds the contract's reason when it gave one."""

    code: ClassVar[str] = "execution_reverted"
    advice: ClassVar[str] = "the contract refused the call"


class RangeRefused(NodeError):
    """A log query spans more blocks, results or time than the node allows: ask for fewer blocks."""

    code: ClassVar[str] = "range_refused"
    advice: ClassVar[str] = "ask for a smaller block range"


class BlockUnknown(NodeError):
    """The node does not have this block or no longer has its state."""

    code: ClassVar[str] = "block_unknown"
    advice: ClassVar[str] = "the node lacks the block or its state; it may lag or prune"
    retryable: ClassVar[bool] = True


class MethodUnsupported(NodeError):
    """The node does not offer this method."""

    code: ClassVar[str] = "method_unsupported"
    advice: ClassVar[str] = "use a node that offers this method"


class TooManyRequests(NodeError):
    """A provider's rate limit, told as a JSON-RPC error."""

    code: ClassVar[str] = "too_many_requests"
    advice: ClassVar[str] = "wait before asking again or use another provider"
    retryable: ClassVar[bool] = True


# Matched in order as lower-case substrings: the first row wins, so narrower texts stand first.
_TEXTS: Final[tuple[tuple[str, type[NodeError]], ...]] = (
    ("execution reverted", ExecutionReverted),
    ("vm execution error", ExecutionReverted),
    ("reverted", ExecutionReverted),
    ("evm error outofgas", GasLimitRefused),
    ("evm error", ExecutionReverted),
    ("invalid opcode", ExecutionReverted),
    ("invalid jump", ExecutionReverted),
    ("stack underflow", ExecutionReverted),
    ("stack limit reached", ExecutionReverted),
    ("already known", AlreadyKnown),
    ("alreadyknown", AlreadyKnown),
    ("already imported", AlreadyKnown),
    ("already_exists", AlreadyKnown),
    ("known transaction", AlreadyKnown),
    ("same hash was already imported", AlreadyKnown),
    ("nonce too low", NonceTooLow),
    ("nonce is too low", NonceTooLow),
    ("oldnonce", NonceTooLow),
    ("nonce too high", NonceTooHigh),
    ("nonce is too high", NonceTooHigh),
    ("noncegap", NonceTooHigh),
    ("nonce is too distant", NonceTooHigh),
    ("gapped-nonce", NonceTooHigh),
    ("replacement transaction underpriced", ReplacementUnderpriced),
    ("replacementnotallowed", ReplacementUnderpriced),
    ("replacement not allowed", ReplacementUnderpriced),
    ("could not replace existing tx", ReplacementUnderpriced),
    ("exceeds the configured cap", FeeOverNodeCap),
    ("max fee per gas less than block base fee", FeeTooLow),
    ("max priority fee per gas higher than max fee per gas", TransactionInvalid),
    ("transaction underpriced", FeeTooLow),
    ("gas price below", FeeTooLow),
    ("gas price is below", FeeTooLow),
    ("feetoolow", FeeTooLow),
    ("gas tip cap", FeeTooLow),
    ("insufficient funds", InsufficientFunds),
    ("insufficientfunds", InsufficientFunds),
    ("upfront cost exceeds account balance", InsufficientFunds),
    ("sender doesn't have enough funds", InsufficientFunds),
    ("exceeds block gas limit", GasLimitRefused),
    ("exceeds the block gas limit", GasLimitRefused),
    ("block gas limit exceeded", GasLimitRefused),
    ("gaslimitexceeded", GasLimitRefused),
    ("transaction gas limit", GasLimitRefused),
    ("intrinsic gas too", GasLimitRefused),
    ("floor data gas cost", GasLimitRefused),
    ("gas floor", GasLimitRefused),
    ("gas required exceeds allowance", GasLimitRefused),
    ("out of gas", GasLimitRefused),
    ("oversized data", TransactionOversized),
    ("tx size", TransactionOversized),
    ("invalid chain id", TransactionInvalid),
    ("chain id mismatch", TransactionInvalid),
    ("invalid sender", TransactionInvalid),
    ("invalid signature", TransactionInvalid),
    ("failed to decode signed transaction", TransactionInvalid),
    ("failed to decode transaction", TransactionInvalid),
    ("typed transaction too short", TransactionInvalid),
    ("transaction type not supported", TransactionInvalid),
    ("rlp:", TransactionInvalid),
    ("txpool is full", PoolFull),
    ("pool is full", PoolFull),
    ("in-flight transaction limit", PoolFull),
    ("already reserved", PoolFull),
    ("query returned more than", RangeRefused),
    ("response size", RangeRefused),
    ("block range", RangeRefused),
    ("range is too", RangeRefused),
    ("range too", RangeRefused),
    ("limited to a", RangeRefused),
    ("query timeout", RangeRefused),
    ("too many results", RangeRefused),
    ("too many logs", RangeRefused),
    ("blockoutofrange", BlockUnknown),
    ("header not found", BlockUnknown),
    ("block not found", BlockUnknown),
    ("unknown block", BlockUnknown),
    ("missing trie node", BlockUnknown),
    ("state not available", BlockUnknown),
    ("historical state", BlockUnknown),
    ("required historical", BlockUnknown),
    ("pruned", BlockUnknown),
    ("required data unavailable", BlockUnknown),
    ("method not found", MethodUnsupported),
    ("does not exist/is not available", MethodUnsupported),
    ("method not supported", MethodUnsupported),
    ("unsupported method", MethodUnsupported),
    ("not implemented", MethodUnsupported),
    ("rate limit", TooManyRequests),
    ("too many requests", TooManyRequests),
    ("request count exceeded", TooManyRequests),
    ("capacity exceeded", TooManyRequests),
)

_METHOD_NOT_FOUND: Final = -32601  # JSON-RPC 2.0
_EXECUTION_ERROR: Final = 3  # geth's number for a reverted call


def node_error(rpc_code: int, text: str, data: bytes | None = None) -> NodeError:
    """The typed error for a JSON-RPC error object; `UnknownNodeError` when nothing matches."""
    lowered = text.lower()
    for fragment, kind in _TEXTS:
        if fragment in lowered:
            return kind(rpc_code, text, data)
    if rpc_code == _METHOD_NOT_FOUND:
        return MethodUnsupported(rpc_code, text, data)
    if rpc_code == _EXECUTION_ERROR:
        return ExecutionReverted(rpc_code, text, data)
    return UnknownNodeError(rpc_code, text, data)
