"""Which endpoints are pages for people; the others are the API's."""

from typing import Final

PREFIX: Final = "pages_"
"""What the names of all blueprints of pages begin with."""


def is_page(endpoint: str | None) -> bool:
    """Whether an endpoint is a page."""
    return endpoint is not None and endpoint.startswith(PREFIX)
