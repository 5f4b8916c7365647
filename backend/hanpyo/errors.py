"""The one base of every error that Hanpyo raises on purpose, and the kinds a caller can act on.

Leaves live where the knowledge is; whoever catches `HanpyoError` holds a message fit for people
and a stable code fit for machines. The kinds say what went wrong for the caller; a boundary (HTTP,
a command) turns them into its own words.
"""

from typing import ClassVar


class HanpyoError(Exception):
    """A failure that Hanpyo understands.

    `code` is a stable name in lower case with underscores, part of the public interface.
    `retryable` says whether the same call may succeed later with nothing changed. The message
    names the field or thing at fault and what to do about it.
    """

    code: ClassVar[str] = "hanpyo_error"
    retryable: ClassVar[bool] = False


class Unauthenticated(HanpyoError):
    """Nobody is signed in, or what was shown as proof does not hold."""

    code: ClassVar[str] = "unauthenticated"


class Forbidden(HanpyoError):
    """Whoever is signed in may not do this."""

    code: ClassVar[str] = "forbidden"


class NotFound(HanpyoError):
    """There is no such thing, or not for this caller: the two are never told apart."""

    code: ClassVar[str] = "not_found"


class Conflict(HanpyoError):
    """The request does not fit what has already happened."""

    code: ClassVar[str] = "conflict"


class Invalid(HanpyoError):
    """The request is well formed and says something that cannot be."""

    code: ClassVar[str] = "invalid"

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}" if field else problem)


class TooMany(HanpyoError):
    """Too many tries; `retry_after` is in seconds."""

    code: ClassVar[str] = "too_many_requests"
    retryable: ClassVar[bool] = True

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unavailable(HanpyoError):
    """Something this depends on is not there now; `retry_after` is in seconds."""

    code: ClassVar[str] = "unavailable"
    retryable: ClassVar[bool] = True

    def __init__(self, message: str, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(message)
