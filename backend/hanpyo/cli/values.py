"""Values that commands take: what is not one is refused before anything else happens."""

import re
from typing import Any, Final

import click
from eth_utils.address import is_checksum_formatted_address, to_checksum_address

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")


class AddressType(click.ParamType):
    """An address, given with a right checksum or without one; becomes text with a checksum."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address with its checksum."""
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            self.fail(f"{value!r} is not an address: 0x and 40 hexadecimal digits", param, ctx)
        address = to_checksum_address(value)
        if is_checksum_formatted_address(value) and value != address:
            self.fail(f"{value!r} has a wrong checksum: a digit is mistyped", param, ctx)
        return address


ADDRESS: Final = AddressType()
