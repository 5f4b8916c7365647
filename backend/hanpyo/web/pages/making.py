"""How a blueprint of pages is made."""

from typing import Final

from apiflask import APIBlueprint

PREFIX: Final = "pages_"
"""What the names of all blueprints of pages begin with."""


def page_blueprint(name: str, import_name: str, url_prefix: str | None = None) -> APIBlueprint:
    """A blueprint of pages: not in the OpenAPI document, its errors are pages."""
    return APIBlueprint(PREFIX + name, import_name, url_prefix=url_prefix, enable_openapi=False)


def is_page(endpoint: str | None) -> bool:
    """Whether an endpoint is a page."""
    return endpoint is not None and endpoint.startswith(PREFIX)
