"""QR codes inside pages."""

from markupsafe import Markup

from hanpyo.identity.methods.personal_link import qr_svg


def qr(text: str) -> Markup:
    """The text as a QR code in SVG; the drawing holds no word of it."""
    drawing = qr_svg(text).decode()
    return Markup(drawing)  # noqa: S704  made by us: paths and numbers only
