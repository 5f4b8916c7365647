"""Any request that the API document allows, and many that it does not: never a fault of ours.

schemathesis draws them; answers are held against the document: status, content type, shape.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.web.app import create_app
from hanpyo.web.ballots import attach_relay
from tests.service.relaying import Works
from tests.service.scene import Scene

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def document(place: Scene, election: PublishedElection) -> Any:
    """The document, with the id of an election that exists in every other path."""
    works = Works(place)
    works.follow()
    app = create_app(place.runtime)
    attach_relay(app, works.relay)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    found = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)

    @found.hook
    def map_path_parameters(_: Any, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given and "election_id" in given and len(str(given["election_id"])) % 2:
            return {**given, "election_id": election.id}
        return given

    return found


schema = schemathesis.pytest.from_fixture("document")


@schema.exclude(path_regex="/stream$").parametrize()
@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_any_request(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)
