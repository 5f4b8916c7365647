"""A personal link and its QR code: the token stands in the fragment, which no server is sent.

So it reaches no access log, no proxy and no Referer; the page takes it from there and posts it.
"""

import io

import segno

from hanpyo.identity.codes import LINK_PAGE
from hanpyo.identity.methods.access_code import PersonalCode

PERSONAL_LINK = PersonalCode("link")
_QUIET_ZONE = 4  # ISO/IEC 18004
_MODULE_PIXELS = 8


def link_url(public_url: str, token: str) -> str:
    """The personal link with this token."""
    return f"{public_url.rstrip('/')}{LINK_PAGE}#{token}"


def qr_svg(url: str) -> bytes:
    """The link as a QR code in SVG, without script or style."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=_QUIET_ZONE, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue()


def qr_png(url: str) -> bytes:
    """The link as a QR code in PNG."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="png", border=_QUIET_ZONE, scale=_MODULE_PIXELS
    )
    return out.getvalue()
