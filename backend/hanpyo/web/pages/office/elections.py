"""An election's first page, its checklist, and the acts that bring it on: publish, test, cancel."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import ElectionState, Role
from hanpyo.elections.checklist import Finding
from hanpyo.elections.organising import Organising
from hanpyo.errors import HanpyoError
from hanpyo.indexer import queries
from hanpyo.web import public_answers
from hanpyo.web.context import runtime
from hanpyo.web.pages.office import dates, naming
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, office, to
from hanpyo.web.pages.office.saying import BadForm
from hanpyo.web.pages.office.standing import stand
from hanpyo.web.public import reader
from hanpyo.web.public_models import Turnout

_PLACE: Final = "/elections/<election_id>"
STEPS: Final = ("agenda", "channels", "dates", "key", "roll")
_STEP_OF: Final[Mapping[str, str]] = {
    "roll_empty": "roll",
    "roll_class_unknown": "roll",
    "times_out_of_order": "dates",
    "opens_in_the_past": "dates",
    "opens_soon": "dates",
    "voting_too_short": "dates",
    "opening_before_finality": "dates",
    "key_deadline_short": "dates",
    "notice_short": "dates",
    "trustee_key_unused": "key",
    "no_trustee_key": "key",
    "bad_trustee_key": "key",
    "trustee_key_reused": "key",
    "methods_below_level": "channels",
    "method_not_configured": "channels",
    "identity_below_proposed": "channels",
    "identity_for_trials": "channels",
    "identity_weak": "channels",
    "no_registrars": "channels",
    "registrars_unreachable": "channels",
}
"""Where a line of the checklist is put right; the agenda for every other."""


@office.get(_PLACE)
def election_page(election_id: str) -> ResponseReturnValue:
    """How far an election is, and what comes next."""
    draft = draft_of(election_id)
    overview = Organising(runtime()).overview(election_id)
    findings = _findings(draft)
    return answer(
        "office/election.html",
        draft=draft,
        overview=overview,
        stand=stand(draft.row),
        steps=_steps(findings),
        findings=findings,
        turnout=turnout_of(election_id),
        channels=naming.CHANNELS,
        phases=_times(election_id),
    )


@office.get(f"{_PLACE}/checklist")
def checklist_page(election_id: str) -> ResponseReturnValue:
    """What a draft still lacks, and the last look before it is published."""
    return _checklist(draft_of(election_id))


@office.post(f"{_PLACE}/publish")
def publish(election_id: str) -> ResponseReturnValue:
    """Draw the roll and bring the election on chain, once the organiser says that it is final."""
    draft = draft_of(election_id, Role.ORGANISER)
    try:
        if not request.form.get("final"):
            raise BadForm("", "bad_form")
        Organising(runtime()).publish(draft.who.actor, election_id)
    except HanpyoError as error:
        return _checklist(draft, error)
    return to(draft.url, "publishing")


@office.post(f"{_PLACE}/cancel")
def cancel(election_id: str) -> ResponseReturnValue:
    """Call an election off, before its voting starts."""
    draft = draft_of(election_id, Role.ORGANISER)
    if not request.form.get("sure"):
        raise BadForm("")
    Organising(runtime()).cancel(draft.who.actor, election_id)
    return to(draft.url, "cancelling")


@office.post(f"{_PLACE}/test")
def make_test(election_id: str) -> ResponseReturnValue:
    """A test of the same agenda: an election of its own that opens soon.

    It takes neither the roll nor the trustee's key with it.
    """
    draft = draft_of(election_id, Role.ORGANISER)
    content = {name: value for name, value in draft.content.items() if name != "trusteeKey"}
    made = draft.copy_as_test({**content, "times": dates.soon(runtime().now())})
    return to(f"/staff/elections/{made.id}", "created")


def turnout_of(election_id: str) -> Turnout | None:
    """Who has a live ballot; None before the election is read from the chain."""
    try:
        with runtime().database.read() as session:
            found = reader().situation(session, election_id)
            parts = queries.turnout(session, election_id)
            hours = queries.turnout_by_hour(session, election_id)
    except HanpyoError:
        return None
    return public_answers.turnout(found, parts, hours)


def _times(election_id: str) -> Mapping[str, int]:
    """The frozen times; empty before the election is on chain."""
    try:
        with runtime().database.read() as session:
            times = reader().situation(session, election_id).election.manifest.timetable
    except HanpyoError:
        return {}
    return {
        "opens": times.opens_at,
        "closes": times.closes_at,
        "opening": times.opening_at,
        "keyDeadline": times.key_deadline,
        "certify": times.certify_at,
    }


def _findings(draft: Draft) -> Sequence[Finding]:
    if draft.row.state != ElectionState.DRAFT:
        return ()
    return Organising(runtime()).checklist(draft.row.id)


def _steps(findings: Sequence[Finding]) -> Mapping[str, int]:
    """How many faults stand in the way at each step."""
    counted = dict.fromkeys(STEPS, 0)
    for each in findings:
        if each.fault:
            counted[step_of(each)] += 1
    return counted


def step_of(finding: Finding) -> str:
    """The page on which a line of the checklist is put right."""
    return _STEP_OF.get(finding.code, "agenda")


def _checklist(draft: Draft, error: HanpyoError | None = None) -> ResponseReturnValue:
    findings = Organising(runtime()).checklist(draft.row.id)
    return answer(
        "office/checklist.html",
        error,
        draft=draft,
        findings=findings,
        step_of=step_of,
        ready=not any(each.fault for each in findings),
        overview=Organising(runtime()).overview(draft.row.id),
    )
