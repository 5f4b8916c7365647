"""The public networks that elections are held on: chain ids, and how long finality takes.

Finality in seconds is when a block can no longer be replaced: two epochs on Ethereum (12.8 minutes,
with a margin), Ethereum's own for its rollups plus the time to post there, one block on Kaia.
"""

from dataclasses import dataclass

from hanpyo.elections.plan import PlanError
from hanpyo.protocol.manifest import Timetable

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Network:
    """A public network by its chain id."""

    name: str
    chain_id: int
    finality: int
    explorer: str


NETWORKS = {
    network.chain_id: network
    for network in (
        Network("Ethereum", 1, 16 * MINUTE, "https://etherscan.io"),
        Network("Sepolia", 11_155_111, 16 * MINUTE, "https://sepolia.etherscan.io"),
        Network("Base", 8_453, 30 * MINUTE, "https://basescan.org"),
        Network("Arbitrum One", 42_161, 30 * MINUTE, "https://arbiscan.io"),
        Network("OP Mainnet", 10, 30 * MINUTE, "https://optimistic.etherscan.io"),
        Network("Polygon PoS", 137, 2 * MINUTE, "https://polygonscan.com"),
        Network("Kaia", 8_217, 10, "https://kaiascan.io"),
        Network("Kairos", 1_001, 10, "https://kairos.kaiascan.io"),
    )
}


def require_finality(timetable: Timetable, chain_id: int) -> None:
    """Refuse a gap before the opening below the chain's finality; other chains are not known."""
    network = NETWORKS.get(chain_id)
    gap = timetable.opening_at - timetable.barrier_at
    if network is not None and gap < network.finality:
        raise PlanError(
            f"opening: {gap} seconds after the barrier, but {network.name} needs "
            f"{network.finality} until a block is final; open later"
        )
