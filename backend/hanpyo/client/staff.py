"""People who run elections: signing in, and their organisation."""

from collections.abc import Iterator

from hanpyo.client.api import Api
from hanpyo.web import staff_models as models


class StaffDesk:
    """The session that is opened here is used for what follows."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def set_up(self, link: str, password: str) -> models.SessionState:
        """Use a set-up link, or its token alone."""
        body = models.SetUp(token=link.rpartition("#")[2], password=password)
        return self._opened(self._api.post(models.SessionState, "/v1/staff/set-up", body))

    def sign_in(self, mail: str, password: str) -> models.SessionState:
        """The first step of signing in."""
        body = models.SignIn(mail=mail, password=password)
        return self._opened(self._api.post(models.SessionState, "/v1/staff/session", body))

    def show_code(self, code: str) -> models.SessionState:
        """The second step, with an authenticator's code."""
        path = "/v1/staff/session/totp"
        return self._opened(self._api.post(models.SessionState, path, models.Code(code=code)))

    def begin_totp(self) -> models.TotpSecret:
        """Begin to set an authenticator up."""
        return self._api.post(models.TotpSecret, "/v1/staff/me/totp")

    def confirm_totp(self, code: str) -> models.SessionState:
        """Show its first code."""
        path = "/v1/staff/me/totp"
        return self._opened(self._api.put(models.SessionState, path, models.Code(code=code)))

    def me(self) -> models.Me:
        """One's own account."""
        return self._api.get(models.Me, "/v1/staff/me")

    def organisations(self) -> Iterator[models.Organisation]:
        """The organisations one belongs to."""
        return self._api.pages(
            models.Organisations, "/v1/organisations", lambda page: page.organisations
        )

    def sign_out(self) -> None:
        """End the session."""
        self._api.send("DELETE", "/v1/staff/session")
        self._api.csrf = None

    def _opened(self, state: models.SessionState) -> models.SessionState:
        self._api.csrf = state.csrf_token
        return state
