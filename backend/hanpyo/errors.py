"""The one base of every error that Hanpyo raises on purpose.

Leaves live where the knowledge is; whoever catches `HanpyoError` holds a message fit for people
and a stable code fit for machines.
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
