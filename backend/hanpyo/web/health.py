"""Health, readiness and numbers, for load balancers and operators."""

import hmac
from ipaddress import ip_address
from typing import Any, Final

import orjson
from apiflask import APIFlask
from flask import Response, request
from werkzeug.exceptions import NotFound

from hanpyo import __version__
from hanpyo.operation.readiness import is_ready, readiness
from hanpyo.runtime import Runtime
from hanpyo.web.meters import Meters
from hanpyo.web.routing import APIBlueprint

_READY, _NOT_READY = 200, 503
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


def register_health(app: APIFlask, runtime: Runtime, meters: Meters) -> None:
    """Add the three pages."""
    health = APIBlueprint("health", __name__, enable_openapi=False)

    @health.get("/healthz")
    def alive() -> dict[str, Any]:
        """Say that the process answers."""
        return {"ok": True, "version": __version__}

    @health.get("/readyz")
    def ready() -> Response:
        """Say whether ballots are taken and recorded, and why not."""
        checks = readiness(runtime)
        body = {
            "ready": is_ready(checks),
            "checks": [
                {"name": check.name, "ok": check.ok, "reason": check.reason} for check in checks
            ],
        }
        status = _READY if is_ready(checks) else _NOT_READY
        return Response(orjson.dumps(body), status, mimetype="application/json")

    @health.get("/metrics")
    def metrics() -> Response:
        """Give the numbers; for strangers there is no such page."""
        if not _may_read(runtime):
            raise NotFound
        return Response(meters.text(), content_type=_TEXT)

    app.register_blueprint(health)


def _may_read(runtime: Runtime) -> bool:
    """Whoever shows the token; without one set, whoever is on this machine and not forwarded."""
    token = runtime.settings.web.metrics_token
    if token is not None:
        wanted = f"Bearer {token.get_secret_value()}"
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), wanted.encode())
    try:
        local = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return local and "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers
