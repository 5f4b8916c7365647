"""The OpenAPI 3.1 document at `/v1/openapi.json`, generated from the handlers.

Operation ids are `<blueprint>_<function>`. Every operation may answer with a `Problem`; those that
need a person say which session they need, and files are described by `gives` and `takes`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from apiflask import APIFlask
from werkzeug.routing import Rule

from hanpyo.web.cookies import cookie_name
from hanpyo.web.problems import MEDIA_TYPE

PATH: Final = "/v1/openapi.json"
_METHODS: Final = ("get", "put", "post", "delete", "patch")
_SECURITY: Final = "_hanpyo_security"
_FILES: Final = "_hanpyo_files"
_TAKES: Final = "_hanpyo_takes"
_FILE: Final = {"type": "string", "format": "binary"}
_PATH: Final = {
    "digest": {"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"},
    "role": {"type": "string", "enum": ["organiser", "clerk", "registrar", "observer"]},
}
_ID: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457); `code` is stable.",
    "required": ["type", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:hanpyo:problem:[a-z0-9_]+$"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "detail": {"type": "string"},
        "retryable": {"type": "boolean"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_REFERENCE: Final = {"$ref": "#/components/schemas/Problem"}
_SAID: Final = {
    "400": "Malformed",
    "401": "Nobody is signed in",
    "403": "Not allowed",
    "404": "No such thing, or not for this caller",
    "406": "No answer of the types asked for",
    "409": "Does not fit what has happened",
    "411": "No Content-Length",
    "413": "Too large",
    "415": "Not the content type that is read here",
    "422": "Says something that cannot be",
    "429": "Too many; see Retry-After",
    "500": "A fault of the service",
    "503": "Not now; see Retry-After",
}
_ALWAYS: Final = ("400", "404", "406", "409", "422", "429", "500", "503")
_WITH_BODY: Final = ("401", "403", "411", "413", "415")
_WITH_PERSON: Final = ("401", "403")
STAFF_COOKIE: Final = "hanpyo_staff"
_MEMBER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "Session of a member of one election's roll.",
}

_F = TypeVar("_F", bound=Callable[..., Any])


def needs(scheme: str) -> Callable[[_F], _F]:
    """Say in the document that a handler needs a session: `staffSession` or `memberSession`."""

    def mark(handler: _F) -> _F:
        setattr(handler, _SECURITY, scheme)
        return handler

    return mark


def gives(*media_types: str, unchanged: bool = False) -> Callable[[_F], _F]:
    """Say which other media types a handler answers with, and whether 304 where ETags match.

    Without an output model these types are all there is.
    """

    def mark(handler: _F) -> _F:
        setattr(handler, _FILES, (media_types, unchanged))
        return handler

    return mark


def takes(*media_types: str) -> Callable[[_F], _F]:
    """Say that a handler takes a file: the body in one of these types, or the part `file`."""

    def mark(handler: _F) -> _F:
        setattr(handler, _TAKES, media_types)
        return handler

    return mark


def configure_openapi(app: APIFlask, public_url: str) -> None:
    """Set the document up; call it before blueprints are registered."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    app.config["AUTO_AUTH_ERROR_RESPONSE"] = False
    app.config["SECURITY_SCHEMES"] = {"staffSession": _staff(public_url), "memberSession": _MEMBER}
    app.config["SERVERS"] = [{"url": public_url}]
    app.config["DESCRIPTION"] = (
        "Elections on an EVM chain. Times are seconds since 1970, ids 32 hexadecimal digits, bytes "
        "0x-hexadecimal, large integers decimal text. Every failure is a Problem."
    )

    def finish(document: dict[str, Any] | str) -> dict[str, Any] | str:
        return document if isinstance(document, str) else _finished(app, document)

    app.spec_processor(finish)


def _staff(public_url: str) -> dict[str, str]:
    return {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name(STAFF_COOKIE, public_url),
        "description": "Session of a staff member; changes also need the X-CSRF-Token header.",
    }


def _finished(app: APIFlask, document: dict[str, Any]) -> dict[str, Any]:
    handlers = dict(_handlers(app))
    components = document.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = _PROBLEM
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            operation = item.get(method)
            if operation is not None:
                endpoint, handler = handlers[path, method]
                _finish(operation, method, endpoint, handler)
    return document


def _finish(operation: dict[str, Any], method: str, endpoint: str, handler: object) -> None:
    operation["operationId"] = endpoint.replace(".", "_")
    answers = list(_ALWAYS)
    if method != "get":
        answers += _WITH_BODY
    scheme = getattr(handler, _SECURITY, None)
    if scheme is not None:
        operation["security"] = [{scheme: []}]
    if scheme is not None or operation.get("security"):
        answers += _WITH_PERSON
    responses = operation.setdefault("responses", {})
    _say_files(operation, responses, handler)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["schema"] = _PATH.get(parameter["name"], _ID)
    for status in sorted(answers):
        responses.setdefault(status, _problem(_SAID[status]))
    responses.setdefault("default", _problem("Any other failure"))


def _say_files(operation: dict[str, Any], responses: dict[str, Any], handler: object) -> None:
    media_types, unchanged = getattr(handler, _FILES, ((), False))
    content = responses.get("200", {}).get("content", {})
    if content.get("application/json") == {"schema": {}} and media_types:
        del content["application/json"]
    content.update({each: {"schema": _shape(each)} for each in media_types})
    if unchanged:
        responses["304"] = {"description": "The caller's copy is still good"}
    taken = getattr(handler, _TAKES, ())
    if taken:
        form = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
        given = {"multipart/form-data": form} | dict.fromkeys(taken, _FILE)
        kinds = {name: {"schema": schema} for name, schema in given.items()}
        operation["requestBody"] = {"required": True, "content": kinds}


def _shape(media_type: str) -> dict[str, Any]:
    return {"type": "object"} if media_type.endswith("+json") else dict(_FILE)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}


def _handlers(app: APIFlask) -> Iterator[tuple[tuple[str, str], tuple[str, object]]]:
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            place = _path(rule), method.lower()
            yield place, (rule.endpoint, app.view_functions[rule.endpoint])


def _path(rule: Rule) -> str:
    """A rule as OpenAPI writes paths."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
