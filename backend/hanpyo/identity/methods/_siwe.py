"""The EIP-4361 library, loaded without the warnings that its grammar makes while being built."""

import warnings

with warnings.catch_warnings():
    # abnf warns that siwe's grammar defines core rules anew, once for each; they are the same.
    warnings.simplefilter("ignore")
    from siwe import SiweMessage  # type: ignore[import-untyped]  # it carries no types

__all__ = ["SiweMessage"]
