"""What requests and answers about a roll look like. No answer holds a person whole."""

from typing import Annotated, Literal

from pydantic import Field

from hanpyo.web.staff_models import Model

Text = Annotated[str | None, Field(max_length=1_000, repr=False)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class NoteOut(Model):
    """One thing about the file: where, a stable code, and what to do in two languages."""

    code: str
    row: int | None
    column: str | None
    other_row: int | None
    korean: str
    english: str


class ColumnOut(Model):
    """A column that is read: its heading, and what it means."""

    title: str
    field: str


class ClassOut(Model):
    """Heads and weight of one class; weights are whole numbers or fractions as text."""

    number: int
    name: str
    heads: int
    weight: str


class PreviewOut(Model):
    """A file as it was understood. `previewId` accepts it; with errors there is none.

    Of many errors and warnings the first are listed; the counts are of all.
    """

    preview_id: str | None
    expires_at: int
    rows: int
    weight: str
    classes: list[ClassOut]
    columns: list[ColumnOut]
    errors: list[NoteOut]
    error_count: int
    warnings: list[NoteOut]
    warning_count: int


class AcceptIn(Model):
    """Which preview becomes the roll."""

    preview_id: Id


class AcceptedOut(Model):
    """How many members the roll has now."""

    members: int


class MemberOut(Model):
    """A member, personal data masked: 김○○, 010-****-5678.

    `row` is the row of the file. `voter` is shown to those who looked for this one member.
    """

    id: str
    row: int
    weight: str
    class_: int = Field(alias="class")
    listed: bool
    voter: int | None = None
    name: str | None = None
    phone: str | None = None
    mail: str | None = None
    birth_date: str | None = None
    number: str | None = None


class MembersOut(Model):
    """A page of members; `next` is its `after`, null on the last one."""

    members: list[MemberOut]
    next: str | None = None


class SearchIn(Model):
    """Exactly one of phone, mail, number and subject, or name and birth date."""

    phone: Text = None
    mail: Text = None
    number: Text = None
    subject: Text = None
    name: Text = None
    birth_date: Text = None


class CorrectionIn(Model):
    """What replaces what, written as in a file; an empty text takes a field away."""

    name: Text = None
    phone: Text = None
    mail: Text = None
    birth_date: Text = None
    address: Text = None
    number: Text = None
    subject: Text = None
    co_owners: Text = None
    weight: Text = None
    class_: str | None = Field(default=None, max_length=1_000, alias="class")
    wallet: Text = None


class PassphraseIn(Model):
    """What opens the private list; it is not kept."""

    passphrase: Annotated[str, Field(min_length=12, max_length=1_000, repr=False)]


class ErasureIn(Model):
    """Said on purpose: there is no way back."""

    confirm: Literal["erase"]


class ErasedOut(Model):
    """Whether this request erased; false where that was done before."""

    erased: bool
