"""What organisers do with elections: each act one transaction, with its line in the audit log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Election, ElectionState, Member
from hanpyo.elections import drafts, trusteeship
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.checklist import Finding
from hanpyo.elections.drafts import NotADraft, locked
from hanpyo.elections.readiness import findings_of, request_publishing
from hanpyo.elections.terms import Terms
from hanpyo.identity.staff import audit_log
from hanpyo.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Overview:
    """An election as its organisation's staff see it."""

    election: Election
    members: int


class Organising:
    """The use-cases over an installation; whether the actor may is the caller's to check."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def create(
        self,
        actor: str,
        organisation_id: str,
        content: Mapping[str, Any],
        terms: Terms,
        *,
        test: bool,
    ) -> Election:
        """See `drafts.create_draft`."""

        def work(session: Session) -> Election:
            return drafts.create_draft(
                session, organisation_id, content, terms, test=test, now=self._runtime.now()
            )

        return self._act(actor, "election.drafted", work)

    def change(
        self,
        actor: str,
        election_id: str,
        content: Mapping[str, Any] | None,
        terms: Callable[[Terms], Terms],
    ) -> Election:
        """Replace the content if given, and the terms by what `terms` makes of them.

        Raises as `drafts.change_draft`.
        """

        def work(session: Session) -> Election:
            row = drafts.require_draft(session, election_id)
            given = terms(drafts.terms_of(row))
            now = self._runtime.now()
            return drafts.change_draft(session, election_id, content=content, terms=given, now=now)

        return self._act(actor, "election.changed", work)

    def checklist(self, election_id: str) -> tuple[Finding, ...]:
        """The checklist of a draft; raises `NotADraft`, `UnknownElection`, `Unavailable`."""

        def work(session: Session) -> tuple[Finding, ...]:
            row = locked(session, election_id)
            if row.state != ElectionState.DRAFT:
                raise NotADraft("the election is no draft any more")
            return findings_of(session, row, self._runtime.settings, self._runtime.now())

        return self._runtime.database.transact(work)

    def publish(self, actor: str, election_id: str) -> Election:
        """See `readiness.request_publishing`; the publishing task does the rest."""

        def work(session: Session) -> Election:
            now = self._runtime.now()
            return request_publishing(session, election_id, self._runtime.settings, now)

        return self._act(actor, "election.publishing_requested", work)

    def cancel(self, actor: str, election_id: str) -> Election:
        """See `drafts.cancel`; on chain the publishing task does it."""
        return self._act(
            actor,
            "election.cancelling_requested",
            lambda session: drafts.cancel(session, election_id, self._runtime.now()),
        )

    def overview(self, election_id: str) -> Overview:
        """The election and the size of its roll; raises `UnknownElection`."""
        counted = select(func.count()).where(Member.election_id == election_id)
        with self._runtime.database.read() as session:
            row = session.get(Election, election_id)
            if row is None:
                raise UnknownElection("there is no such election")
            return Overview(row, session.scalar(counted) or 0)

    def listed(
        self, organisation_id: str, after: tuple[int, str] | None, limit: int
    ) -> Sequence[Election]:
        """Elections of an organisation, the newest first, from after one (creation, id) on."""
        query = select(Election).where(Election.organisation_id == organisation_id)
        if after is not None:
            at, id_ = after
            later = (Election.created_at == at) & (Election.id > id_)
            query = query.where((Election.created_at < at) | later)
        query = query.order_by(Election.created_at.desc(), Election.id).limit(limit)
        with self._runtime.database.read() as session:
            return session.scalars(query).all()

    def hand_in_key(self, election_id: str, secret: int) -> bool:
        """See `trusteeship.hand_in_key`."""
        return self._runtime.database.transact(
            lambda session: trusteeship.hand_in_key(session, election_id, secret)
        )

    def _act(self, actor: str, action: str, work: Callable[[Session], Election]) -> Election:
        def whole(session: Session) -> Election:
            row = work(session)
            session.flush()
            subject = f"election:{row.id}"
            audit_log.record(session, row.organisation_id, actor, action, subject)
            return row

        return self._runtime.database.transact(whole)
