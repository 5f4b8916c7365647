"""A registrar at work: every rule, then the ledger, then the signature; in this order, always.

The same object serves inside a small installation and behind HTTP in a process of its own. What it
refuses is entered too, and what it must never be asked is an alarm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import structlog
from sqlalchemy.orm import Session

from hanpyo.errors import TooMany, Unavailable
from hanpyo.identity.limits import Limits, TooManyTries
from hanpyo.protocol.messages import Credential, credential_list_hash
from hanpyo.protocol.types import Address
from hanpyo.registrar import notices
from hanpyo.registrar.checks import (
    require_current_epoch,
    require_entry,
    require_key,
    require_next_epoch,
    require_second,
)
from hanpyo.registrar.errors import (
    BudgetSpent,
    KeyTaken,
    RegistrarError,
    TooManyRequests,
    Unattested,
)
from hanpyo.registrar.frozen import Elections, FrozenElection
from hanpyo.registrar.ledger import Ledger
from hanpyo.registrar.member_check import MemberCheck
from hanpyo.registrar.notices import Notices
from hanpyo.registrar.requests import About, AttestationRequest, Purpose
from hanpyo.registrar.signing import Signer

_WINDOW: Final = 600
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one voter may ask of a registrar: keys in one election, requests in ten minutes."""

    keys: int = 8
    requests: int = 30


@dataclass(frozen=True)
class Office:
    """One registrar, as `client.Registrar`."""

    name: str
    policy: str
    signer: Signer
    elections: Elections
    ledger: Ledger
    check: MemberCheck
    notices: Notices
    limits: Limits
    budget: Budget
    local: ClassVar[bool] = True

    @property
    def address(self) -> Address:
        """See `client.Registrar`."""
        return self.signer.address

    def describe(self) -> About:
        """See `client.Registrar`."""
        return About(self.name, self.address, self.check.level, self.policy)

    def close(self) -> None:
        """See `client.Registrar`; database and node are the caller's."""

    def attest(self, request: AttestationRequest) -> bytes:
        """See `client.Registrar`; raises `RegistrarError`, `ChainError`, `DatabaseUnavailable`."""
        return self._entering(request, "credential", lambda: self._attest(request))

    def attest_rebind(self, request: AttestationRequest) -> bytes:
        """See `client.Registrar`; raises as `attest`."""
        return self._entering(request, "rebind", lambda: self._attest_rebind(request))

    def sign_list(self, election: Address, credentials: Sequence[Credential]) -> bytes:
        """See `client.Registrar`; raises `Unattested` and as `attest`."""
        found = self.elections.get(election)
        self.elections.require_lately_open(found)
        hashes = [each.struct_hash() for each in credentials]
        unsigned = self.ledger.unsigned(election, hashes)
        if unsigned:
            refusal = Unattested(f"{len(unsigned)} credentials were never signed by themselves")
            self._enter_refusal(election, "list", refusal)
            raise refusal
        return self.signer.sign_hash(found.domain, credential_list_hash(hashes))

    def send_code(self, election: Address, voter: int, purpose: Purpose) -> None:
        """See `client.Registrar`."""
        found = self.elections.get(election)
        self.elections.time_before_close(found)
        self.check.send_code(election, found.title, voter, purpose)

    def _attest(self, request: AttestationRequest) -> bytes:
        election, now = self._look(request)
        minimum = self.elections.minimum_epoch(election, request.voter)
        is_bound = self._is_bound(request, now)
        require_current_epoch(request.epoch, minimum)
        if not is_bound:
            self._require_member(request, "bind")
        message = request.credential
        fresh = self.ledger.enter(
            request, "credential", message.struct_hash(), self._spend(request, "bind")
        )
        if fresh:
            news = notices.bound(request.voter, request.epoch, self.ledger.now())
            self.notices.tell(request.election, news)
        return self.signer.sign(election.domain, message)

    def _attest_rebind(self, request: AttestationRequest) -> bytes:
        election, now = self._look(request)
        minimum = self.elections.minimum_epoch(election, request.voter)
        is_bound = self._is_bound(request, now)
        require_next_epoch(request.epoch, minimum, now, election.manifest.timetable.rebind_until)
        if not is_bound:
            require_second(request.evidence)
            self._require_member(request, "rebind")
        message = request.rebind
        self.ledger.enter(request, "rebind", message.struct_hash(), self._spend(request, "rebind"))
        news = notices.rebound(request.voter, request.epoch, self.ledger.now())
        self.notices.tell(request.election, news)
        return self.signer.sign(election.domain, message)

    def _look(self, request: AttestationRequest) -> tuple[FrozenElection, int]:
        """The election before its close, with the chain's time, once the request fits the roll."""
        election = self.elections.get(request.election)
        self._count(request)
        self.ledger.take_up(election)
        now = self.elections.time_before_close(election)
        require_key(request.key)
        require_entry(election.roll, request.credential)
        return election, now

    def _count(self, request: AttestationRequest) -> None:
        bucket = f"registrar:{self.address.hex()}:{request.election.hex()}:{request.voter}"
        try:
            self.limits.hit(bucket, self.budget.requests, _WINDOW)
        except TooManyTries as error:
            message = "too many requests for this voter"
            raise TooManyRequests(message, error.retry_after) from None

    def _is_bound(self, request: AttestationRequest, now: int) -> bool:
        """Whether the key is bound already; another one is refused, and its voter told."""
        key = self.ledger.key_of(request.election, request.voter, request.epoch)
        if key is not None and key != request.key:
            news = notices.refused(request.voter, request.epoch, request.key, now)
            self.notices.tell(request.election, news)
            raise KeyTaken("another key was attested for this voter and epoch")
        return key is not None

    def _require_member(self, request: AttestationRequest, purpose: Purpose) -> None:
        if self.ledger.keys_had(request.election, request.voter) >= self.budget.keys:
            raise BudgetSpent("this voter has had every key that one member may have")
        self.check.check(request, purpose)

    def _spend(self, request: AttestationRequest, purpose: Purpose) -> Callable[[Session], str]:
        return lambda session: self.check.spend(session, request, purpose)

    def _entering(self, request: AttestationRequest, kind: str, work: Callable[[], bytes]) -> bytes:
        try:
            return work()
        except RegistrarError as error:
            if not isinstance(error, (TooMany, Unavailable)):
                self._enter_refusal(
                    request.election, kind, error, voter=request.voter, epoch=request.epoch
                )
            raise

    def _enter_refusal(
        self,
        election: Address,
        kind: str,
        error: RegistrarError,
        *,
        voter: int | None = None,
        epoch: int | None = None,
    ) -> None:
        self.ledger.refuse(election, kind, error, voter=voter, epoch=epoch)
        tell = _log.error if error.alarm else _log.warning
        event = "registrar_alarm" if error.alarm else "registrar_refuses"
        tell(event, registrar=self.name, code=error.code, election=election.hex(), kind=kind)
