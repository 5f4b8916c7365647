"""What comes in, checked against strict models: bodies as strict JSON, queries as text.

A body that is no JSON document of the right type is `malformed_json` (400), another media type
`unsupported_media_type` (415); a document that says something wrong is `invalid_body` (422) with
every field at fault, a query `invalid_query`. No message repeats a value that was sent.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Final, ParamSpec, TypeVar

from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from hanpyo.errors import HanpyoError
from hanpyo.web import strict_json
from hanpyo.web.context import runtime
from hanpyo.web.strict_json import MalformedJson

_MOST_FAULTS: Final = 20
_LONGEST_FIELD: Final = 100
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_QUOTING: Final = ("value_error", "assertion_error", "union_tag_invalid", "json_invalid")

_P = ParamSpec("_P")
_R = TypeVar("_R")
Fault = tuple[str, str]
"""A field, as a path with dots, and what is wrong with it."""


class InvalidFields(HanpyoError):
    """A well-formed request with fields that cannot be; `faults` names each."""

    code: ClassVar[str] = "invalid_body"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in faults[:3]))


class InvalidQuery(InvalidFields):
    """The same for the query of the URL."""

    code: ClassVar[str] = "invalid_query"


class StrictAdapter(PydanticAdapter):
    """How APIFlask reads requests into Pydantic models here."""

    def validate_input(self, request: Request, location: str, **_: Any) -> BaseModel:
        """The model of what `location` holds; raises as the module says."""
        if location == "json":
            return read_body(self.model_class, request)
        if location in ("query", "querystring"):
            return _read_texts(self.model_class, request.args, InvalidQuery)
        if location == "form":
            return _read_texts(self.model_class, request.form, InvalidFields)
        if location in ("path", "view_args"):
            return _read_texts(self.model_class, MultiDict(request.view_args or {}), InvalidQuery)
        model: BaseModel = super().validate_input(request, location)
        return model


_M = TypeVar("_M", bound=BaseModel)


def read_body(model: type[_M], given: Request) -> _M:
    """The JSON body as `model`."""
    if given.mimetype != "application/json":
        raise UnsupportedMediaType("send application/json")
    body = given.get_data()
    strict_json.loads(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _of_body(error) from None


def body_limit(setting: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Let a handler take bodies of up to `settings.web.<setting>` bytes.

    It goes under the route and above `input`.
    """

    def decorate(handler: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(handler)
        def limited(*args: _P.args, **named: _P.kwargs) -> _R:
            request.max_content_length = getattr(runtime().settings.web, setting)
            request.max_form_memory_size = request.max_content_length
            return handler(*args, **named)

        return limited

    return decorate


def _of_body(error: ValidationError) -> HanpyoError:
    whole = [each for each in error.errors(include_input=False) if not each["loc"]]
    if any(each["type"] in ("model_type", "model_attributes_type") for each in whole):
        return MalformedJson("the body is not a JSON object")
    return InvalidFields(_faults(error))


def _read_texts(model: type[_M], given: Mapping[str, str], failure: type[InvalidFields]) -> _M:
    texts = {name: str(value) for name, value in given.items()}
    repeated = _repeated(given)
    if repeated:
        raise failure(tuple((name[:_LONGEST_FIELD], "is given twice") for name in repeated))
    try:
        return model.model_validate_strings(texts)
    except ValidationError as error:
        raise failure(_faults(error)) from None


def _repeated(given: Mapping[str, str]) -> list[str]:
    if not isinstance(given, MultiDict):
        return []
    return [name for name, values in given.lists() if len(values) > 1]


def _faults(error: ValidationError) -> tuple[Fault, ...]:
    return tuple(
        (_place(each["loc"]), _said(each["type"], each["msg"]))
        for each in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
    )


def _place(path: tuple[int | str, ...]) -> str:
    """A path with dots; a name that no field could have is not repeated, it may be a person's."""
    parts = (str(each) for each in path)
    named = (each if _NAME.fullmatch(each) else "?" for each in parts)
    return ".".join(named)[:_LONGEST_FIELD]


def _said(kind: str, message: str) -> str:
    """Pydantic's message; of one that may quote the value, only what our validators wrote."""
    if kind in _QUOTING:
        return message.removeprefix("Value error, ").split("'")[0].strip() or "is not valid"
    return message
