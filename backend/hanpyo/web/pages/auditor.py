"""The auditor's page, and the same auditor as one file to keep and open without a network."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Response, render_template, send_from_directory

from hanpyo.web.assets import assets
from hanpyo.web.pages.making import page_blueprint
from hanpyo.web.pages.policy import allow_connections

auditor = page_blueprint("auditor", __name__, url_prefix="/audit")
FILE: Final = "auditor.html"
SAVED_AS: Final = "hanpyo-auditor.html"


@auditor.get("")
def page() -> str:
    """The auditor; it may ask any node, which no other page may."""
    allow_connections()
    file = assets().folder / assets().get(FILE).file
    return render_template(
        "auditor/page.html", size=assets().get(FILE).size, fingerprint=_fingerprint(file)
    )


@auditor.get(f"/{SAVED_AS}")
def file() -> Response:
    """The auditor in one file, to be saved."""
    return send_from_directory(
        assets().folder, assets().get(FILE).file, as_attachment=True, download_name=SAVED_AS
    )


@cache
def _fingerprint(file: Path) -> str:
    """The SHA-256 of a built file, as `sha256sum` prints it; its name changes with its content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
