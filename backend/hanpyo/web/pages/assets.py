"""Scripts, style sheets and fonts: files that the build named by their content.

Templates ask for an entry by name and get its tag with the integrity that browsers check. A file
never changes under its name, so it is kept for a year.
"""

import mimetypes
from pathlib import Path
from typing import Final

from apiflask import APIFlask
from flask import Response, request, send_from_directory
from flask_babel import get_locale, gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from hanpyo.built import STATIC, Asset, Assets
from hanpyo.web.assets import assets, attach_assets

_YEAR: Final = 31_536_000
_SOURCE: Final = "ko"


def url(name: str) -> str:
    """Where an entry is served."""
    return f"/static/{assets().get(name).file}"


def script(name: str) -> Markup:
    """The tag of a script with its integrity, and before it the texts that it shows.

    The texts stand in a data block, which no browser runs.
    """
    asset = assets().get(f"{name}.js")
    tag = Markup('<script type="module" src="/static/{}" integrity="{}"></script>').format(
        asset.file, asset.integrity
    )
    return _texts(asset) + tag


def style(name: str) -> Markup:
    """The tag of a style sheet with its integrity."""
    asset = assets().get(f"{name}.css")
    return Markup('<link rel="stylesheet" href="/static/{}" integrity="{}">').format(
        asset.file, asset.integrity
    )


def register(app: APIFlask, folder: Path = STATIC) -> None:
    """Serve the files, and give templates `script`, `style` and `asset_url`."""
    attach_assets(app, Assets(folder))
    app.jinja_env.globals.update(script=script, style=style, asset_url=url)

    def static(name: str) -> Response:
        packed = request.accept_encodings.quality("gzip") > 0 and (folder / f"{name}.gz").is_file()
        kind = mimetypes.guess_type(name)[0]
        response = send_from_directory(folder, f"{name}.gz" if packed else name, mimetype=kind)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response

    app.add_url_rule("/static/<path:name>", "pages_static", app.doc(hide=True)(static))


def _texts(asset: Asset) -> Markup:
    if not asset.texts or str(get_locale()) == _SOURCE:
        return Markup("")
    told = {text: gettext(text) for text in asset.texts}
    data = htmlsafe_json_dumps(told, ensure_ascii=False)  # it ends no element it stands in
    return Markup('<script type="application/json" class="texts">{}</script>').format(data)
