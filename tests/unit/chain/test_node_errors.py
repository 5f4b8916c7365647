import pytest

from hanpyo.chain.node_errors import (
    AlreadyKnown,
    BlockUnknown,
    ExecutionReverted,
    FeeOverNodeCap,
    FeeTooLow,
    GasLimitRefused,
    InsufficientFunds,
    MethodUnsupported,
    NodeError,
    NonceTooHigh,
    NonceTooLow,
    PoolFull,
    RangeRefused,
    ReplacementUnderpriced,
    TooManyRequests,
    TransactionInvalid,
    TransactionOversized,
    UnknownNodeError,
    node_error,
)

# What clients say, in their own words: geth, anvil, Nethermind, Besu, Erigon and hosted providers.
CORPUS = [
    (-32000, "already known", AlreadyKnown),
    (-32003, "transaction already imported", AlreadyKnown),
    (-32010, "AlreadyKnown", AlreadyKnown),
    (-32000, "Known transaction", AlreadyKnown),
    (-32000, "ALREADY_EXISTS: already known", AlreadyKnown),
    (-32000, "nonce too low: next nonce 5, tx nonce 3", NonceTooLow),
    (-32003, "nonce too low", NonceTooLow),
    (-32010, "OldNonce, Current nonce: 6, nonce of rejected tx: 5", NonceTooLow),
    (-32001, "Nonce too low", NonceTooLow),
    (-32000, "nonce too high", NonceTooHigh),
    (-32006, "Transaction nonce is too distant from current sender nonce", NonceTooHigh),
    (-32000, "replacement transaction underpriced", ReplacementUnderpriced),
    (-32010, "ReplacementNotAllowed", ReplacementUnderpriced),
    (-32000, "could not replace existing tx", ReplacementUnderpriced),
    (-32000, "max fee per gas less than block base fee: address 0x0, maxFeePerGas: 1", FeeTooLow),
    (-32003, "max fee per gas less than block base fee", FeeTooLow),
    (-32000, "transaction underpriced: gas tip cap 0, minimum needed 1", FeeTooLow),
    (-32009, "Gas price below configured minimum gas price", FeeTooLow),
    (-32000, "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)", FeeOverNodeCap),
    (-32000, "insufficient funds for gas * price + value: have 0 want 1", InsufficientFunds),
    (-32003, "Insufficient funds for gas * price + value", InsufficientFunds),
    (-32004, "Upfront cost exceeds account balance", InsufficientFunds),
    (-32000, "exceeds block gas limit", GasLimitRefused),
    (-32000, "intrinsic gas too low: gas 1, minimum needed 21000", GasLimitRefused),
    (-32003, "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit", GasLimitRefused),
    (-32000, "transaction gas limit too high (cap: 16777216, tx: 30000000)", GasLimitRefused),
    (-32000, "gas required exceeds allowance (30000000)", GasLimitRefused),
    (-32000, "oversized data: transaction size 131073, limit 131072", TransactionOversized),
    (-32000, "invalid chain id for signer: have 1 want 2", TransactionInvalid),
    (-32000, "invalid sender", TransactionInvalid),
    (-32000, "rlp: element is larger than containing list", TransactionInvalid),
    (-32602, "Failed to decode signed transaction", TransactionInvalid),
    (-32000, "txpool is full", PoolFull),
    (-32000, "in-flight transaction limit reached for delegated accounts", PoolFull),
    (3, "execution reverted: nonce too low", ExecutionReverted),
    (-32603, "EVM error OutOfGas", GasLimitRefused),
    (-32603, "EVM error InvalidJump", ExecutionReverted),
    (-32000, "invalid opcode: INVALID", ExecutionReverted),
    (3, "some wording of a later version", ExecutionReverted),
    (-32005, "query returned more than 10000 results", RangeRefused),
    (-32602, "Log response size exceeded.", RangeRefused),
    (-32600, "eth_getLogs is limited to a 10,000 range", RangeRefused),
    (-32000, "exceed maximum block range: 50000", RangeRefused),
    (-32000, "header not found", BlockUnknown),
    (-32000, "missing trie node 1234 (path )", BlockUnknown),
    (-32602, "BlockOutOfRangeError: block height is 10 but requested was 12", BlockUnknown),
    (-32601, "Method not found", MethodUnsupported),
    (-32601, "the method eth_foo does not exist/is not available", MethodUnsupported),
    (-32601, "worded otherwise", MethodUnsupported),
    (-32005, "daily request count exceeded, request rate limited", TooManyRequests),
    (-32000, "the moon is in the wrong phase", UnknownNodeError),
    (-32000, "", UnknownNodeError),
]


@pytest.mark.parametrize(("code", "text", "kind"), CORPUS)
def test_each_clients_words_become_one_type(code: int, text: str, kind: type[NodeError]) -> None:
    error = node_error(code, text, b"\x01")
    assert type(error) is kind
    assert (error.rpc_code, error.text, error.data) == (code, text, b"\x01")


def test_an_unknown_text_is_an_alarm_and_never_a_reason_to_repeat() -> None:
    assert not UnknownNodeError.retryable


def test_the_message_carries_the_nodes_own_words() -> None:
    assert "txpool is full" in str(node_error(-32000, "txpool is full"))


def test_codes_are_unique() -> None:
    kinds = {kind for _, _, kind in CORPUS}
    assert len({kind.code for kind in kinds}) == len(kinds)
