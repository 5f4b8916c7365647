"""The pages of an organisation's staff and of trustees.

Each module adds its routes to `office`; roles are checked in every handler by `hanpyo.web.guard`.
"""

from hanpyo.web.pages.office import (
    account,
    agenda,
    back,
    classes,
    drafts,
    elections,
    home,
    messages,
    people,
    results,
    roll,
    signing_in,
)
from hanpyo.web.pages.office.making import office

__all__ = [
    "account",
    "agenda",
    "back",
    "classes",
    "drafts",
    "elections",
    "home",
    "messages",
    "office",
    "people",
    "results",
    "roll",
    "signing_in",
]
