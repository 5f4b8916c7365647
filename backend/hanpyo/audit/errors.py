"""Why an audit could not be made at all. What was found wrong is a failed check, not an error."""

from typing import ClassVar

from hanpyo.errors import HanpyoError


class AuditError(HanpyoError):
    """The audit cannot start or cannot go on."""

    code: ClassVar[str] = "audit_impossible"


class UnknownElection(AuditError):
    """There is no Hanpyo election at the address."""

    code: ClassVar[str] = "unknown_election"


class BadBundle(AuditError):
    """The evidence file is truncated, of another format, or does not hold together."""

    code: ClassVar[str] = "bad_bundle"
