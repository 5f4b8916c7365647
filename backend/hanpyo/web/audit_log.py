"""The audit log: read in pages, and exported whole for a check of one's own.

`/log` under an organisation is that organisation's; `/v1/log` is the installation's.
"""

from typing import Final

from flask import Response

from hanpyo.db.models import Role
from hanpyo.identity.staff import audit_log, log_files
from hanpyo.web.context import runtime
from hanpyo.web.guard import require
from hanpyo.web.openapi import gives, needs
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.routing import APIBlueprint
from hanpyo.web.staff_models import Log, LogEntry

log = APIBlueprint("log", __name__, tag="Audit log", url_prefix="/v1")
_SESSION: Final = "staffSession"
_FILE: Final[dict[int, str]] = {200: "One JSON object a line"}


@log.get("/organisations/<organisation_id>/log")
@needs(_SESSION)
@log.input(PageQuery, location="query", arg_name="query")
@log.output(Log)
def show_log(organisation_id: str, query: PageQuery) -> Log:
    """What the organisation's staff did, oldest first; any role."""
    require(Role.OBSERVER, organisation_id)
    return _page(organisation_id, query)


@log.get("/organisations/<organisation_id>/log/export")
@needs(_SESSION)
@log.doc(responses=_FILE)
@gives(log_files.MEDIA_TYPE)
def export_log(organisation_id: str) -> Response:
    """The organisation's whole log, one JSON object a line; any role."""
    require(Role.OBSERVER, organisation_id)
    return _file(organisation_id)


@log.get("/log")
@needs(_SESSION)
@log.input(PageQuery, location="query", arg_name="query")
@log.output(Log)
def show_installation_log(query: PageQuery) -> Log:
    """Sign-ins and what operators did, oldest first; operators only."""
    require(Role.OPERATOR, None)
    return _page(None, query)


@log.get("/log/export")
@needs(_SESSION)
@log.doc(responses=_FILE)
@gives(log_files.MEDIA_TYPE)
def export_installation_log() -> Response:
    """The installation's whole log, one JSON object a line; operators only."""
    require(Role.OPERATOR, None)
    return _file(None)


def _page(organisation_id: str | None, query: PageQuery) -> Log:
    key = query.key(int)
    after = 0 if key is None else int(key[0])
    with runtime().database.read() as session:
        found = audit_log.read(session, organisation_id, after=after, limit=query.many)
    shown, following = cut(query, found, lambda each: (each.seq,))
    return Log(entries=[LogEntry(**log_files.shown(each)) for each in shown], next=following)


def _file(organisation_id: str | None) -> Response:
    return Response(
        log_files.export(runtime().database, organisation_id),
        headers={"Content-Disposition": 'attachment; filename="audit-log.ndjson"'},
        mimetype=log_files.MEDIA_TYPE,
    )
