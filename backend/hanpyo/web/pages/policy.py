"""What browsers may do on a page: only what comes from here, and no script but our files.

An answer of a page carries this policy in place of the API's. One page may need more: the auditor
asks a node of the visitor's choice, and says so by `allow_connections`.
"""

from typing import Final

from apiflask import APIFlask
from flask import Response, g, request

from hanpyo.web.page_kind import is_page

_FIXED: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ANY_NODE: Final = "https: http://localhost:* http://127.0.0.1:*"


def allow_connections() -> None:
    """Let this page's scripts ask any node; called by the handler of the auditor's page alone."""
    g.any_node = True


def register(app: APIFlask) -> None:
    """Give every page its policy."""

    def protect(response: Response) -> Response:
        if is_page(request.endpoint) or g.get("error_page"):
            more = f" {_ANY_NODE}" if g.get("any_node") else ""
            response.headers["Content-Security-Policy"] = f"{_FIXED}; connect-src 'self'{more}"
        return response

    app.after_request(protect)
