"""The pages that people see: server-rendered templates, one blueprint for each kind of reader.

Handlers are thin: they call the use-cases that the JSON API calls. A page works without JavaScript
until something has to be signed.
"""

from apiflask import APIFlask

from hanpyo.runtime import Runtime
from hanpyo.web.pages import assets, errors, languages, policy
from hanpyo.web.pages.blueprints import PAGES
from hanpyo.web.pages.explorer import links


def register_pages(app: APIFlask, runtime: Runtime) -> None:
    """Put the pages into the application, with their languages, files, headers and errors."""
    languages.register(app, runtime.settings)
    assets.register(app)
    links.register(app)
    policy.register(app)
    errors.register(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
