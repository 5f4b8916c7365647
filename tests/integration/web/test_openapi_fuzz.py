"""Any request that the API document allows, and many that it does not, by every kind of caller.

schemathesis draws them, with the ids of things that are there and of things that are not. No
answer is a fault of the service, and each one is as the document says: status, content type, shape.
`HYPOTHESIS_PROFILE=deep` draws many more.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.wsgi import ClosingIterator

from tests.service.callers import CALLERS, Installation, installation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHECKS: Final = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SESSION: Final = {"staffSession": ("organiser", "operator"), "memberSession": ("member",)}
EXAMPLES: Final = 60 if settings().max_examples > 1_000 else 8
FLEETING: Final = ("/v1/staff", "/v1/me/session", "/v1/people", "/v1/operators")
"""Operations that may end the session which they are called with."""


@dataclass(frozen=True)
class Fuzzed:
    made: Installation
    schema: Any
    ids: dict[str, list[str]]
    statuses: dict[str, Counter[int]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with installation("sqlite", tmp_path_factory.mktemp("fuzz")) as made:
        document = made.app.test_client().get("/v1/openapi.json").get_json()
        for item in document["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict):
                    del operation["responses"]["default"]  # every status has to be named
        schema = schemathesis.openapi.from_dict(document)
        schema.app = _closing(made.app)
        ids = {
            "election_id": [made.election.id, made.draft],
            "organisation_id": [made.organisation],
            "role": ["clerk"],
        }
        yield Fuzzed(made, schema, ids)


def _closing(app: "WSGIApplication") -> "WSGIApplication":
    """The application, its answers read whole and closed as a server does."""

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        answer = app(environ, start_response)
        with closing(ClosingIterator(answer, getattr(answer, "close", None))) as parts:
            return list(parts)

    return call


@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_breaks_the_service(fuzzed: Fuzzed, caller: str) -> None:
    faults: list[str] = []
    for found in fuzzed.schema.get_all_operations():
        operation = found.ok()
        if caller in _callers(operation):
            faults += _faults(fuzzed, operation, caller)
    assert not faults, "\n\n".join(faults[:20])
    statuses = fuzzed.statuses[caller]
    assert sum(statuses[status] for status in (200, 201, 202, 204)) > 10, statuses
    assert caller == "nobody" or statuses[401] < statuses.total() / 2, statuses


def test_every_operation_is_called_by_somebody(fuzzed: Fuzzed) -> None:
    operations = [found.ok() for found in fuzzed.schema.get_all_operations()]
    assert len(operations) > 80
    assert all(_callers(each) for each in operations)


def _callers(operation: Any) -> tuple[str, ...]:
    """Who calls an operation: whom it is for, and nobody."""
    security = operation.definition.raw.get("security") or [{}]
    whole = "{election_id}" not in operation.path  # operators have no elections
    able = (each for scheme in security[0] for each in SESSION[scheme])
    return ("nobody", *(each for each in able if whole or each != "operator"))


def _faults(fuzzed: Fuzzed, operation: Any, caller: str) -> list[str]:
    """What was wrong about the answers to one operation."""
    faults: dict[str, str] = {}
    statuses = fuzzed.statuses.setdefault(caller, Counter())
    headers = fuzzed.made.headers(caller)
    fleeting = operation.path.startswith(FLEETING)
    guarded = caller == "nobody" and "security" in operation.definition.raw
    real = {name: st.sampled_from(values) for name, values in fuzzed.ids.items()}

    @settings(
        max_examples=1 if guarded else EXAMPLES,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        deadline=None,
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        ids=st.fixed_dictionaries(real),
        known=st.integers(0, 3),
    )
    def run(case: Any, ids: dict[str, str], known: int) -> None:
        nonlocal headers
        if known and case.path_parameters:
            case.path_parameters = {
                name: ids.get(name, value) for name, value in case.path_parameters.items()
            }
        if fleeting:
            headers = fuzzed.made.headers(caller)
        else:
            headers["X-Forwarded-For"] = next(fuzzed.made.addresses)
        cookie = headers.get("Cookie", "").partition("=")[2]
        sent = {name: value for name, value in headers.items() if name != "Cookie"}
        response = case.call(headers=sent, cookies={"hanpyo_staff": cookie} if cookie else None)
        statuses[response.status_code] += 1
        said = f"{caller}: {operation.label}: {response.status_code}"
        if response.status_code >= 500 and not _is_temporary(response):
            faults[said] = f"{said}\n{case.as_curl_command()}\n{response.text[:300]}"
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as error:
            faults[said] = f"{said}\n{error}"

    run()
    return list(faults.values())


def _is_temporary(response: Any) -> bool:
    """Whether this is the documented `not now`: a problem with a time to come back."""
    return response.status_code == 503 and "retry-after" in response.headers
