"""A small application over every helper of the web layer, without database or chain."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from apiflask import APIFlask
from flask import request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.errors import Conflict, HanpyoError, NotFound, TooMany, Unavailable
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from hanpyo.web.clients import client
from hanpyo.web.cors import public_read
from hanpyo.web.etag import conditional
from hanpyo.web.inputs import body_limit
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.routing import APIBlueprint

small = APIBlueprint("small", __name__, url_prefix="/v1/small")
ROWS = [SimpleNamespace(at=number // 3, id=f"{number:032x}") for number in range(120)]


class Inner(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)

    choice: int = Field(ge=0, le=255)


class Given(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)

    voter_number: int = Field(ge=0, lt=2**32)
    choices: tuple[Inner, ...] = ()
    word: str = Field(default="", pattern="^[a-z]*$", max_length=10)

    @field_validator("word")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "secret":
            raise ValueError(f"is not allowed: '{value}'")
        return value


@small.post("/things")
@small.input(Given)
@small.output(Given, status_code=201)
def make(json_data: Given) -> Given:
    """Make a thing."""
    return json_data


@small.post("/uploads")
@body_limit("max_upload")
def upload() -> dict[str, int]:
    """Take a large body."""
    return {"bytes": len(request.get_data())}


@small.get("/rows")
@public_read
@small.input(PageQuery, location="query")
def rows(query_data: PageQuery) -> dict[str, Any]:
    """List rows."""
    after = query_data.key(int, str)
    left = [row for row in ROWS if after is None or (row.at, row.id) > after]
    shown, following = cut(query_data, left[: query_data.many], lambda row: (row.at, row.id))
    return {"items": [row.id for row in shown], "next": following}


@small.get("/kept")
@public_read
def kept() -> Any:
    """Something that may be kept."""
    return conditional({"a": 1}, max_age=5, public=True)


@small.get("/numbers/<int:number>")
def number(number: int) -> dict[str, int]:
    """A number."""
    return {"number": number}


@small.get("/client")
def asking() -> dict[str, str]:
    """Who asks."""
    return {"client": client()}


@small.get("/failures/<kind>")
def fail(kind: str) -> None:
    """Fail in a named way."""
    failures: dict[str, Exception] = {
        "conflict": Conflict("it is too late"),
        "not_found": NotFound("there is no such thing"),
        "too_many": TooMany("slower", 7),
        "unavailable": Unavailable("not now", 3),
        "plain": HanpyoError("no"),
        "bug": ZeroDivisionError("secret 010-1234-5678"),
    }
    raise failures[kind]


def small_app(folder: Path, **web: Any) -> APIFlask:
    """The application with the small blueprint added."""
    settings = load_settings(data=folder, web=web)
    database = cast("Database", SimpleNamespace(close=lambda: None))
    app = create_app(Runtime(settings, database, Vault([MasterKey.generate(1)])))
    app.register_blueprint(small)
    return app
