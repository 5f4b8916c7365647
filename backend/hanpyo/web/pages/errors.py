"""Failures as people read them: what happened, and what to do. The API keeps its problems.

A request gets a page if it asked for one: it came to a page, or to no route at all with a browser.
"""

from typing import Final

import structlog
from apiflask import APIFlask
from flask import Response, g, make_response, render_template, request
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException

from hanpyo.errors import HanpyoError
from hanpyo.operation.logs import places
from hanpyo.web import problems
from hanpyo.web.page_kind import is_page

_API: Final = ("/v1/", "/rpc", "/healthz", "/readyz", "/metrics", "/static/")
_KINDS: Final = ("application/problem+json", "text/html")
_SAID: Final = {
    404: (
        lazy_gettext("찾는 화면이 없습니다"),
        lazy_gettext("주소가 잘못되었거나 없어진 화면입니다. 받은 링크를 다시 눌러 주세요."),
    ),
    401: (
        lazy_gettext("본인 확인이 필요합니다"),
        lazy_gettext("확인한 시간이 지났습니다. 받은 링크를 다시 눌러 주세요."),
    ),
    403: (
        lazy_gettext("볼 수 없는 화면입니다"),
        lazy_gettext("이 화면을 볼 권한이 없습니다. 담당자에게 물어보세요."),
    ),
    413: (
        lazy_gettext("너무 큰 파일입니다"),
        lazy_gettext(
            "보낸 것이 받을 수 있는 크기를 넘어 받지 않았습니다. 줄여서 다시 보내 주세요."
        ),
    ),
    429: (
        lazy_gettext("잠시 뒤에 다시 해 주세요"),
        lazy_gettext("짧은 시간에 너무 많이 시도했습니다. 몇 분 뒤에 다시 해 주세요."),
    ),
    503: (
        lazy_gettext("지금은 잠시 멈춰 있습니다"),
        lazy_gettext("이미 보낸 표는 그대로 있습니다. 잠시 뒤에 이 화면을 새로 고쳐 주세요."),
    ),
    500: (
        lazy_gettext("화면을 여는 중에 문제가 생겼습니다"),
        lazy_gettext(
            "문제를 기록했습니다. 이미 보낸 표는 그대로 있습니다. 잠시 뒤에 다시 해 주세요."
        ),
    ),
    400: (
        lazy_gettext("요청을 이해하지 못했습니다"),
        lazy_gettext("주소나 입력한 내용을 확인하고 다시 해 주세요."),
    ),
}
_log = structlog.get_logger(__name__)


def register(app: APIFlask) -> None:
    """Take over the failures of pages."""
    app.register_error_handler(HanpyoError, _hanpyo)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def wants_page() -> bool:
    """Whether whoever asks reads pages."""
    if is_page(request.endpoint):
        return True
    if request.endpoint is not None or request.path.startswith(_API):
        return False
    return request.accept_mimetypes.best_match(_KINDS) == "text/html"


def error_page(status: int) -> Response:
    """The page of a failure."""
    title, text = _SAID.get(status) or _SAID[500 if status >= 500 else 400]  # noqa: PLR2004
    g.error_page = True
    page = render_template("error.html", title=title, text=text, status=status)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _hanpyo(error: HanpyoError) -> Response:
    return error_page(problems.status_of(error)) if wants_page() else problems.of_hanpyo(error)


def _http(error: HTTPException) -> Response:
    if not wants_page():
        return problems.of_http(error)
    if error.response is not None:
        return make_response(error.response)
    return error_page(error.code or 500)


def _unforeseen(error: Exception) -> Response:
    if not wants_page():
        return problems.of_unforeseen(error)
    _log.error("unforeseen", kind=type(error).__name__, places=places(error.__traceback__))
    return error_page(500)
