"""JSON of answers by orjson: fast, UTF-8, and nothing that it cannot write exactly."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from hanpyo.web import strict_json


class OrjsonProvider(JSONProvider):
    """Flask's JSON by orjson; what comes in is read strictly."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """`obj` as JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The document in `s`; raises `MalformedJson`."""
        return strict_json.loads(s.encode() if isinstance(s, str) else s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response of the given value."""
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")
