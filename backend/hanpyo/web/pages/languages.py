"""Which language a page speaks, and how it looks: from the address, else a cookie, else ours.

Korean is the source: texts stand in templates and scripts in Korean and are translated by
`translations/<language>/*.po`, which the build joins into one catalogue. `?lang=en`, `?size=200`
and `?theme=dark` switch and are remembered; no script is needed for them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from apiflask import APIFlask
from babel.numbers import format_decimal
from flask import Response, request
from flask_babel import Babel, get_locale
from markupsafe import Markup

from hanpyo.config import Settings
from hanpyo.web.moments import language, moment_words

TRANSLATIONS: Final = Path(__file__).resolve().parents[1] / "translations"
SWITCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "lang": ("ko", "en"),
    "theme": ("auto", "light", "dark"),
    "size": ("100", "150", "200"),
}
"""What a visitor may choose, the first of each by default."""
_YEAR: Final = 31_536_000


def register(app: APIFlask, settings: Settings) -> None:
    """Translate pages, and remember what their visitors choose."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_LOCALE"] = SWITCHES["lang"][0]
    Babel(app, locale_selector=lambda: chosen("lang"))
    app.jinja_env.globals.update(
        chosen=chosen, switched=switched, moment=moment, amount=amount, language=language
    )
    secure = urlsplit(settings.web.public_url).scheme == "https"

    def remember(response: Response) -> Response:
        for name, values in SWITCHES.items():
            if request.args.get(name) in values:
                response.set_cookie(
                    _cookie(name),
                    request.args[name],
                    max_age=_YEAR,
                    secure=secure,
                    samesite="Lax",
                )
        return response

    app.after_request(remember)


def chosen(name: str) -> str:
    """The value of one of `SWITCHES` for this request."""
    values = SWITCHES[name]
    for given in (request.args.get(name), request.cookies.get(_cookie(name))):
        if given in values:
            return str(given)
    return values[0]


def switched(name: str, value: str) -> str:
    """The address of this page with another value of a switch."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in SWITCHES]
    return "?" + urlencode([*kept, (name, value)])


def moment(seconds: int) -> Markup:
    """A moment in Korea's time, with the exact one for machines."""
    exact = datetime.fromtimestamp(seconds, UTC).isoformat()
    return Markup('<time datetime="{}">{}</time>').format(exact, moment_words(seconds))


def amount(value: int | str) -> str:
    """A whole number with separators."""
    return format_decimal(int(value), locale=get_locale())


def _cookie(name: str) -> str:
    return f"hanpyo_{name}"
