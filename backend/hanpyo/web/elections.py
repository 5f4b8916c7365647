"""Elections as organisers make them, and the door for the trustees' key."""

from typing import Final

import orjson
from flask import Response

from hanpyo.db.models import Election, Role
from hanpyo.elections import drafts
from hanpyo.elections.checklist import Finding
from hanpyo.elections.organising import Organising
from hanpyo.elections.readiness import NotReady
from hanpyo.elections.templates import ADVICE, TEMPLATES, Law, Template
from hanpyo.elections.terms import Terms
from hanpyo.web.clients import client
from hanpyo.web.context import runtime
from hanpyo.web.election_models import (
    ChecklistOut,
    DraftChange,
    DraftIn,
    DraftOut,
    ElectionRow,
    ElectionRows,
    FindingOut,
    KeyIn,
    KeyOut,
    OverviewOut,
    TemplateOut,
    TemplatesOut,
)
from hanpyo.web.guard import desk, require, require_for_election
from hanpyo.web.inputs import body_limit
from hanpyo.web.openapi import needs
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.problems import problem
from hanpyo.web.routing import APIBlueprint

elections = APIBlueprint("elections", __name__, tag="Elections", url_prefix="/v1")
_SESSION: Final = "staffSession"
_PLACE: Final = "/elections/<election_id>"
_LIST: Final = "/organisations/<organisation_id>/elections"
_KEYS_A_MINUTE: Final = 10
_MINUTE: Final = 60


@elections.get("/election-templates")
@elections.output(TemplatesOut)
def list_templates() -> TemplatesOut:
    """Definitions to start from, each with its source and date."""
    return TemplatesOut(templates=list(map(_template, TEMPLATES)))


@elections.post(_LIST)
@body_limit("max_upload")
@needs(_SESSION)
@elections.input(DraftIn, arg_name="body")
@elections.output(DraftOut, status_code=201)
def create_election(organisation_id: str, body: DraftIn) -> DraftOut:
    """Make a draft; organisers only."""
    signed_in = require(Role.ORGANISER, organisation_id)
    terms = Terms(body.identity, tuple(body.methods), Law(body.law) if body.law else None)
    organising = Organising(runtime())
    return _draft(
        organising.create(signed_in.actor, organisation_id, body.definition, terms, test=body.test)
    )


@elections.get(_LIST)
@needs(_SESSION)
@elections.input(PageQuery, location="query", arg_name="query")
@elections.output(ElectionRows)
def list_elections(organisation_id: str, query: PageQuery) -> ElectionRows:
    """The organisation's elections, the newest first, drafts included."""
    require(Role.OBSERVER, organisation_id)
    key = query.key(int, str)
    after = None if key is None else (int(key[0]), str(key[1]))
    found = Organising(runtime()).listed(organisation_id, after, query.many)
    shown, following = cut(query, found, lambda each: (each.created_at, each.id))
    return ElectionRows(elections=list(map(_row, shown)), next=following)


@elections.get(f"{_PLACE}/overview")
@needs(_SESSION)
@elections.output(OverviewOut)
def show_overview(election_id: str) -> OverviewOut:
    """How far an election is; anyone of its organisation's staff."""
    require_for_election(Role.OBSERVER, election_id)
    found = Organising(runtime()).overview(election_id)
    row = found.election
    return OverviewOut(
        election=_row(row),
        organisation_id=row.organisation_id,
        identity=row.identity,
        methods=row.methods.split(),
        law=row.law,
        members=found.members,
        fault=row.fault,
        cancelling=row.cancelling,
        address=_hex(row.address),
        manifest_hash=_hex(row.manifest_hash),
        key_handed_in=row.trustee_secret is not None,
    )


@elections.get(f"{_PLACE}/draft")
@needs(_SESSION)
@elections.output(DraftOut)
def show_draft(election_id: str) -> DraftOut:
    """What an election is made from, once it is published too."""
    _, election = require_for_election(Role.OBSERVER, election_id)
    return _draft(election)


@elections.patch(f"{_PLACE}/draft")
@body_limit("max_upload")
@needs(_SESSION)
@elections.input(DraftChange, arg_name="body")
@elections.output(DraftOut)
def change_draft(election_id: str, body: DraftChange) -> DraftOut:
    """Change a draft; 409 once it is published."""
    signed_in, _ = require_for_election(Role.ORGANISER, election_id)

    def merged(old: Terms) -> Terms:
        law = old.law if body.law is None else None if body.law == "none" else Law(body.law)
        methods = old.methods if body.methods is None else tuple(body.methods)
        return Terms(body.identity or old.identity, methods, law)

    organising = Organising(runtime())
    return _draft(organising.change(signed_in.actor, election_id, body.definition, merged))


@elections.get(f"{_PLACE}/checklist")
@needs(_SESSION)
@elections.output(ChecklistOut)
def show_checklist(election_id: str) -> ChecklistOut:
    """What a draft still lacks, and what to weigh."""
    require_for_election(Role.OBSERVER, election_id)
    found = Organising(runtime()).checklist(election_id)
    ready = not any(each.fault for each in found)
    return ChecklistOut(ready=ready, findings=list(map(_finding, found)))


@elections.post(f"{_PLACE}/publish")
@needs(_SESSION)
@elections.output(DraftOut, status_code=202)
def publish(election_id: str) -> DraftOut | Response:
    """Draw the roll and bring the election on chain: nothing of it changes after that."""
    signed_in, _ = require_for_election(Role.ORGANISER, election_id)
    try:
        return _draft(Organising(runtime()).publish(signed_in.actor, election_id))
    except NotReady as error:
        lines = [_finding(each).model_dump(mode="json") for each in error.findings]
        return problem(409, error.code, str(error), retryable=False, findings=lines)


@elections.post(f"{_PLACE}/cancel")
@needs(_SESSION)
@elections.output(DraftOut, status_code=202)
def cancel(election_id: str) -> DraftOut:
    """Call an election off, before its voting starts."""
    signed_in, _ = require_for_election(Role.ORGANISER, election_id)
    return _draft(Organising(runtime()).cancel(signed_in.actor, election_id))


@elections.post(f"{_PLACE}/key")
@elections.input(KeyIn, arg_name="body")
@elections.output(KeyOut, status_code=202)
def hand_in_key(election_id: str, body: KeyIn) -> KeyOut:
    """Hand in the trustees' secret, from the opening time on; it is verified, then released."""
    desk().limits.hit(f"trustee-key:{client()}", _KEYS_A_MINUTE, _MINUTE)
    Organising(runtime()).hand_in_key(election_id, int(body.secret, 16))
    return KeyOut(state="accepted")


def _draft(row: Election) -> DraftOut:
    terms = drafts.terms_of(row)
    return DraftOut(
        id=row.id,
        state=row.state,
        test=row.test,
        definition=orjson.loads(row.definition),
        identity=terms.identity,
        methods=list(terms.methods),
        law=terms.law,
    )


def _row(row: Election) -> ElectionRow:
    return ElectionRow(
        id=row.id,
        title=row.title,
        state=row.state,
        test=row.test,
        created_at=row.created_at,
        changed_at=row.changed_at,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
    )


def _finding(each: Finding) -> FindingOut:
    return FindingOut(
        code=each.code,
        level="fault" if each.fault else "warning",
        korean=each.korean,
        english=each.english,
        source=each.source,
    )


def _template(each: Template) -> TemplateOut:
    (item,) = each.definition("", {})["items"]
    return TemplateOut(
        id=each.id,
        name=each.name,
        law=each.law,
        source=each.source,
        consulted=each.consulted,
        identity=each.identity,
        item=item,
        advice=ADVICE,
    )


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()
