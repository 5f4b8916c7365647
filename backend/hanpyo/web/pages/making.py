"""How a blueprint of pages is made."""

from hanpyo.web.page_kind import PREFIX
from hanpyo.web.routing import APIBlueprint


def page_blueprint(name: str, import_name: str, url_prefix: str | None = None) -> APIBlueprint:
    """A blueprint of pages: not in the OpenAPI document, its errors are pages."""
    return APIBlueprint(PREFIX + name, import_name, url_prefix=url_prefix, enable_openapi=False)
