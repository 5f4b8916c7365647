"""Which network an IP address belongs to, also where an IPv6 address stands for an IPv4 one."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_Address = IPv4Address | IPv6Address
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_PRIVATE: Final = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
_PRIVATE_6: Final = IPv6Network("fc00::/7")
_METADATA: Final = IPv6Network("fd00:ec2::/32")
"""Where a cloud's machines ask for their own secrets."""


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet: no private, local or special range."""
    address = _parsed(text)
    return address is not None and all(map(_is_global, (address, *_embedded(address))))


def is_loopback(text: str) -> bool:
    """Whether this is this machine itself."""
    address = _parsed(text)
    return address is not None and _plain(address).is_loopback


def is_private(text: str) -> bool:
    """Whether this is an address of an organisation's own network; never a cloud's metadata."""
    address = _parsed(text)
    if address is None:
        return False
    plain = _plain(address)
    if isinstance(plain, IPv4Address):
        return any(plain in network for network in _PRIVATE)
    return plain in _PRIVATE_6 and plain not in _METADATA


def _parsed(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _plain(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 one merely writes differently."""
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return mapped or address


def _is_global(address: _Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def _embedded(address: _Address) -> tuple[_Address, ...]:
    """IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return ()
    teredo = address.teredo or ()
    found = [each for each in (address.ipv4_mapped, address.sixtofour, *teredo) if each]
    if any(address in network for network in _TRANSLATED):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(found)
