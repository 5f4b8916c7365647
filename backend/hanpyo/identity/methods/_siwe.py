"""The EIP-4361 library, loaded when somebody first signs in by wallet.

It brings web3 along, which takes longer to load than all the rest of the service.
"""

import warnings
from functools import cache
from typing import Any


@cache
def siwe_message() -> Any:
    """The class `SiweMessage`; its library carries no types."""
    with warnings.catch_warnings():
        # abnf warns that siwe's grammar defines core rules anew, once for each; they are the same.
        warnings.simplefilter("ignore")
        from siwe import SiweMessage  # type: ignore[import-untyped]  # noqa: PLC0415

    return SiweMessage
