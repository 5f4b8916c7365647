"""An election before it is published: made, changed, called off. Each call is one transaction.

Whether an election is a test is said when it is made and never changes: a test election has a
contract, a text and links of its own, its title says so everywhere, and no real election's title
can look like that.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy.orm import Session

from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.definition import Definition, DefinitionError, definition_of
from hanpyo.elections.normal_forms import BadForm, clean
from hanpyo.elections.templates import Law
from hanpyo.elections.terms import Terms
from hanpyo.errors import Conflict

TEST_PREFIX: Final = "[시험 투표] "
_UNFINISHED: Final = (ElectionState.PUBLISHING, ElectionState.FAILED)
_DEEPEST: Final = 12
_LARGEST: Final = 1 << 63


class NotADraft(Conflict):
    """The election is published or called off: what it says can change no more."""

    code: ClassVar[str] = "not_a_draft"


class CannotCancel(Conflict):
    """The voting has started or the election has ended: nobody can call it off."""

    code: ClassVar[str] = "cannot_cancel"


def create_draft(
    session: Session,
    organisation_id: str,
    content: Mapping[str, Any],
    terms: Terms,
    *,
    test: bool,
    now: int,
) -> Election:
    """A new draft from a definition's content; raises `DefinitionError`, `Invalid`."""
    kept, definition = _read(content)
    election = Election(
        organisation_id=organisation_id,
        state=ElectionState.DRAFT,
        title=shown_title(definition.title, test=test),
        definition=kept,
        identity=terms.identity,
        methods=" ".join(terms.methods),
        law=terms.law,
        test=test,
        created_at=now,
        changed_at=now,
    )
    session.add(election)
    session.flush()
    return election


def change_draft(
    session: Session,
    election_id: str,
    *,
    content: Mapping[str, Any] | None,
    terms: Terms | None,
    now: int,
) -> Election:
    """Replace what is given; raises `NotADraft`, `DefinitionError`, `UnknownElection`."""
    election = require_draft(session, election_id)
    if content is not None:
        election.definition, definition = _read(content)
        election.title = shown_title(definition.title, test=election.test)
    if terms is not None:
        election.identity, election.methods = terms.identity, " ".join(terms.methods)
        election.law = terms.law
    election.changed_at = now
    return election


def cancel(session: Session, election_id: str, now: int) -> Election:
    """Call a draft off at once; ask for it on chain where publishing has begun.

    `now` is the wall clock's time; the chain decides in the end. Raises `CannotCancel`.
    """
    election = locked(session, election_id)
    if election.state == ElectionState.DRAFT:
        election.state = ElectionState.CANCELLED
    elif election.state in _UNFINISHED or _is_before_voting(election, now):
        election.cancelling = True
    elif election.state != ElectionState.CANCELLED:
        raise CannotCancel("the voting has started or the election has ended")
    election.changed_at = now
    return election


def definition_in(election: Election) -> Definition:
    """The definition of an election's row."""
    return definition_of(orjson.loads(election.definition))


def terms_of(election: Election) -> Terms:
    """The terms of an election's row."""
    law = None if election.law is None else Law(election.law)
    return Terms(election.identity, tuple(election.methods.split()), law)


def require_draft(session: Session, election_id: str) -> Election:
    """The draft, locked until the commit; raises `NotADraft`, `UnknownElection`."""
    election = locked(session, election_id)
    if election.state != ElectionState.DRAFT:
        raise NotADraft("the election is no draft any more: nothing of it can change")
    return election


def locked(session: Session, election_id: str) -> Election:
    """The election's row, locked until the commit; raises `UnknownElection`."""
    election = session.get(Election, election_id, with_for_update=True, populate_existing=True)
    if election is None:
        raise UnknownElection("there is no such election")
    return election


def shown_title(title: str, *, test: bool) -> str:
    """The title as everybody sees it; a test's says that it is one."""
    return TEST_PREFIX + title if test else title


def _read(content: Mapping[str, Any]) -> tuple[str, Definition]:
    """The content as it is kept, its texts in their normal form, and what it means."""
    normal = _normal(content, "definition", _DEEPEST)
    definition = definition_of(normal)
    if definition.title.startswith(TEST_PREFIX.strip()):
        raise DefinitionError(f"title: {TEST_PREFIX.strip()!r} is what marks test elections")
    definition.agenda()
    definition.class_rows()
    return orjson.dumps(normal).decode(), definition


def _normal(value: object, place: str, depth: int) -> object:
    if depth == 0:
        raise DefinitionError(f"{place}: is nested too deeply")
    if isinstance(value, str):
        try:
            return clean(value)
        except BadForm:
            raise DefinitionError(f"{place}: holds hidden or control characters") from None
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise DefinitionError(f"{place}: is too large a number")
    if isinstance(value, Mapping):
        return {
            str(_normal(name, place, depth - 1)): _normal(each, f"{place}.{name}"[:200], depth - 1)
            for name, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_normal(each, f"{place}.{at}", depth - 1) for at, each in enumerate(value)]
    return value


def _is_before_voting(election: Election, now: int) -> bool:
    return election.state == ElectionState.PUBLISHED and now < (election.opens_at or 0)
