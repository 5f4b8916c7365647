"""One service behind one object, a part of it for each kind of caller."""

from functools import cached_property

import httpx

from hanpyo.client.api import Api
from hanpyo.client.ballots import Ballots
from hanpyo.client.elections import Elections
from hanpyo.client.members import Members
from hanpyo.client.organising import Organising
from hanpyo.client.staff import StaffDesk
from hanpyo.closable import Closable


class HanpyoClient(Closable):
    """A client of the service at a URL, or over an `httpx.Client`; one session of each kind."""

    def __init__(self, url: str = "", *, http: httpx.Client | None = None) -> None:
        self._api = Api.at(url) if http is None else Api(http)

    def close(self) -> None:
        """Close the connection."""
        self._api.close()

    @cached_property
    def elections(self) -> Elections:
        """Public reads."""
        return Elections(self._api)

    @cached_property
    def members(self) -> Members:
        """A member's session."""
        return Members(self._api)

    @cached_property
    def ballots(self) -> Ballots:
        """Ballots."""
        return Ballots(self._api)

    @cached_property
    def staff(self) -> StaffDesk:
        """A staff member's session."""
        return StaffDesk(self._api)

    @cached_property
    def organising(self) -> Organising:
        """Making elections."""
        return Organising(self._api)
