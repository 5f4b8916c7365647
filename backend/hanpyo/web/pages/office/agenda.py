"""The pages of an agenda: what is asked, with which answers, decided by which rule."""

from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from hanpyo.db.models import Role
from hanpyo.errors import HanpyoError
from hanpyo.web.inputs import body_limit
from hanpyo.web.pages.office import budget_form, item_form
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, given, office, to

_PLACE: Final = "/elections/<election_id>"


@office.get(f"{_PLACE}/agenda")
def agenda_page(election_id: str) -> ResponseReturnValue:
    """Title, secrecy and the list of items."""
    return _agenda(draft_of(election_id))


@office.post(f"{_PLACE}/agenda")
def change_agenda(election_id: str) -> ResponseReturnValue:
    """Change title, organisation's name and secrecy."""
    draft = draft_of(election_id, Role.ORGANISER)
    fields = given("title", "organisation", "secrecy")
    key = draft.content.get("trusteeKey") if fields["secrecy"] == "sealed" else None
    try:
        draft.change(
            title=fields["title"],
            organisation=fields["organisation"] or None,
            secrecy=fields["secrecy"],
            trusteeKey=key,
        )
    except HanpyoError as error:
        return _agenda(draft, error)
    return to(f"{draft.url}/agenda", "saved")


@office.get(f"{_PLACE}/items/new")
def new_item_page(election_id: str) -> ResponseReturnValue:
    """An empty item."""
    draft = draft_of(election_id, Role.ORGANISER)
    return _item(draft, None, item_form.shown(item_form.EMPTY))


@office.post(f"{_PLACE}/items/new")
@body_limit("max_upload")
def add_item(election_id: str) -> ResponseReturnValue:
    """Put an item at the end of the agenda."""
    draft = draft_of(election_id, Role.ORGANISER)
    return _save(draft, None)


@office.get(f"{_PLACE}/items/<int:place>")
def item_page(election_id: str, place: int) -> ResponseReturnValue:
    """One item."""
    draft = draft_of(election_id, Role.ORGANISER)
    return _item(draft, place, item_form.shown(_at(draft, place)))


@office.post(f"{_PLACE}/items/<int:place>")
@body_limit("max_upload")
def change_item(election_id: str, place: int) -> ResponseReturnValue:
    """Change one item."""
    draft = draft_of(election_id, Role.ORGANISER)
    _at(draft, place)
    return _save(draft, place)


@office.post(f"{_PLACE}/items/<int:place>/remove")
def remove_item(election_id: str, place: int) -> ResponseReturnValue:
    """Take an item off the agenda; the last one stays."""
    draft = draft_of(election_id, Role.ORGANISER)
    _at(draft, place)
    items = draft.items
    items.pop(place - 1)
    return _keep(draft, items, "removed")


@office.post(f"{_PLACE}/items/<int:place>/up")
def move_item(election_id: str, place: int) -> ResponseReturnValue:
    """Put an item before the one above it."""
    draft = draft_of(election_id, Role.ORGANISER)
    _at(draft, place)
    items = draft.items
    if place > 1:
        items.insert(place - 2, items.pop(place - 1))
    return _keep(draft, items, "saved")


def _at(draft: Draft, place: int) -> Any:
    if not 1 <= place <= len(draft.items):
        raise NotFound
    return draft.items[place - 1]


def _save(draft: Draft, place: int | None) -> ResponseReturnValue:
    items = draft.items
    old = {} if place is None else items[place - 1]
    try:
        new = item_form.read(request.form, old)
        items = [*items, new] if place is None else [*items[: place - 1], new, *items[place:]]
        draft.change(items=items)
    except HanpyoError as error:
        return _item(draft, place, item_form.typed(request.form), error)
    return to(f"{draft.url}/agenda", "saved")


def _keep(draft: Draft, items: list[Any], done: str) -> ResponseReturnValue:
    try:
        draft.change(items=items)
    except HanpyoError as error:
        return _agenda(draft, error)
    return to(f"{draft.url}/agenda", done)


def _agenda(draft: Draft, error: HanpyoError | None = None) -> ResponseReturnValue:
    texts = given("title", "organisation", "secrecy") if error else draft.content
    return answer("office/agenda.html", error, draft=draft, texts=texts)


def _item(
    draft: Draft, place: int | None, form: item_form.ItemForm, error: HanpyoError | None = None
) -> ResponseReturnValue:
    return answer(
        "office/item.html",
        error,
        draft=draft,
        place=place,
        form=form,
        methods=item_form.METHODS,
        shares=item_form.SHARES,
        countings=item_form.COUNTINGS,
        spendings=budget_form.SPENDINGS,
    )
