"""What anybody may read of elections."""

from collections.abc import Iterator

from hanpyo.client.api import Api
from hanpyo.elections.casting import Booth
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.types import Address, Digest
from hanpyo.web import public_models as models

_PLACE = "/v1/elections"


class Elections:
    """Public reads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def all(self) -> Iterator[models.ElectionBrief]:
        """Every election on the chain, the newest first."""
        return self._api.pages(models.Elections, _PLACE, lambda page: page.elections)

    def get(self, election_id: str) -> models.Election:
        """One election."""
        return self._api.get(models.Election, f"{_PLACE}/{election_id}")

    def turnout(self, election_id: str) -> models.Turnout:
        """How many took part."""
        return self._api.get(models.Turnout, f"{_PLACE}/{election_id}/turnout")

    def tally(self, election_id: str) -> models.Tally:
        """The count so far, where it may be seen."""
        return self._api.get(models.Tally, f"{_PLACE}/{election_id}/tally")

    def results(self, election_id: str) -> models.Results:
        """What the contract decided."""
        return self._api.get(models.Results, f"{_PLACE}/{election_id}/results")

    def events(self, election_id: str) -> Iterator[models.LogEvent]:
        """The record, event by event."""
        path = f"{_PLACE}/{election_id}/events"
        return self._api.pages(models.Events, path, lambda page: page.events)

    def acts(self, election_id: str, voter: int) -> models.VoterActs:
        """Every act under a voter number."""
        return self._api.get(models.VoterActs, f"{_PLACE}/{election_id}/acts", {"voter": voter})


def booth_of(election: models.Election) -> Booth:
    """Where acts of this election are made."""
    manifest = decode_manifest(bytes.fromhex(election.manifest[2:]))
    address = Address(bytes.fromhex(election.address[2:]))
    digest = Digest(bytes.fromhex(election.manifest_hash[2:]))
    return Booth(manifest, Domain(int(election.chain_id), address, digest))
