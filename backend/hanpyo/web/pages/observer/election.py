"""An election's page, and the part of it that moves."""

from typing import Any, Final

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from hanpyo.chain.contracts import Outcome
from hanpyo.indexer.situation import NotIndexedYet
from hanpyo.web.context import runtime
from hanpyo.web.etag import conditional, tag_of
from hanpyo.web.pages.observer import naming, wording
from hanpyo.web.pages.observer.chart import CURVE_PANEL
from hanpyo.web.pages.observer.making import observer
from hanpyo.web.pages.observer.view import view_of
from hanpyo.web.pages.office.naming import CHANNELS, LEVELS, OUTCOMES, STANDS
from hanpyo.web.public_answers import channel_name

_PLACE: Final = "/<election_id>"


@observer.context_processor
def _for_templates() -> dict[str, Any]:
    return {
        "CHANNELS": CHANNELS,
        "LEVELS": LEVELS,
        "OUTCOMES": OUTCOMES,
        "STANDS": STANDS,
        "Outcome": Outcome,
        "channel_name": channel_name,
        "naming": naming,
        "panel": CURVE_PANEL,
        "site": runtime().settings.web.public_url.rstrip("/"),
        "wording": wording,
    }


@observer.get(_PLACE)
def election_page(election_id: str) -> ResponseReturnValue:
    """All there is to know of an election: where it stands, who votes, what came out and why."""
    try:
        view = view_of(election_id)
    except NotIndexedYet:
        return render_template("observer/reading.html"), 503, {"Retry-After": "5"}
    live = render_template("observer/live.html", view=view)
    tag = tag_of(live.encode())
    return render_template(
        "observer/election.html",
        view=view,
        live=Markup(live),  # noqa: S704  a template's own output, which has escaped every text
        tag=tag,
    )


@observer.get(f"{_PLACE}/live")
def live_part(election_id: str) -> Response:
    """The part of the page that moves, alone: scripts put it in place of the one that stands."""
    part = render_template("observer/live.html", view=view_of(election_id))
    return conditional(part.encode(), mimetype="text/html")
