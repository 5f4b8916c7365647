"""Ballots over HTTP: posting one, and what became of it. Nobody signs in: a ballot carries its own
authority.

Refused ballots count against the client's address in the database, accepted ones against the
voter's budget; a hall full of voters behind one address is not held up.
"""

from typing import Final, cast

import orjson
from flask import Flask, Response, current_app, g, request

from hanpyo.errors import Invalid, NotFound
from hanpyo.identity.limits import Limits
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Digest, KeyType
from hanpyo.relay.errors import UnknownBallot
from hanpyo.relay.keys import open_keys
from hanpyo.relay.service import Relay
from hanpyo.relay.status import BallotStatus
from hanpyo.relay.submission import Submission
from hanpyo.web.ballot_gate import REFUSAL, ROUTE, accepted_json
from hanpyo.web.ballot_models import (
    AcceptedAnswer,
    BallotAnswer,
    BallotBody,
    PromiseAnswer,
    RelayAnswer,
)
from hanpyo.web.clients import client
from hanpyo.web.context import runtime, runtime_of
from hanpyo.web.etag import conditional
from hanpyo.web.meters import UNTOLD
from hanpyo.web.openapi import gives
from hanpyo.web.routing import APIBlueprint

ballots = APIBlueprint("ballots", __name__, tag="Ballots")
_KEY: Final = "hanpyo_relay"
_REFUSALS: Final = 120  # by one client in the window
_WINDOW: Final = 60
_DIGEST_HEX: Final = 66


def attach_relay(app: object, relay: Relay) -> None:
    """Give an application its relay; without it one is opened from the settings' keys."""
    app.extensions[_KEY] = relay  # type: ignore[attr-defined]


def relay_of(app: Flask) -> Relay:
    """The relay of an application."""
    found = app.extensions.get(_KEY)
    if found is None:
        installed = runtime_of(app)
        found = Relay(installed, open_keys(installed.settings.relay))
        attach_relay(app, found)
    return cast("Relay", found)


def relay() -> Relay:
    """The relay of the application that serves this request."""
    return relay_of(current_app)


@ballots.post(ROUTE)
@ballots.input(BallotBody, location="json", arg_name="body")
@ballots.output(AcceptedAnswer, status_code=202)
def post_ballot(election_id: str, body: BallotBody) -> Response:
    """Hand in a signed ballot; the answer is the relay's promise. Repeating it is harmless."""
    try:
        refusal: Exception | None = request.environ.get(REFUSAL)
        if refusal is not None:
            raise refusal
        accepted = relay().intake.submit(election_id, submission(body))
    except (Invalid, NotFound):
        _count_refusal()
        raise
    setattr(g, UNTOLD, True)  # as the short way does, see `ballot_gate`
    return Response(accepted_json(accepted), 202, mimetype="application/json")


@ballots.get("/v1/ballots/<digest>")
@gives(unchanged=True)
@ballots.output(BallotAnswer)
def get_ballot(digest: str) -> Response:
    """What became of a ballot, by its digest."""
    status = relay().status(_digest(digest))
    return conditional(_shown(status))


@ballots.get("/v1/elections/<election_id>/relay")
@ballots.output(RelayAnswer)
def get_relay(election_id: str) -> RelayAnswer:
    """The relay's address, margins and queue for an election."""
    facts = relay().facts(election_id)
    return RelayAnswer(
        relay=facts.relay,
        margin=facts.margin,
        include_within=facts.include_within,
        waiting=facts.waiting,
        oldest_age=facts.oldest_age,
        next_include_by=facts.next_include_by,
    )


def submission(body: BallotBody) -> Submission:
    """What the intake is given; raises `Invalid`."""
    key = bytes.fromhex(body.key[2:])
    wanted = 20 if body.key_type == KeyType.ADDRESS else 64
    if len(key) != wanted:
        raise Invalid("key", f"{len(key)} bytes instead of {wanted}")
    contract = body.verifying_contract
    return Submission(
        body.voter,
        body.epoch,
        body.revision,
        body.kind,
        body.key_type,
        key,
        body.wallet,
        bytes.fromhex(body.signature[2:]),
        bytes.fromhex(body.payload[2:]),
        tuple(
            Attestation(each.index, bytes.fromhex(each.signature[2:])) for each in body.attestations
        ),
        None if body.chain_id is None else int(body.chain_id),
        None if contract is None else bytes.fromhex(contract[2:]),
    )


def _count_refusal() -> None:
    limits = Limits(runtime().database, runtime().clock)
    limits.hit(f"ballots:{client()}", _REFUSALS, _WINDOW)


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        digest = b""
    if len(text) != _DIGEST_HEX or len(digest) != _DIGEST_HEX // 2 - 1:
        raise UnknownBallot("a ballot is named by its digest: 0x and 64 hexadecimal digits")
    return digest


def _shown(status: BallotStatus) -> BallotAnswer:
    digest = "0x" + status.digest.hex()
    transaction = status.transaction
    return BallotAnswer(
        digest=digest,
        receipt=short_code(Digest(status.digest)),
        election=status.election_id,
        state=status.state,
        cause=status.cause,
        received_at=status.received_at,
        promise=PromiseAnswer(
            ballot=digest,
            include_by=status.include_by,
            relay=status.relay,
            signature="0x" + status.promise.hex(),
        ),
        settled_at=status.settled_at,
        block=status.block_number,
        block_time=status.block_time,
        transaction=None if transaction is None else "0x" + transaction.hex(),
        evidence=None if status.evidence is None else orjson.loads(status.evidence),
    )
