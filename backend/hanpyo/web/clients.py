"""Who asks: the address that limits are counted by, through the trusted proxies and no others."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from apiflask import APIFlask
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

from hanpyo.config import Settings

_HOME: Final = 64  # bits of IPv6 that one subscriber holds
UNKNOWN: Final = "unknown"


def register_proxies(app: APIFlask, settings: Settings) -> None:
    """Believe X-Forwarded-For and -Proto of as many proxies as the settings say, and no more."""
    count = settings.web.trusted_proxies
    if count:
        wrapped = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_prefix=0)
        app.wsgi_app = wrapped  # type: ignore[method-assign]


def client_address() -> str:
    """The client's address: IPv4 as it is, IPv6 by its /64, `unknown` where there is none.

    It is for counting and is never logged.
    """
    try:
        address = ip_address((request.remote_addr or "").split("%")[0])
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _HOME), strict=False))
