"""The built files of the application that serves a request."""

from typing import Final, cast

from apiflask import APIFlask
from flask import current_app

from hanpyo.built import Assets

_EXTENSION: Final = "hanpyo.assets"


def attach_assets(app: APIFlask, assets: Assets) -> None:
    """Give an application its files."""
    app.extensions[_EXTENSION] = assets


def assets() -> Assets:
    """The files of the application that serves this request."""
    return cast("Assets", current_app.extensions[_EXTENSION])
