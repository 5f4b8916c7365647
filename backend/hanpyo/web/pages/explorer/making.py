"""The blueprint of the record's pages, and how they ask the node: few calls, counted by client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import render_template
from flask.typing import ResponseReturnValue

from hanpyo.chain.errors import ChainError, NodeBusy
from hanpyo.chain.rpc import Call
from hanpyo.errors import TooMany, Unavailable
from hanpyo.web.chain_allowance import take_calls
from hanpyo.web.context import runtime
from hanpyo.web.pages.making import page_blueprint
from hanpyo.web.pages.observer import naming

explorer = page_blueprint("explorer", __name__, url_prefix="/chain")
_NOT_FOUND: Final = 404


@explorer.context_processor
def _for_templates() -> dict[str, Any]:
    return {"naming": naming}


def nothing_there(what: str) -> ResponseReturnValue:
    """The page of an address that names nothing on this chain; `what` says why."""
    return render_template("chain/nothing.html", what=what), _NOT_FOUND


def ask(*calls: Call) -> list[object]:
    """The node's answers, in order; raises `TooMany`, `Unavailable`, `ChainError`."""
    take_calls(len(calls))
    with node():
        return runtime().rpc.results(calls)


@contextmanager
def node() -> Iterator[None]:
    """Failures of the node on its own side, as people are told them."""
    try:
        yield
    except NodeBusy as busy:
        raise TooMany("the node asks for fewer requests", int(busy.retry_after or 1)) from busy
    except ChainError as failed:
        raise Unavailable("the chain's node does not answer as it should now") from failed
