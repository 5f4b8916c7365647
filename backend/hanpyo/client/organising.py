"""Making elections: drafts, rolls, publishing, invitations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from hanpyo.client.api import Api
from hanpyo.web import election_models, identity_models, roll_models


class Organising:
    """What organisers do; needs a session of staff."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(
        self,
        organisation_id: str,
        definition: Mapping[str, Any],
        *,
        identity: election_models.Level = "L2",
        methods: Sequence[str] = ("link", "mail"),
        test: bool = False,
    ) -> election_models.DraftOut:
        """Make a draft."""
        body = election_models.DraftIn(
            definition=dict(definition), identity=identity, methods=list(methods), test=test
        )
        path = f"/v1/organisations/{organisation_id}/elections"
        return self._api.post(election_models.DraftOut, path, body)

    def all(self, organisation_id: str) -> Iterator[election_models.ElectionRow]:
        """The organisation's elections."""
        path = f"/v1/organisations/{organisation_id}/elections"
        return self._api.pages(election_models.ElectionRows, path, lambda page: page.elections)

    def overview(self, election_id: str) -> election_models.OverviewOut:
        """How far an election is."""
        return self._api.get(election_models.OverviewOut, f"/v1/elections/{election_id}/overview")

    def checklist(self, election_id: str) -> election_models.ChecklistOut:
        """What a draft still lacks."""
        return self._api.get(election_models.ChecklistOut, f"/v1/elections/{election_id}/checklist")

    def upload_roll(
        self, election_id: str, content: bytes, mimetype: str = "text/csv"
    ) -> roll_models.PreviewOut:
        """Read a file of members; nothing changes yet."""
        path = f"/v1/elections/{election_id}/roll"
        return self._api.upload(roll_models.PreviewOut, path, content, mimetype)

    def accept_roll(self, election_id: str, preview_id: str) -> roll_models.AcceptedOut:
        """Make a preview the roll."""
        body = roll_models.AcceptIn(preview_id=preview_id)
        path = f"/v1/elections/{election_id}/roll/accept"
        return self._api.post(roll_models.AcceptedOut, path, body)

    def publish(self, election_id: str) -> election_models.DraftOut:
        """Bring an election on chain."""
        return self._api.post(election_models.DraftOut, f"/v1/elections/{election_id}/publish")

    def cancel(self, election_id: str) -> election_models.DraftOut:
        """Call an election off."""
        return self._api.post(election_models.DraftOut, f"/v1/elections/{election_id}/cancel")

    def invite(
        self,
        election_id: str,
        letters: Literal["none", "unreachable", "all"] = "none",
        *,
        again: bool = False,
    ) -> identity_models.InvitedOut:
        """Invite members by every contact on file, and make letters."""
        body = identity_models.InvitationsIn(letters=letters, again=again)
        return self._api.post(
            identity_models.InvitedOut, f"/v1/elections/{election_id}/invitations", body
        )

    def hand_in_key(self, election_id: str, secret: int) -> election_models.KeyOut:
        """Hand in the trustees' secret after the close."""
        body = election_models.KeyIn(secret=f"0x{secret:064x}")
        return self._api.post(election_models.KeyOut, f"/v1/elections/{election_id}/key", body)
