"""A contract small enough to read as bytes: it logs and stores what it is called with.

Called with a 32-byte word W and more bytes D it emits a log with topic W and data D, and adds one
to storage slot W. Called with nothing it reverts with `Silent()`.
"""

from typing import Final

from eth_hash.auto import keccak

SILENT: Final = keccak(b"Silent()")[:4]
_PARTS: Final = (
    "3615602157",  # no calldata: go to the revert
    "36600060003760005160203603",  # memory = calldata; push word 0 and the size of the rest
    "6020a1",  # log1
    "6000515460010160005155",  # slot[word 0] += 1
    "00",  # stop
    "5b63" + SILENT.hex() + "60e01b60005260046000fd",  # revert Silent()
)
_RUNTIME: Final = bytes.fromhex("".join(_PARTS))
CREATION: Final = (
    bytes.fromhex(f"60{len(_RUNTIME):02x}600c60003960{len(_RUNTIME):02x}6000f3") + _RUNTIME
)


def word(number: int) -> bytes:
    """`number` as a topic."""
    return number.to_bytes(32)
