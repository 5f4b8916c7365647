"""What a transaction offers per gas (EIP-1559), how the offer rises, and where it stops."""

from dataclasses import dataclass
from typing import ClassVar, Final

from hanpyo.chain.errors import ChainError, MalformedAnswer
from hanpyo.chain.node_errors import MethodUnsupported, NodeError
from hanpyo.chain.quantities import read_list, read_object, read_quantity
from hanpyo.chain.rpc import Call, Rpc

GWEI: Final = 10**9
# geth replaces a pending transaction at +10 % on both caps, some clients at +12.5 %.
_RISE_NUMERATOR: Final = 9
_RISE_DENOMINATOR: Final = 8


class FeeCeilingReached(ChainError):
    """The market asks for more per gas than the operator allows; `ceiling` in wei per gas."""

    code: ClassVar[str] = "fee_ceiling_reached"

    def __init__(self, needed: int, ceiling: int) -> None:
        self.needed = needed
        self.ceiling = ceiling
        super().__init__(
            f"the chain asks for a fee cap of {needed} wei per gas, the ceiling is {ceiling}: "
            "wait for lower fees or raise the ceiling"
        )


@dataclass(frozen=True, slots=True)
class Fees:
    """The two caps of a transaction in wei per gas: the whole, and the part for the proposer."""

    max_fee: int
    tip: int

    def __post_init__(self) -> None:
        if not 0 <= self.tip <= self.max_fee:
            raise ValueError(f"fees need 0 <= tip <= max_fee, got {self.tip} and {self.max_fee}")


@dataclass(frozen=True, slots=True)
class Market:
    """What the chain asks now, in wei per gas: the next block's base fee and a usual tip."""

    base_fee: int
    tip: int


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """The operator's limits, in wei per gas: what a transaction may cost at most, and tip at most.

    An offer leaves room for the base fee to double; a replacement raises both caps by at least an
    eighth and follows the market. No offer is ever above the ceilings.
    """

    ceiling: int = 500 * GWEI
    tip_ceiling: int = 50 * GWEI

    def offer(self, market: Market) -> Fees:
        """The first offer for a transaction; raises `FeeCeilingReached` when it could not mine."""
        if market.base_fee > self.ceiling:
            raise FeeCeilingReached(market.base_fee, self.ceiling)
        tip = min(market.tip, self.tip_ceiling)
        max_fee = min(2 * market.base_fee + tip, self.ceiling)
        return Fees(max_fee, min(tip, max_fee))

    def replacement(self, previous: Fees, market: Market) -> Fees:
        """The offer that replaces `previous`; raises `FeeCeilingReached` when it may not rise."""
        least = Fees(_raised(previous.max_fee), _raised(previous.tip))
        needed = max(least.max_fee, market.base_fee)
        if needed > self.ceiling:
            raise FeeCeilingReached(needed, self.ceiling)
        if least.tip > self.tip_ceiling:
            raise FeeCeilingReached(least.tip, self.tip_ceiling)
        tip = max(least.tip, min(market.tip, self.tip_ceiling))
        max_fee = max(least.max_fee, min(2 * market.base_fee + tip, self.ceiling))
        return Fees(max_fee, min(tip, max_fee))


def fetch_market(rpc: Rpc, fallback_tip: int = GWEI) -> Market:
    """What the node says the next block will ask; `fallback_tip` where it suggests no tip.

    Raises what the node answers to eth_feeHistory.
    """
    history, tip = rpc.batch(
        [Call("eth_feeHistory", ("0x1", "latest", [])), Call("eth_maxPriorityFeePerGas")]
    )
    if isinstance(history, NodeError):
        raise history
    base_fees = read_list(
        read_object(history, "eth_feeHistory").get("baseFeePerGas"), "baseFeePerGas"
    )
    if not base_fees:
        raise MalformedAnswer("eth_feeHistory answered without a base fee")
    base_fee = read_quantity(base_fees[-1], "baseFeePerGas")
    if isinstance(tip, MethodUnsupported):
        return Market(base_fee, fallback_tip)
    if isinstance(tip, NodeError):
        raise tip
    return Market(base_fee, read_quantity(tip, "eth_maxPriorityFeePerGas"))


def _raised(value: int) -> int:
    return value + max(1, -(-value * (_RISE_NUMERATOR - _RISE_DENOMINATOR) // _RISE_DENOMINATOR))
