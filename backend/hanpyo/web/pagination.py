"""Lists in pages: `?limit=&after=`, and `next` in the answer until the last page.

A cursor is the sort key of the last row shown, opaque to clients. Rows added or removed between
two pages are never shown twice and never push others out.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from hanpyo.errors import Invalid

_T = TypeVar("_T")
_LARGEST: Final = 2**63 - 1
Key = tuple[int | str, ...]
"""The sort key of a row."""


class PageQuery(BaseModel):
    """The query of a list; `many` is how many rows to ask the database for."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    limit: int = Field(default=50, ge=1, le=200)
    after: str | None = Field(default=None, max_length=400)

    @property
    def many(self) -> int:
        """One row more than is shown: it says whether a page follows."""
        return self.limit + 1

    def key(self, *kinds: type) -> Key | None:
        """The sort key after which the page starts, of these types; None for the first page.

        Raises `Invalid` for a cursor that no answer contained.
        """
        return None if self.after is None else _read(self.after, kinds)


def cut(
    query: PageQuery, rows: Sequence[_T], key_of: Callable[[_T], Key]
) -> tuple[Sequence[_T], str | None]:
    """The rows of the page and the cursor of the next one, of up to `query.many` rows in order."""
    if len(rows) <= query.limit:
        return rows, None
    shown = rows[: query.limit]
    return shown, cursor(key_of(shown[-1]))


def cursor(key: Key) -> str:
    """A sort key as it stands in URLs."""
    return urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def _read(text: str, kinds: tuple[type, ...]) -> Key:
    try:
        found = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        found = None
    if not isinstance(found, list) or [type(each) for each in found] != list(kinds):
        raise Invalid("after", "is not a cursor of this list")
    if any(isinstance(each, int) and abs(each) > _LARGEST for each in found):
        raise Invalid("after", "is not a cursor of this list")
    if any(isinstance(each, str) and "\0" in each for each in found):
        raise Invalid("after", "is not a cursor of this list")
    return tuple(found)
