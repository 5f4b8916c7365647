"""How much of the chain's node one client may use in a minute, by whatever route."""

from typing import Final

from flask import current_app

from hanpyo.errors import TooMany
from hanpyo.web.allowance import Allowance
from hanpyo.web.clients import client
from hanpyo.web.context import runtime

_KEY: Final = "hanpyo_rpc_allowance"


def take_calls(units: int) -> None:
    """Take what calls cost from their client's allowance; raises `TooMany`."""
    allowance: Allowance = current_app.extensions.setdefault(_KEY, Allowance())
    wait = allowance.take(client(), units, runtime().settings.web.rpc_calls_a_minute)
    if wait:
        raise TooMany("too many requests to the chain from this address", wait)
