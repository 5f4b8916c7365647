"""`POST /rpc`: the installation's chain for auditors, wallets and explorers, as JSON-RPC 2.0.

Only what `chain.public_methods` allows is passed on. A batch has at most `MOST_CALLS` entries. A
request counts as one against its client's allowance, what runs code by its gas and what looks
through blocks by their number: a node that is kept busy would record no ballots. The header
`X-Hanpyo-Chain` says whether the operator controls the chain.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from flask import Response, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from hanpyo.chain.errors import AnswerTooLarge, ChainError, NodeBusy, TransportError
from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.public_methods import MethodRefused, ParametersRefused, checked, weight
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.db.models import ChainHead, Installation
from hanpyo.errors import TooMany, Unavailable
from hanpyo.web import strict_json
from hanpyo.web.chain_allowance import take_calls
from hanpyo.web.context import runtime
from hanpyo.web.cors import public_question
from hanpyo.web.routing import APIBlueprint

MOST_CALLS: Final = 100
LARGEST_BODY: Final = 1 << 20
_INVALID_REQUEST, _NO_METHOD, _BAD_PARAMETERS, _SERVER, _TOO_MUCH = (
    *(-32600, -32601, -32602),
    *(-32000, -32005),
)

rpc = APIBlueprint("rpc", __name__, enable_openapi=False)
_LABEL = "hanpyo_rpc_label"


@rpc.post("/rpc")
@public_question
def serve() -> Response:
    """Answer one request or a batch."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send application/json")
    request.max_content_length = LARGEST_BODY
    document = strict_json.loads(request.get_data())
    entries = document if isinstance(document, list) else [document]
    take_calls(len(entries))
    if not 0 < len(entries) <= MOST_CALLS:
        answer: Any = _error(None, _INVALID_REQUEST, f"a batch has 1 to {MOST_CALLS} requests")
    else:
        answers = _answers(runtime().rpc, entries)
        answer = answers if isinstance(document, list) else answers[0]
    return Response(
        orjson.dumps(answer), headers={"X-Hanpyo-Chain": _label()}, mimetype="application/json"
    )


def _label() -> str:
    """Who controls the chain; it never changes, so it is asked once."""
    known: str | None = current_app.extensions.get(_LABEL)
    if known is None:
        with runtime().database.read() as session:
            installation = session.get(Installation, 1)
        own = runtime().settings.embedded_chain if installation is None else installation.embedded
        known = "operator-controlled" if own else "public"
        current_app.extensions[_LABEL] = known
    return known


def _newest() -> int:
    """The highest block that the follower has seen."""
    with runtime().database.read() as session:
        head = session.get(ChainHead, 1)
    return 0 if head is None else head.number


def _answers(node: Rpc, entries: Sequence[Any]) -> list[dict[str, Any]]:
    """One answer an entry, in order; what is refused here never reaches the node."""
    answers: list[dict[str, Any]] = [{} for _ in entries]
    passed: list[tuple[int, object, Call]] = []
    for place, entry in enumerate(entries):
        if not _is_request(entry):
            answers[place] = _error(None, _INVALID_REQUEST, "not a JSON-RPC 2.0 request")
            continue
        number = entry["id"]
        try:
            passed.append((place, number, Call(*checked(entry["method"], entry.get("params", [])))))
        except MethodRefused as refused:
            answers[place] = _error(number, _NO_METHOD, str(refused))
        except ParametersRefused as refused:
            answers[place] = _error(number, _BAD_PARAMETERS, str(refused))
    newest = _newest() if any(call.method == "eth_getLogs" for _, _, call in passed) else 0
    take_calls(sum(weight(call.method, call.params, newest) - 1 for _, _, call in passed))
    outcomes = _ask(node, [call for _, _, call in passed])
    for (place, number, _), outcome in zip(passed, outcomes, strict=True):
        answers[place] = {"jsonrpc": "2.0", "id": number, **outcome}
    return answers


def _is_request(entry: Any) -> bool:
    """Whether this is a request that wants an answer; notifications are not served."""
    if not isinstance(entry, dict) or entry.get("jsonrpc") != "2.0":
        return False
    number = entry.get("id")
    is_number = isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1 << 53
    return is_number or (isinstance(number, str) and len(number) <= 100)  # noqa: PLR2004


def _ask(node: Rpc, calls: Sequence[Call]) -> list[Mapping[str, Any]]:
    if not calls:
        return []
    try:
        if len(calls) > 1:
            return [_outcome(each) for each in node.batch(calls)]
        return [{"result": node.call(calls[0].method, *calls[0].params)}]
    except NodeError as refused:
        return [_outcome(refused)]
    except AnswerTooLarge:
        too_much = _fault(_TOO_MUCH, "the answer is too large: ask for a smaller block range")
        return [too_much for _ in calls]
    except NodeBusy as busy:
        raise TooMany("the node asks for fewer requests", int(busy.retry_after or 1)) from busy
    except TransportError as failed:
        raise Unavailable("the chain's node does not answer now") from failed
    except ChainError as failed:
        return [_fault(_SERVER, failed.code) for _ in calls]


def _outcome(outcome: object | NodeError) -> Mapping[str, Any]:
    if not isinstance(outcome, NodeError):
        return {"result": outcome}
    data = {"data": "0x" + outcome.data.hex()} if outcome.data else {}
    return {"error": {"code": outcome.rpc_code, "message": outcome.text, **data}}


def _error(number: object, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, **_fault(code, message)}


def _fault(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
