"""What can go wrong between us and a node, one type for each thing a caller can do about it.

Three families: the wire (`TransportError`), what the node said (`NodeError`) and what an answer
turned out to be worth (`UntrustworthyAnswer`). Whether trying again may help is a property of the
type.
"""

from typing import ClassVar

from hanpyo.errors import HanpyoError


class ChainError(HanpyoError):
    """Any failure of the chain layer."""

    code: ClassVar[str] = "chain_error"


class InvalidNodeUrl(ChainError):
    """The address of a node is not a plain http or https URL."""

    code: ClassVar[str] = "invalid_node_url"


class WrongChain(ChainError):
    """The node serves another chain than expected; `expected` and `actual` are chain ids."""

    code: ClassVar[str] = "wrong_chain"

    def __init__(self, expected: int, actual: int) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"the node serves chain id {actual}, but chain id {expected} is expected: "
            "check the URL of the node"
        )


class TransportError(ChainError):
    """No usable answer came over the wire; whether the node acted on the request is unknown."""

    code: ClassVar[str] = "transport_error"
    retryable: ClassVar[bool] = True


class NodeUnreachable(TransportError):
    """Connection refused or reset, name not resolved, or TLS refused."""

    code: ClassVar[str] = "node_unreachable"


class NodeTimeout(TransportError):
    """No complete answer within the time allowed."""

    code: ClassVar[str] = "node_timeout"


class NodeUnavailable(TransportError):
    """The server answered with an HTTP 5xx status."""

    code: ClassVar[str] = "node_unavailable"


class NodeBusy(TransportError):
    """The node asks for fewer requests (HTTP 429 or its JSON-RPC equal).

    `retry_after` is the pause it asked for in seconds, or None.
    """

    code: ClassVar[str] = "node_busy"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class MalformedAnswer(TransportError):
    """The answer is not the JSON-RPC 2.0 answer to the request that was sent."""

    code: ClassVar[str] = "malformed_answer"


class NodeRefused(ChainError):
    """The server answered with an HTTP status that repeating will not change: 401, 404."""

    code: ClassVar[str] = "node_refused"


class AnswerTooLarge(ChainError):
    """The answer is larger than the cap; ask for less."""

    code: ClassVar[str] = "answer_too_large"


class UntrustworthyAnswer(ChainError):
    """The answer contradicts itself, a block hash or another answer; it is never used."""

    code: ClassVar[str] = "untrustworthy_answer"


class HeaderMismatch(UntrustworthyAnswer):
    """A block header does not hash to the block hash given with it."""

    code: ClassVar[str] = "header_mismatch"


class InvalidProof(UntrustworthyAnswer):
    """A Merkle–Patricia proof does not lead from the given root to the given value."""

    code: ClassVar[str] = "invalid_proof"


class LogsInconsistent(UntrustworthyAnswer):
    """Logs are duplicated, out of order, withdrawn, foreign, or not those of the receipts."""

    code: ClassVar[str] = "logs_inconsistent"


class ChainMoved(UntrustworthyAnswer):
    """A block changed under a read (a reorganisation, or nodes that disagree)."""

    code: ClassVar[str] = "chain_moved"
    retryable: ClassVar[bool] = True
