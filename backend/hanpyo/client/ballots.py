"""Handing ballots in, and what becomes of them."""

from hanpyo.client.api import Api
from hanpyo.elections.casting import Voter
from hanpyo.protocol.batch import CompactRecord
from hanpyo.protocol.signatures import address_of, expand
from hanpyo.protocol.types import CompactSignature
from hanpyo.web import ballot_models as models
from hanpyo.web.identity_models import CredentialOut


class Ballots:
    """The relay's side of the API; nobody signs in here."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def post(self, election_id: str, body: models.BallotBody) -> models.AcceptedAnswer:
        """Hand a ballot in; the answer holds the relay's promise. Repeating it is harmless."""
        return self._api.post(models.AcceptedAnswer, f"/v1/elections/{election_id}/ballots", body)

    def get(self, digest: str) -> models.BallotAnswer:
        """What became of a ballot."""
        return self._api.get(models.BallotAnswer, f"/v1/ballots/{digest}")

    def relay(self, election_id: str) -> models.RelayAnswer:
        """The relay's work for an election."""
        return self._api.get(models.RelayAnswer, f"/v1/elections/{election_id}/relay")


def ballot_body(
    voter: Voter, record: CompactRecord, credential: CredentialOut
) -> models.BallotBody:
    """A signed act as it is handed in."""
    signature = expand(CompactSignature(record.signature))
    return models.BallotBody(
        voter=record.voter,
        epoch=record.epoch,
        revision=record.revision,
        kind=int(record.kind),
        key="0x" + address_of(voter.key).hex(),
        signature="0x" + signature.hex(),
        payload="0x" + record.payload.hex(),
        attestations=tuple(
            models.RegistrarSignature(index=each.index, signature=each.signature)
            for each in credential.attestations
        ),
    )
