"""The levers of a development node: time, mining, money and faults. No public node offers them."""

from hanpyo.chain.errors import ChainError
from hanpyo.chain.quantities import read_object, read_quantity, to_quantity
from hanpyo.chain.rpc import Rpc


class Controls:
    """Drives the anvil node behind `rpc`. Times are seconds since 1970, money is wei."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def now(self) -> int:
        """The timestamp of the newest block."""
        block = self._rpc.call("eth_getBlockByNumber", "latest", False)
        return read_quantity(read_object(block, "block").get("timestamp"), "timestamp")

    def mine(self, blocks: int = 1) -> None:
        """Mine `blocks` blocks; the first takes what the pool holds."""
        self._rpc.call("anvil_mine", to_quantity(blocks))

    def set_next_timestamp(self, timestamp: int) -> None:
        """Give the next block this timestamp, which must lie after the newest block's."""
        self._rpc.call("evm_setNextBlockTimestamp", timestamp)

    def advance_to(self, timestamp: int) -> None:
        """Mine one block at `timestamp`; raises `ChainError` when the chain is past it."""
        now = self.now()
        if timestamp <= now:
            raise ChainError(f"the chain's time is {now}, it cannot go back to {timestamp}")
        self.set_next_timestamp(timestamp)
        self.mine()

    def pass_time(self, seconds: int) -> None:
        """Let the clock go on by `seconds` and mine a block, whoever else mines meanwhile."""
        self._rpc.call("evm_increaseTime", seconds)
        self.mine()

    def set_automine(self, enabled: bool) -> None:
        """Whether each transaction is mined at once, in a block of its own."""
        self._rpc.call("evm_setAutomine", enabled)

    def set_balance(self, address: str, wei: int) -> None:
        """Set the balance of `address`, seen in the state root from the next block on."""
        self._rpc.call("anvil_setBalance", address, to_quantity(wei))

    def set_next_base_fee(self, wei: int) -> None:
        """Set the base fee per gas of the next block."""
        self._rpc.call("anvil_setNextBlockBaseFeePerGas", to_quantity(wei))

    def drop_transaction(self, transaction_hash: bytes) -> None:
        """Forget a pending transaction, as a restarted node does."""
        self._rpc.call("anvil_dropTransaction", "0x" + transaction_hash.hex())

    def drop_all(self) -> None:
        """Forget every pending transaction."""
        self._rpc.call("anvil_dropAllTransactions")

    def reorganise(self, depth: int) -> None:
        """Replace the newest `depth` blocks with empty ones; their transactions are lost.

        Needs a node that keeps at least `depth` past states, else `BlockUnknown`.
        """
        self._rpc.call("anvil_reorg", depth, [])
