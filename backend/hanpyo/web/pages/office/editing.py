"""A draft as its pages read and change it: the definition's content, one part a page.

What a page does not show stays as it is, so that a definition made elsewhere loses nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hanpyo.db.models import Election, ElectionState, Role
from hanpyo.elections.drafts import terms_of
from hanpyo.elections.organising import Organising
from hanpyo.elections.terms import Terms
from hanpyo.identity.staff.sessions import SignedIn
from hanpyo.web.context import runtime
from hanpyo.web.guard import require_for_election


@dataclass(frozen=True, slots=True)
class Draft:
    """An election's row with its definition's content, and who looks at it."""

    who: SignedIn
    row: Election
    content: Mapping[str, Any]

    @property
    def roles(self) -> frozenset[str]:
        """Roles that whoever looks holds in the election's organisation."""
        return frozenset(
            each.role for each in self.who.roles if each.organisation_id == self.row.organisation_id
        )

    @property
    def editable(self) -> bool:
        """Whether whoever looks may change it now."""
        return self.row.state == ElectionState.DRAFT and Role.ORGANISER in self.roles

    @property
    def url(self) -> str:
        """Its first page."""
        return f"/staff/elections/{self.row.id}"

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """The agenda items as the definition holds them."""
        return list(self.content.get("items", []))

    def change(self, **parts: Any) -> None:
        """Replace parts of the definition; None takes one away. Raises as `drafts.change_draft`."""
        merged = {**self.content, **parts}
        content = {name: value for name, value in merged.items() if value is not None}
        organising = Organising(runtime())
        organising.change(self.who.actor, self.row.id, content, lambda terms: terms)

    def change_terms(self, terms: Callable[[Terms], Terms]) -> None:
        """Replace how members are known; raises as `drafts.change_draft`."""
        Organising(runtime()).change(self.who.actor, self.row.id, None, terms)

    def copy_as_test(self, content: Mapping[str, Any]) -> Election:
        """A new draft on the same terms that is a test for ever."""
        organising = Organising(runtime())
        return organising.create(
            self.who.actor, self.row.organisation_id, content, terms_of(self.row), test=True
        )


def draft_of(election_id: str, role: Role | Collection[Role] = Role.OBSERVER) -> Draft:
    """The election with its content, for whoever holds one of the roles; raises as the guard."""
    who, row = require_for_election(role, election_id)
    return Draft(who, row, orjson.loads(row.definition))
