"""The blueprint of the public's pages. Nobody signs in; everything works without scripts."""

from hanpyo.web.pages.making import page_blueprint

observer = page_blueprint("observer", __name__, url_prefix="/elections")
