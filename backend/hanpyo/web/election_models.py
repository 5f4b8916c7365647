"""What organisers' requests and answers about elections look like."""

from typing import Annotated, Any, Literal

from pydantic import Field

from hanpyo.elections.templates import Law
from hanpyo.elections.terms import METHODS
from hanpyo.web.staff_models import Model

Level = Literal["L0", "L1", "L2", "L3", "L4"]
MethodName = Annotated[str, Field(pattern=r"^[a-z]{2,16}(:[a-z0-9_-]{1,32})?$")]
Methods = Annotated[
    list[MethodName],
    Field(max_length=20, description=f"Of {', '.join(METHODS)}; `oidc:<provider>` for one."),
]
LawName = Literal["cooperative", "redevelopment", "condominium"]
Secret = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", repr=False)]


class DraftIn(Model):
    """A new draft. `definition` is described in docs/organiser.md; `test` never changes later."""

    definition: dict[str, Any]
    identity: Level = "L2"
    methods: Methods = Field(default_factory=lambda: ["link", "mail"])
    law: LawName | None = None
    test: bool = False


class DraftChange(Model):
    """What replaces what; whatever is left out stays."""

    definition: dict[str, Any] | None = None
    identity: Level | None = None
    methods: Methods | None = None
    law: LawName | Literal["none"] | None = None


class DraftOut(Model):
    """A draft's content."""

    id: str
    state: str
    test: bool
    definition: dict[str, Any]
    identity: str
    methods: list[str]
    law: str | None


class ElectionRow(Model):
    """An election in the list of its organisation."""

    id: str
    title: str
    state: str
    test: bool
    created_at: int
    changed_at: int
    opens_at: int | None
    closes_at: int | None


class ElectionRows(Model):
    """One page of elections."""

    elections: list[ElectionRow]
    next: str | None


class OverviewOut(Model):
    """An election as its organisation's staff see it.

    `fault` says why publishing failed. `cancelling` waits for the chain. `address` and
    `manifestHash` are to be told to members.
    """

    election: ElectionRow
    organisation_id: str
    identity: str
    methods: list[str]
    law: str | None
    members: int
    fault: str | None
    cancelling: bool
    address: str | None
    manifest_hash: str | None
    key_handed_in: bool


class FindingOut(Model):
    """One line of the checklist: a `fault` keeps the election from being published."""

    code: str
    level: Literal["fault", "warning"]
    korean: str
    english: str
    source: str | None


class ChecklistOut(Model):
    """All lines, faults first; `ready` when there is no fault."""

    ready: bool
    findings: list[FindingOut]


class TemplateOut(Model):
    """A definition to start from, with its statute and the month in which that was read."""

    id: str
    name: str
    law: Law
    source: str
    consulted: str
    identity: str
    item: dict[str, Any]
    advice: str


class TemplatesOut(Model):
    """Every template."""

    templates: list[TemplateOut]


class KeyIn(Model):
    """The trustees' secret, a number of 32 bytes."""

    secret: Secret


class KeyOut(Model):
    """The secret was verified; it is on its way to the chain."""

    state: Literal["accepted"]
