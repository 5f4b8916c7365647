"""The OpenAPI document: complete, stable, with a problem for every failure."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from hanpyo.web.app import create_app
from tests.service.scene import Scene

METHODS = ("get", "put", "post", "delete", "patch")


@pytest.fixture(scope="module")
def document(place: Scene) -> Any:
    client: FlaskClient = create_app(place.runtime).test_client()
    return client.get("/v1/openapi.json").get_json()


def operations(document: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def test_it_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert "Problem" in document["components"]["schemas"]
    assert set(document["components"]["securitySchemes"]) == {"staffSession", "memberSession"}


def test_it_names_the_cookie_that_staff_get(place: Scene) -> None:
    names = {"http://127.0.0.1:8080": "hanpyo_staff", "https://x.example": "__Host-hanpyo_staff"}
    for url, name in names.items():
        settings = place.runtime.settings
        web = settings.web.model_copy(update={"public_url": url})
        app = create_app(replace(place.runtime, settings=settings.model_copy(update={"web": web})))
        shown = app.test_client().get("/v1/openapi.json").get_json()
        assert shown["components"]["securitySchemes"]["staffSession"]["name"] == name


def test_every_operation_has_an_id_of_its_own_a_summary_and_problems(document: Any) -> None:
    found = operations(document)
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))
    for path, method, operation in found:
        assert path.startswith("/v1/"), path
        assert operation["summary"], (path, method)
        default = operation["responses"]["default"]["content"]
        assert list(default) == ["application/problem+json"], (path, method)


def test_every_reference_leads_somewhere(document: Any) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for each in value.values() for ref in references(each)]
        if isinstance(value, list):
            return [ref for each in value for ref in references(each)]
        return []

    for reference in references(document):
        target = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in target, reference
            target = target[part]


def test_what_changes_something_without_a_session_is_named_here(document: Any) -> None:
    """Whoever opens another door says so in this list."""
    unguarded = {
        operation["operationId"]
        for _, method, operation in operations(document)
        if method != "get" and not operation.get("security")
    }
    assert unguarded == {
        "ballots_post_ballot",  # carries its own authority
        "elections_hand_in_key",  # verified against the election's key
        "identity_begin",
        "identity_enter",
        "identity_enter_by_link",
        "identity_verify",
        "staff_set_up",
        "staff_sign_in",
    }


def test_every_answer_with_content_says_its_type(document: Any) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            empty = status in ("204", "304")
            assert bool(response.get("content")) != empty, (path, method, status)
