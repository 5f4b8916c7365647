"""The page of voters' classes and groups."""

from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import Role
from hanpyo.errors import HanpyoError
from hanpyo.web.pages.office import classes_form
from hanpyo.web.pages.office.classes_form import ClassRow
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, office, to

_PATH: Final = "/elections/<election_id>/classes"


@office.get(_PATH)
def classes_page(election_id: str) -> ResponseReturnValue:
    """Who votes together, and who may not choose what."""
    draft = draft_of(election_id)
    return _page(draft, classes_form.shown(draft.content))


@office.post(_PATH)
def change_classes(election_id: str) -> ResponseReturnValue:
    """Replace the whole table."""
    draft = draft_of(election_id, Role.ORGANISER)
    try:
        draft.change(**classes_form.read(request.form))
    except HanpyoError as error:
        return _page(draft, classes_form.typed(request.form), error)
    return to(f"{draft.url}/classes", "saved")


def _page(
    draft: Draft, rows: tuple[ClassRow, ...], error: HanpyoError | None = None
) -> ResponseReturnValue:
    return answer("office/classes.html", error, draft=draft, rows=rows)
