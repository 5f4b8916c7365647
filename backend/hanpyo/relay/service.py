"""The relay of one installation, put together from its runtime and keys."""

from collections.abc import Sequence
from functools import cached_property

from hanpyo.chain.keys import Key
from hanpyo.elections.catalogue import Catalogue
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.batches import ListSigner
from hanpyo.relay.errors import NoRelayKey
from hanpyo.relay.intake import Intake
from hanpyo.relay.outlays import Bookkeeping
from hanpyo.relay.rebinding import Rebinding
from hanpyo.relay.reconciling import Reconciling
from hanpyo.relay.sending import Sending
from hanpyo.relay.signed import note_signed
from hanpyo.relay.status import (
    BallotStatus,
    Health,
    RelayFacts,
    ballot_status,
    relay_facts,
    relay_health,
)
from hanpyo.runtime import Runtime
from hanpyo.tasks import Task


class Relay:
    """Takes ballots in, tells of them, and gives the tasks that send them."""

    def __init__(
        self, runtime: Runtime, keys: Sequence[Key], catalogue: Catalogue | None = None
    ) -> None:
        """The first of `keys` signs promises; every one of them sends. Raises `NoRelayKey`."""
        if not keys:
            raise NoRelayKey("the relay has no key: set relay.keystores or relay.signer_url")
        self._runtime = runtime
        self._keys = tuple(keys)
        self._catalogue = catalogue or Catalogue(runtime.database)

    @cached_property
    def accounts(self) -> tuple[SendingAccount, ...]:
        """The sending accounts; other tasks borrow the first, which organises elections."""
        return tuple(SendingAccount(self._runtime, key, note_signed) for key in self._keys)

    def tasks(self, registrars: ListSigner | None = None) -> tuple[Task, ...]:
        """What has to run in some process: a task an account, the comparison with the record,
        rebinds, and the books.

        `registrars` sign lists for whole batches where they answer at once.
        """
        runtime, catalogue = self._runtime, self._catalogue
        return (
            *(Sending(runtime, catalogue, account, registrars) for account in self.accounts),
            Reconciling(runtime, catalogue, self._keys[0]),
            Rebinding(runtime, catalogue, self.accounts[0]),
            Bookkeeping(runtime),
        )

    @cached_property
    def intake(self) -> Intake:
        """What takes ballots in."""
        settings = self._runtime.settings
        return Intake(
            self._runtime.database,
            self._catalogue,
            self._keys[0],
            settings.relay,
            stale_after=settings.chain.stale_after,
            rpc=lambda: self._runtime.rpc,
            clock=self._runtime.clock,
        )

    def status(self, digest: bytes) -> BallotStatus:
        """Where a ballot stands; raises `UnknownBallot`."""
        return ballot_status(self._runtime.database, self._catalogue, digest)

    def facts(self, election_id: str) -> RelayFacts:
        """What anyone may know of the queue of an election; raises `UnknownElection`."""
        self._catalogue.get(election_id)
        settings = self._runtime.settings.relay
        return relay_facts(
            self._runtime.database,
            election_id,
            self._keys[0].address,
            margin=settings.margin,
            include_within=settings.include_within,
            now=self._runtime.now(),
        )

    def health(self) -> Health:
        """What readiness looks at."""
        return relay_health(self._runtime.database, self._runtime.now())
