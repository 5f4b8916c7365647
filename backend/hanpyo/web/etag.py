"""Answers that a client may keep: a strong ETag of the content, and 304 where it has that."""

from hashlib import sha256
from typing import Any, Final

import orjson
from flask import Response, request
from pydantic import BaseModel

_ETAG_BYTES: Final = 16


def conditional(
    content: BaseModel | bytes | Any,
    *,
    max_age: int = 0,
    public: bool = False,
    mimetype: str = "application/json",
) -> Response:
    """An answer with its ETag, without body when the request names the same one.

    `max_age` in seconds allows use without asking; `public` allows shared caches. A model is shown
    by its aliases, anything that is not bytes as JSON.
    """
    response = Response(_body(content), mimetype=mimetype)
    response.set_etag(tag_of(response.get_data()))
    if public:
        response.cache_control.public = True
    else:
        response.cache_control.private = True
    response.cache_control.max_age = max_age
    if max_age == 0:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def tag_of(content: bytes) -> str:
    """The ETag of a content, without its quotes."""
    return sha256(content).hexdigest()[: 2 * _ETAG_BYTES]


def _body(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, BaseModel):
        return orjson.dumps(content.model_dump(mode="json", by_alias=True))
    return orjson.dumps(content)
