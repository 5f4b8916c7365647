"""The published text of an election in the page's language; what is missing is named by number.

The text is the organiser's and may hold anything of JSON: whatever has another shape than
docs/protocol.md section 2 says is passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext

from hanpyo.protocol.manifest import Manifest
from hanpyo.web.moments import language


@dataclass(frozen=True, slots=True)
class Document:
    """A document of an item; only https is linked to."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ItemText:
    """One item."""

    title: str
    description: str
    options: tuple[str, ...]
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class PublishedText:
    """A whole election."""

    title: str
    organisation: str
    items: tuple[ItemText, ...]

    @classmethod
    def of(cls, text: Any, manifest: Manifest, title: str) -> "PublishedText":
        """What the text says of an election with this manifest; `title` where it has none."""
        items = _list(_field(text, "items"))
        return cls(
            title=words(_field(text, "title")) or title,
            organisation=words(_field(text, "organisation")),
            items=tuple(
                _item(number, items[number] if number < len(items) else None, item.options)
                for number, item in enumerate(manifest.items)
            ),
        )


def names_of(text: Any, field: str, many: int) -> tuple[str, ...]:
    """The names that a text lists in a field; what is missing is named by number."""
    listed = _list(_field(text, field))
    return tuple(
        (words(listed[at]) if at < len(listed) else "") or gettext("%(n)s번", n=at + 1)
        for at in range(many)
    )


def words(value: Any) -> str:
    """A text that is a string, or one by language."""
    if isinstance(value, str):
        return value
    for wanted in (language(), "ko"):
        own = _field(value, wanted)
        if isinstance(own, str):
            return own
    return ""


def _item(number: int, text: Any, options: int) -> ItemText:
    titles = _list(_field(text, "options"))
    return ItemText(
        title=words(_field(text, "title")) or gettext("%(n)s번 안건", n=number + 1),
        description=words(_field(text, "description")),
        options=tuple(
            (words(titles[at]) if at < len(titles) else "") or gettext("%(n)s번", n=at + 1)
            for at in range(options)
        ),
        documents=tuple(
            document
            for each in _list(_field(text, "documents"))
            if (document := _document(each)) is not None
        ),
    )


def _document(value: Any) -> Document | None:
    title, url = words(_field(value, "title")), words(_field(value, "url"))
    try:
        sound = urlsplit(url).scheme == "https" and bool(urlsplit(url).netloc)
    except ValueError:
        sound = False
    return Document(title, url) if title and sound else None


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
