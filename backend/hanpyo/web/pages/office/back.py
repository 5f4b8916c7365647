"""Addresses that take forms only, opened as pages: by a reload, or by a switch of the language.

They lead to the page on which the form stands.
"""

from collections.abc import Callable, Mapping
from typing import Final

from flask.typing import ResponseReturnValue

from hanpyo.web.pages.office.making import PREFIX, office, to

_ELECTION: Final = "/elections/<election_id>"
_ORGANISATION: Final = "/organisations/<organisation_id>"
STANDS_ON: Final[Mapping[str, str]] = {
    f"{_ELECTION}/publish": f"{_ELECTION}/checklist",
    f"{_ELECTION}/cancel": _ELECTION,
    f"{_ELECTION}/test": _ELECTION,
    f"{_ELECTION}/items/<int:place>/remove": f"{_ELECTION}/agenda",
    f"{_ELECTION}/items/<int:place>/up": f"{_ELECTION}/agenda",
    f"{_ELECTION}/roll/accept": f"{_ELECTION}/roll",
    f"{_ELECTION}/roll/search": f"{_ELECTION}/roll",
    f"{_ELECTION}/roll/export": f"{_ELECTION}/roll",
    f"{_ELECTION}/roll/erase": f"{_ELECTION}/roll",
    f"{_ELECTION}/roll/private-list": f"{_ELECTION}/roll",
    f"{_ELECTION}/roll/members/<member_id>": f"{_ELECTION}/roll",
    f"{_ELECTION}/invitations": f"{_ELECTION}/messages",
    f"{_ELECTION}/reminders": f"{_ELECTION}/messages",
    f"{_ORGANISATION}/invitations": f"{_ORGANISATION}/people",
    f"{_ORGANISATION}/invitations/<invitation_id>/withdraw": f"{_ORGANISATION}/people",
    f"{_ORGANISATION}/people/<staff_id>/roles": f"{_ORGANISATION}/people",
    f"{_ORGANISATION}/webhooks/<webhook_id>/remove": f"{_ORGANISATION}/webhooks",
    "/organisations": "",
    "/account/password": "/account",
    "/account/totp/remove": "/account",
    "/account/passkeys/<passkey_id>/remove": "/account",
    "/second-factor/new/confirm": "/second-factor/new",
    "/sign-out": "/sign-in",
    "/take-role": "/set-up",
}
"""The address of each such form, and of its page."""
ENDPOINT: Final = "back_"


def _lead(page: str) -> Callable[..., ResponseReturnValue]:
    def lead(**parts: object) -> ResponseReturnValue:
        address = page
        for name, value in parts.items():
            address = address.replace(f"<{name}>", str(value))
        return to(f"{PREFIX}{address}")

    return lead


for number, (form, page) in enumerate(STANDS_ON.items()):
    office.add_url_rule(form, f"{ENDPOINT}{number}", _lead(page), methods=["GET"])
