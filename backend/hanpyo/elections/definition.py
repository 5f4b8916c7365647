"""An organiser's definition file: what is asked, of whom, by which rules, when.

YAML or JSON. Everything is checked before anything is sent: a field that is unknown, missing or out
of its range is named with its place. Times are ISO 8601 with an offset, or seconds since 1970.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hanpyo.errors import HanpyoError
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.manifest import ClassRow, Timetable
from hanpyo.protocol.types import Address, Secrecy, Timestamp

_LATEST_SECONDS: Final = 10**11
"""The year 5138; what lies beyond was counted in milliseconds."""
_SHARE: Final = re.compile(r"(>=|≥|>)\s*(\d+)\s*/\s*(\d+)")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_WORD: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")

MethodName = Literal["choose-one", "choose-up-to", "approval", "score", "cumulative", "ranking"]


class DefinitionError(HanpyoError):
    """A definition file that describes no election."""

    code: ClassVar[str] = "bad_definition"


def _seconds(value: object) -> int:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("is neither ISO 8601 nor seconds since 1970") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("needs an offset from UTC, such as +09:00")
        return int(value.timestamp())
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(  # noqa: TRY004  pydantic reports a ValueError with its place
            "is neither ISO 8601 nor whole seconds since 1970"
        )
    if value > _LATEST_SECONDS:
        raise ValueError("is in milliseconds; give seconds since 1970")
    if value < 0:
        raise ValueError("is before 1970")
    return value


def _address(value: object) -> bytes:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError("is not an address (0x and 40 hexadecimal digits; quote it in YAML)")
    return bytes.fromhex(value[2:])


def _word(value: object) -> int:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise ValueError("is not a hexadecimal number (quote it in YAML)")
    return int(value, 16)


def _share(value: object) -> Share:
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('is not a share such as "> 1/2" or ">= 2/3"')
    sign, numerator, denominator = match.groups()
    return Share(int(numerator), int(denominator), strict=sign == ">")


Seconds = Annotated[int, BeforeValidator(_seconds)]
AddressField = Annotated[bytes, BeforeValidator(_address)]
WordField = Annotated[int, BeforeValidator(_word)]
ShareField = Annotated[Share, BeforeValidator(_share)]
Title = Annotated[str, Field(min_length=1, max_length=1_000)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, strict=True
    )


class TimesPart(_Part):
    """The frozen times; see docs/protocol.md section 2."""

    opens: Seconds
    closes: Seconds
    barrier: Seconds | None = None
    opening: Seconds
    key_deadline: Seconds | None = Field(default=None, alias="keyDeadline")
    certify: Seconds | None = None
    rebind_until: Seconds | None = Field(default=None, alias="rebindUntil")

    def timetable(self) -> Timetable:
        """Times left out follow the one before them; rebinding ends with the voting."""
        barrier = self.closes if self.barrier is None else self.barrier
        deadline = self.opening if self.key_deadline is None else self.key_deadline
        certify = deadline if self.certify is None else self.certify
        rebind = self.closes if self.rebind_until is None else self.rebind_until
        times = (self.opens, self.closes, barrier, self.opening, deadline, certify, rebind)
        return Timetable(*map(Timestamp, times))


class RegistrarsPart(_Part):
    """Who attests voters' keys."""

    threshold: int
    addresses: tuple[AddressField, ...]


class TrusteePart(_Part):
    """The trustees' public key, a point of BN254."""

    x: WordField
    y: WordField


class ClassPart(_Part):
    """A row of the class table; barred pairs are (item, option), both from 1."""

    name: Title
    group: str | None = None
    barred: tuple[tuple[int, int], ...] = ()


class OptionPart(_Part):
    """An option with what it costs and which option group it belongs to."""

    title: Title
    cost: int | None = None
    group: int | None = None


class DocumentPart(_Part):
    """A document that voters read before they decide; it lies where the organiser put it."""

    title: Title
    url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=2_000)]


class RulePart(_Part):
    """How an item is decided."""

    decision: Literal["counted", "threshold"] = "counted"
    unit: Literal["heads", "weight", "both"] = "heads"
    base: Literal["present", "all", "decided"] = "present"
    quorum: ShareField | None = None
    presence: ShareField | None = None
    approval: ShareField | None = None

    def rule(self) -> Rule:
        """The rule as the manifest holds it."""
        return Rule(
            Decision[self.decision.upper()],
            Unit[self.unit.upper()],
            Base[self.base.upper()],
            self.quorum,
            self.presence,
            self.approval,
        )


class ItemPart(_Part):
    """One agenda item; `option_groups` names the groups of its options, from 0."""

    title: Title
    description: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    documents: tuple[DocumentPart, ...] = ()
    option_groups: tuple[Title, ...] = Field(default=(), alias="optionGroups")
    options: tuple[Title | OptionPart, ...]
    method: MethodName = "choose-one"
    minimum: int = 1
    maximum: int | None = None
    points: int = 1
    total: int = 0
    cost_cap: int = Field(default=0, alias="costCap")
    rule: RulePart = RulePart()
    eligible: tuple[str, ...] | None = None
    counting: dict[str, Any] | None = None

    def item(self, groups: Sequence[str]) -> Item:
        """The item as the manifest holds it; raises `AgendaError`, `DefinitionError`."""
        method = Method[self.method.upper().replace("-", "_")]
        options = [OptionPart(title=o) if isinstance(o, str) else o for o in self.options]
        most = 1 if method is Method.CHOOSE_ONE else len(options)
        return Item(
            method=method,
            options=len(options),
            minimum=self.minimum,
            maximum=most if self.maximum is None else self.maximum,
            points=self.points,
            sum_limit=self.total,
            cost_cap=self.cost_cap,
            rule=self.rule.rule(),
            eligible=self._eligible(groups),
            option_groups=_column(self.title, "group", [option.group for option in options]),
            costs=_column(self.title, "cost", [option.cost for option in options]),
        )

    def text(self) -> dict[str, Any]:
        """The item in the published text."""
        titles = [o if isinstance(o, str) else o.title for o in self.options]
        more = {
            "description": self.description,
            "documents": [document.model_dump() for document in self.documents],
            "optionGroups": list(self.option_groups),
            "counting": self.counting,
        }
        kept = {name: value for name, value in more.items() if value}
        return {"title": self.title, "options": titles} | kept

    def _eligible(self, groups: Sequence[str]) -> frozenset[int] | None:
        if self.eligible is None:
            return None
        return frozenset(_group(groups, name, f"item {self.title!r}") for name in self.eligible)


class Definition(_Part):
    """A whole definition file."""

    title: Title
    organisation: Title | None = None
    secrecy: Literal["open", "sealed"] = "sealed"
    unit: Title | None = None
    times: TimesPart
    registrars: RegistrarsPart | None = None
    clerks: tuple[AddressField, ...] = ()
    trustee_key: TrusteePart | None = Field(default=None, alias="trusteeKey")
    groups: tuple[Title, ...] = ("everybody",)
    classes: tuple[ClassPart, ...] = (ClassPart(name="everybody"),)
    items: tuple[ItemPart, ...] = Field(min_length=1)

    @property
    def secrecy_kind(self) -> Secrecy:
        """The secrecy as the manifest holds it."""
        return Secrecy[self.secrecy.upper()]

    @property
    def trustee_point(self) -> tuple[int, int] | None:
        """The trustees' key, if any."""
        return None if self.trustee_key is None else (self.trustee_key.x, self.trustee_key.y)

    @property
    def registrar_addresses(self) -> tuple[Address, ...]:
        """The registrars in order."""
        return tuple(map(Address, self.registrars.addresses)) if self.registrars else ()

    def agenda(self) -> tuple[Item, ...]:
        """The items as the manifest holds them."""
        return tuple(part.item(self.groups) for part in self.items)

    def class_rows(self) -> tuple[ClassRow, ...]:
        """The class table."""
        rows = []
        for part in self.classes:
            name = self.groups[0] if part.group is None else part.group
            group = _group(self.groups, name, f"class {part.name!r}")
            barred = tuple(sorted((item - 1, option) for item, option in part.barred))
            if any(item < 0 for item, _ in barred):
                raise DefinitionError(f"class {part.name!r}: barred items are numbered from 1")
            rows.append(ClassRow(group, barred))
        return tuple(rows)

    def text(self) -> dict[str, Any]:
        """The text that is published with the election."""
        names = {"organisation": self.organisation, "unit": self.unit}
        return (
            {"title": self.title}
            | {name: value for name, value in names.items() if value}
            | {
                "groups": list(self.groups),
                "classes": [part.name for part in self.classes],
                "items": [part.text() for part in self.items],
            }
        )


def read_definition(data: bytes) -> Definition:
    """The definition in a file's bytes; raises `DefinitionError` naming the field."""
    try:
        content = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DefinitionError(f"the file is neither YAML nor JSON: {error}") from error
    return definition_of(content)


def definition_of(content: object) -> Definition:
    """The definition that this content, of JSON's types, describes; raises as `read_definition`."""
    if not isinstance(content, dict):
        raise DefinitionError("the file does not hold fields with names")
    try:
        return Definition.model_validate(_tuples(content))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise DefinitionError(f"{place}: {message}") from error


def _tuples(value: object) -> object:
    """Lists as tuples: the models are frozen and strict."""
    if isinstance(value, list):
        return tuple(_tuples(each) for each in value)
    if isinstance(value, dict):
        return {name: _tuples(each) for name, each in value.items()}
    return value


def _group(groups: Sequence[str], name: str, where: str) -> int:
    if name not in groups:
        raise DefinitionError(f"{where}: there is no group {name!r}; there are {list(groups)}")
    return groups.index(name)


def _column(title: str, name: str, values: Sequence[int | None]) -> tuple[int, ...] | None:
    given = [value for value in values if value is not None]
    if not given:
        return None
    if len(given) != len(values):
        raise DefinitionError(f"item {title!r}: give every option its {name}, or none")
    return tuple(given)
