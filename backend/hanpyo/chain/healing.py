"""Gets a standing queue of transactions to move again: the same bytes, higher fees, filled gaps."""

from typing import Final

from hanpyo.chain.broadcast import Broadcaster
from hanpyo.chain.fees import FeePolicy, Fees, Market, fetch_market
from hanpyo.chain.journal import Attempt
from hanpyo.chain.ledger import Ledger
from hanpyo.chain.node_errors import (
    FeeOverNodeCap,
    FeeTooLow,
    GasLimitRefused,
    InsufficientFunds,
    NodeError,
    ReplacementUnderpriced,
    TransactionInvalid,
    TransactionOversized,
    UnknownNodeError,
)
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.signing import EMPTY_LABEL, AttemptSigner

_FOR_GOOD: Final = (FeeOverNodeCap, GasLimitRefused, TransactionInvalid, TransactionOversized)
_ALARMS: Final = (InsufficientFunds, UnknownNodeError)
_UNDERPRICED: Final = (FeeTooLow, ReplacementUnderpriced)


class Healer:
    """Acts on every nonce that is signed and not yet mined, lowest first."""

    def __init__(
        self,
        rpc: Rpc,
        signer: AttemptSigner,
        ledger: Ledger,
        broadcaster: Broadcaster,
        policy: FeePolicy,
    ) -> None:
        self._rpc = rpc
        self._signer = signer
        self._ledger = ledger
        self._broadcaster = broadcaster
        self._policy = policy
        self._causes: dict[int, NodeError] = {}

    def cause(self, nonce: int) -> NodeError | None:
        """Why `nonce` was filled with an empty transaction, when that happened in this process."""
        return self._causes.get(nonce)

    def send_again(self, count: int) -> None:
        """Broadcast the newest attempt of each nonce from `count`, the account's nonce, on."""
        self._broadcaster.broadcast(self._open(count))

    def heal(self, count: int, *, raise_lowest: bool) -> None:
        """Send everything open again, fill gaps, raise fees where they are short.

        With `raise_lowest` the first open transaction gets higher fees in any case: a node may
        have lost it in a way that only a replacement cures. Raises `FeeCeilingReached`,
        `InsufficientFunds`, `UnknownNodeError`.
        """
        market = fetch_market(self._rpc)
        self._fill_gaps(count, market)
        attempts = self._open(count)
        self._broadcaster.broadcast(attempts)
        refusals = {a.nonce: self._broadcaster.refusal(a.nonce) for a in attempts}
        for refusal in refusals.values():
            if isinstance(refusal, _ALARMS):
                raise refusal
        replacements = [
            self._replacement(attempt, refusals[attempt.nonce], market)
            for place, attempt in enumerate(attempts)
            if (raise_lowest and place == 0)
            or isinstance(refusals[attempt.nonce], (*_UNDERPRICED, *_FOR_GOOD))
            or attempt.fees.max_fee < market.base_fee
        ]
        self._publish(replacements)

    def _open(self, count: int) -> list[Attempt]:
        return [self._ledger.newest(nonce) for nonce in self._ledger.since(count)]

    def _replacement(self, attempt: Attempt, refusal: NodeError | None, market: Market) -> Attempt:
        fees = self._policy.replacement(attempt.fees, market)
        if isinstance(refusal, _FOR_GOOD) and attempt.label != EMPTY_LABEL:
            self._causes[attempt.nonce] = refusal
            return self._signer.empty(attempt.nonce, fees)
        return self._signer.replace(attempt, fees)

    def _fill_gaps(self, count: int, market: Market) -> None:
        """Nonces below ours that neither journal nor pool holds would block ours for ever."""
        held = self._ledger.since(count)
        if not held or held == list(range(count, held[-1] + 1)):
            return
        pending = self._rpc.nonce(self._signer.address, "pending")
        fees: Fees = self._policy.offer(market)
        gaps = [n for n in range(max(count, pending), held[-1]) if not self._ledger.holds(n)]
        self._publish([self._signer.empty(nonce, fees) for nonce in gaps])

    def _publish(self, attempts: list[Attempt]) -> None:
        if attempts:
            self._ledger.add(attempts)
            self._broadcaster.broadcast(attempts)
