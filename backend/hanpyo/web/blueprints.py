"""The parts of the API, in the order of the OpenAPI document."""

from hanpyo.web.audit_log import log
from hanpyo.web.ballots import ballots
from hanpyo.web.elections import elections
from hanpyo.web.evidence import evidence
from hanpyo.web.identity import identity
from hanpyo.web.me import me
from hanpyo.web.member_desk import member_desk
from hanpyo.web.organisations import organisation
from hanpyo.web.public import public
from hanpyo.web.roll import roll
from hanpyo.web.routing import APIBlueprint
from hanpyo.web.rpc import rpc
from hanpyo.web.staff import staff
from hanpyo.web.stream import stream
from hanpyo.web.webhooks import webhooks

BLUEPRINTS: tuple[APIBlueprint, ...] = (
    rpc,
    staff,
    organisation,
    log,
    elections,
    identity,
    me,
    member_desk,
    roll,
    public,
    evidence,
    stream,
    webhooks,
    ballots,
)
