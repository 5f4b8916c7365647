"""The voter's pages: the way in, the agenda with the ballot, and the receipt found again."""

from flask import render_template
from flask.typing import ResponseReturnValue

from hanpyo.identity.codes import LINK_PAGE
from hanpyo.web.pages.making import page_blueprint

voter = page_blueprint("voter", __name__)


@voter.get(LINK_PAGE)
def enter() -> ResponseReturnValue:
    """Where personal links lead; their token stands in the fragment, which only the page sees."""
    return render_template("voter/enter.html")
