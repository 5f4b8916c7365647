"""Where a reader finds a transaction or an account: the network's own explorer, else our pages."""

from typing import Final, cast

from apiflask import APIFlask
from flask import current_app

from hanpyo.db.models import Installation
from hanpyo.elections.networks import NETWORKS
from hanpyo.web.context import runtime

_KEY: Final = "hanpyo_outside_explorer"


def transaction_url(transaction: str) -> str:
    """The page of a transaction, given its hash as 0x text."""
    outside = _outside()
    return f"{outside}/tx/{transaction}" if outside else f"/chain/tx/{transaction}"


def address_url(address: str) -> str:
    """The page of an account or contract."""
    outside = _outside()
    return f"{outside}/address/{address}" if outside else f"/chain/address/{address}"


def register(app: APIFlask) -> None:
    """Give templates `transaction_url` and `address_url`."""
    app.jinja_env.globals.update(transaction_url=transaction_url, address_url=address_url)


def _outside() -> str | None:
    """The public explorer of this installation's chain, if it has one; it never changes."""
    known = current_app.extensions
    if _KEY not in known:
        with runtime().database.read() as session:
            installation = session.get(Installation, 1)
        if installation is None:
            return None
        network = None if installation.embedded else NETWORKS.get(installation.chain_id)
        known[_KEY] = network.explorer if network else None
    return cast("str | None", known[_KEY])
