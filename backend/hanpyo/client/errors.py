"""What the service said when it refused, and what may be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import orjson

from hanpyo.errors import HanpyoError


class ServiceUnreachable(HanpyoError):
    """No answer came; whether the service acted is unknown. Repeating a ballot is harmless."""

    code: ClassVar[str] = "service_unreachable"
    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A field that the service refused."""

    field: str
    message: str


class HanpyoClientError(HanpyoError):
    """A problem that the service answered with.

    `status` is HTTP's, `problem` the stable code, `faults` the fields, `retry_after` seconds or
    None, `more` whatever else the problem says.
    """

    code: ClassVar[str] = "service_refused"

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: int | None) -> None:
        self.status = status
        self.problem = str(body.get("code", "unknown"))
        self.retry_after = retry_after
        self.faults: Sequence[FieldFault] = tuple(
            FieldFault(str(each.get("field", "")), str(each.get("message", "")))
            for each in body.get("errors", ())
        )
        self.more = {
            name: value
            for name, value in body.items()
            if name not in ("type", "status", "code", "detail", "errors", "retryable")
        }
        super().__init__(f"{body.get('detail', 'the service refused')} ({self.problem}, {status})")


def problem_of(response: httpx.Response) -> HanpyoClientError:
    """The problem in a refusal, also where something in between answered."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = {}
    after = response.headers.get("Retry-After", "")
    retry_after = int(after) if after.isascii() and after.isdigit() else None
    return HanpyoClientError(
        response.status_code, body if isinstance(body, dict) else {}, retry_after
    )
