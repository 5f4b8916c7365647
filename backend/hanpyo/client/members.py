"""A member of one election's roll: signing in and binding a key."""

from hanpyo.client.api import Api
from hanpyo.web import identity_models as models


class Members:
    """The session that is opened here is used for what follows."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def methods(self, election_id: str) -> models.MethodsOut:
        """How members of an election prove who they are."""
        return self._api.get(models.MethodsOut, f"/v1/elections/{election_id}/methods")

    def enter_by_link(self, link: str) -> models.SessionOut:
        """Open a session with a personal link, or its token alone."""
        token = link.rpartition("#")[2]
        return self._opened("/v1/sessions", models.LinkEntry(token=token))

    def enter(self, election_id: str, code: str) -> models.SessionOut:
        """Open a session with a letter's code."""
        entry = models.Entry(method="letter", code=code)
        return self._opened(f"/v1/elections/{election_id}/sessions", entry)

    def begin(self, election_id: str, method: str, contact: str = "") -> models.ChallengeOut:
        """Begin to sign in by another method."""
        body = models.ChallengeIn(method=method, contact=contact)
        return self._api.post(models.ChallengeOut, f"/v1/elections/{election_id}/challenges", body)

    def begin_another(self, method: str) -> models.ChallengeOut:
        """Begin to show one more factor."""
        body = models.ChallengeIn(method=method)
        return self._api.post(models.ChallengeOut, "/v1/sessions/challenges", body)

    def verify(self, challenge: str, answer: models.Answer) -> models.SessionOut:
        """Answer a challenge; the session's new token is used from here on."""
        body = models.Verification(challenge=challenge, answer=answer)
        return self._opened("/v1/sessions/verifications", body)

    def me(self) -> models.MeOut:
        """Who is signed in."""
        return self._api.get(models.MeOut, "/v1/me")

    def bind_key(self, address: str) -> models.CredentialOut:
        """Bind a key and get its credential; the same key again gives the same."""
        body = models.KeyIn(type="address", address=address)
        return self._api.post(models.CredentialOut, "/v1/me/key", body)

    def rebind_key(self, address: str) -> models.RebindOut:
        """Move to another key."""
        body = models.KeyIn(type="address", address=address)
        return self._api.post(models.RebindOut, "/v1/me/rebind", body)

    def sign_out(self) -> None:
        """End the session."""
        self._api.send("DELETE", "/v1/me/session")
        self._api.token = None

    def _opened(
        self, path: str, body: models.LinkEntry | models.Entry | models.Verification
    ) -> models.SessionOut:
        session = self._api.post(models.SessionOut, path, body)
        self._api.token = session.token
        return session
