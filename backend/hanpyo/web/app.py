"""The Flask application of an installation."""

from apiflask import APIFlask

from hanpyo import __version__
from hanpyo.runtime import Runtime
from hanpyo.web import openapi
from hanpyo.web.ballot_gate import register_ballot_gate
from hanpyo.web.ballots import relay_of
from hanpyo.web.blueprints import BLUEPRINTS
from hanpyo.web.clients import register_proxies
from hanpyo.web.context import attach
from hanpyo.web.cors import register_cors
from hanpyo.web.guards import register_guards
from hanpyo.web.headers import register_headers
from hanpyo.web.health import register_health
from hanpyo.web.json_provider import OrjsonProvider
from hanpyo.web.meters import register_meters
from hanpyo.web.pages import register_pages
from hanpyo.web.problems import register_problems


def create_app(runtime: Runtime) -> APIFlask:
    """The application over an open runtime; it starts nothing and owns nothing."""
    app = APIFlask(
        "hanpyo",
        title="Hanpyo",
        version=__version__,
        json_errors=False,
        spec_path=openapi.PATH,
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]  # as Flask takes it
        template_folder="web/templates",
    )
    app.json = OrjsonProvider(app)
    openapi.configure_openapi(app, runtime.settings.web.public_url)
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.web.max_body
    attach(app, runtime)
    register_problems(app)
    meters = register_meters(app, runtime)
    register_headers(app, runtime.settings)
    register_guards(app)
    register_cors(app, runtime.settings)
    register_proxies(app, runtime.settings)
    register_health(app, runtime, meters)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_pages(app, runtime)
    register_ballot_gate(app, lambda: relay_of(app), runtime.settings, meters)
    return app
