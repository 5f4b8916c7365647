"""Requests and answers as models, over one kept connection; every failure typed.

Answers may hold more than this version knows: what is unknown is passed over. No redirect is
followed, and nothing is taken from the environment.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from hanpyo.client.errors import ServiceUnreachable, problem_of
from hanpyo.closable import Closable
from hanpyo.errors import HanpyoError

_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")
_TIMEOUT: Final = 30.0
_OK: Final = range(200, 300)


class AnswerUnreadable(HanpyoError):
    """The answer is not what this version of the client knows."""

    code: ClassVar[str] = "answer_unreadable"


class Api(Closable):
    """One service. `token` is a member's session, `csrf` that of staff; None while signed out."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.token: str | None = None
        self.csrf: str | None = None

    @classmethod
    def at(cls, url: str, timeout: float = _TIMEOUT) -> Self:
        """The service at a URL."""
        return cls(httpx.Client(base_url=url, timeout=timeout, trust_env=False))

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, answer: type[_M], path: str, query: Mapping[str, Any] | None = None) -> _M:
        """What stands at `path`."""
        return self._read(answer, self.send("GET", path, query=query))

    def post(self, answer: type[_M], path: str, body: BaseModel | None = None) -> _M:
        """The answer to `body`."""
        return self._read(answer, self.send("POST", path, body))

    def put(self, answer: type[_M], path: str, body: BaseModel | None = None) -> _M:
        """The answer to `body`."""
        return self._read(answer, self.send("PUT", path, body))

    def patch(self, answer: type[_M], path: str, body: BaseModel) -> _M:
        """The answer to `body`."""
        return self._read(answer, self.send("PATCH", path, body))

    def upload(self, answer: type[_M], path: str, content: bytes, mimetype: str) -> _M:
        """The answer to a file."""
        return self._read(answer, self._exchange("POST", path, content, mimetype, None))

    def send(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body of an answer; raises `HanpyoClientError`, `ServiceUnreachable`."""
        if body is None:
            return self._exchange(method, path, None, None, query)
        content = body.model_dump_json(by_alias=True, exclude_none=True).encode()
        return self._exchange(method, path, content, "application/json", query)

    def pages(
        self,
        answer: type[_M],
        path: str,
        rows: Callable[[_M], list[_T]],
        query: Mapping[str, Any] | None = None,
    ) -> Iterator[_T]:
        """Every row of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(answer, path, {**(query or {}), **({"after": after} if after else {})})
            yield from rows(page)
            after = getattr(page, "next", None)
            if after is None:
                return

    def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | None,
        mimetype: str | None,
        query: Mapping[str, Any] | None,
    ) -> bytes:
        headers = {"Content-Type": mimetype} if mimetype else {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.csrf is not None and method != "GET":
            headers["X-CSRF-Token"] = self.csrf
        try:
            response = self._http.request(
                method, path, content=content, params=query, headers=headers
            )
        except httpx.HTTPError as error:
            raise ServiceUnreachable(
                f"the service does not answer ({type(error).__name__})"
            ) from error
        if response.status_code not in _OK:
            raise problem_of(response)
        return response.content

    @staticmethod
    def _read(answer: type[_M], body: bytes) -> _M:
        try:
            return answer.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            raise AnswerUnreadable(f"the answer is no {answer.__name__}") from error
