"""The registrars as the service asks them: all at once, m valid answers wanted, in bounded time.

An answer counts only when the registrar's address is recovered from it, so silent and lying
registrars are the same thing; up to n - m of them change nothing. A registrar that keeps calls
waiting takes up its own places and nobody else's.
"""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import structlog

from hanpyo.closable import Closable
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.errors import HanpyoError
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential, CredentialList, Message, digest
from hanpyo.protocol.types import Address, Digest
from hanpyo.registrar.asking import Answer, Registrar, Seat, judge
from hanpyo.registrar.errors import (
    REFUSALS,
    RegistrarRefused,
    RegistrarsUnavailable,
)
from hanpyo.registrar.requests import About, AttestationRequest, Purpose

__all__ = ["Registrar", "Registrars"]

_log = structlog.get_logger(__name__)


class Registrars(Closable):
    """All registrars that the settings name; each election asks those in its manifest."""

    def __init__(
        self,
        registrars: Sequence[Registrar],
        *,
        seconds: float = 8.0,
        list_seconds: float = 1.5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` bounds an attestation, `list_seconds` a list."""
        self._seats = {registrar.address: Seat(registrar) for registrar in registrars}
        self._seconds = seconds
        self._list_seconds = list_seconds
        self._monotonic = monotonic

    @property
    def members(self) -> tuple[Registrar, ...]:
        """The registrars in the order of the settings."""
        return tuple(seat.registrar for seat in self._seats.values())

    def close(self) -> None:
        """Close connections."""
        for registrar in self.members:
            registrar.close()

    def attest(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        """The one-entry credential's signatures: exactly m, in the manifest's order.

        Asking again for the same key gives the same. Raises `RegistrarsUnavailable` (try again),
        `RegistrarRefused` (its message is for the member).
        """
        message = request.credential
        return self._gather(election, message, lambda each: each.attest(request))

    def attest_rebind(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        """The signatures of a rebind to the request's epoch: exactly m, in the manifest's order.

        The request's key is bound to the new epoch with it: once the rebind is on the chain,
        `attest` takes that key without a further proof, and no other. Raises as `attest`.
        """
        return self._gather(election, request.rebind, lambda each: each.attest_rebind(request))

    def sign_list(
        self, election: PublishedElection, credentials: Sequence[Credential]
    ) -> tuple[Attestation, ...] | None:
        """Signatures of one list of credentials in this order, m of them; None if they come late.

        Never raises: whoever gets None sends each ballot with its own credential.
        """
        message = CredentialList(tuple(credentials))
        place = Address(election.domain.election)
        answers = self._ask(
            election,
            digest(election.domain, message),
            lambda each: each.sign_list(place, credentials),
            self._list_seconds,
        )
        return _attestations(answers, election.manifest.threshold)

    def send_codes(self, election: PublishedElection, voter: int, purpose: Purpose) -> int:
        """Let every registrar of the election that checks members itself send its code.

        How many took the request; that says nothing of whether the voter is known to them.
        """
        place = election.domain.election

        def call(registrar: Registrar) -> bytes:
            registrar.send_code(place, voter, purpose)
            return b""

        outcomes = self._outcomes(self._of(election), call, self._seconds)
        return sum(isinstance(outcome, bytes) for _, outcome in outcomes)

    def describe(self) -> tuple[tuple[Registrar, About | None], ...]:
        """Each registrar with what it says of itself; None for one that does not answer."""
        return tuple((registrar, _about(registrar)) for registrar in self.members)

    def _of(self, election: PublishedElection) -> dict[int, Seat]:
        known = enumerate(election.manifest.registrars)
        return {index: self._seats[who] for index, who in known if who in self._seats}

    def _gather(
        self, election: PublishedElection, message: Message, call: Callable[[Registrar], bytes]
    ) -> tuple[Attestation, ...]:
        signed = digest(election.domain, message)
        answers = self._ask(election, signed, call, self._seconds)
        found = _attestations(answers, election.manifest.threshold)
        if found is None:
            raise _failure(answers, len(election.manifest.registrars), election.manifest.threshold)
        return found

    def _ask(
        self,
        election: PublishedElection,
        signed: Digest,
        call: Callable[[Registrar], bytes],
        seconds: float,
    ) -> list[Answer]:
        """Answers until m are valid, all have come, or the time is over."""
        seats = self._of(election)
        if all(seat.registrar.local for seat in seats.values()):
            # Keys of one process fail together: more than m of them would be asked for nothing.
            seats = dict(list(seats.items())[: election.manifest.threshold])
        answers: list[Answer] = []
        valid = 0
        for index, outcome in self._outcomes(seats, call, seconds):
            answer = judge(index, seats[index].registrar, signed, outcome)
            valid += answer.signature is not None
            answers.append(answer)
            if valid >= election.manifest.threshold:
                break
        return answers

    def _outcomes(
        self, seats: dict[int, Seat], call: Callable[[Registrar], bytes], seconds: float
    ) -> Iterator[tuple[int, bytes | Exception]]:
        """What each call came to, as it comes, until all have or the time is over."""
        inbox: queue.SimpleQueue[tuple[int, bytes | Exception]] = queue.SimpleQueue()
        for index, seat in seats.items():
            seat.ask(call, partial(_put, inbox, index))
        deadline = self._monotonic() + seconds
        for _ in seats:
            try:
                yield inbox.get(timeout=max(0.0, deadline - self._monotonic()))
            except queue.Empty:
                return


def _put(
    inbox: "queue.SimpleQueue[tuple[int, bytes | Exception]]",
    index: int,
    outcome: bytes | Exception,
) -> None:
    inbox.put((index, outcome))


def _attestations(answers: Sequence[Answer], threshold: int) -> tuple[Attestation, ...] | None:
    found = [Attestation(each.index, each.signature) for each in answers if each.signature]
    if threshold == 0 or len(found) < threshold:
        return None
    return tuple(sorted(found, key=lambda each: each.index)[:threshold])


def _failure(answers: Sequence[Answer], count: int, threshold: int) -> HanpyoError:
    """Refused for good when the registrars that might still sign are fewer than m."""
    refusals = [
        (each.registrar.name, reason)
        for each in answers
        if (reason := _reason(each.failure)) is not None
    ]
    for name, code in refusals:
        _log.warning("registrar_refused", name=name, code=code)
    if count - len(refusals) < threshold:
        return RegistrarRefused(_most_common(refusals), tuple(refusals))
    waits = [getattr(each.failure, "retry_after", 0) for each in answers if each.failure]
    message = f"{threshold} registrars are needed and too few answer now; try again soon"
    return RegistrarsUnavailable(message, max([5, *waits]))


def _reason(failure: HanpyoError | None) -> str | None:
    """The code of a refusal; None for what is none."""
    code: str | None = getattr(failure, "reason", None) or getattr(failure, "code", None)
    return code if code in REFUSALS else None


def _most_common(refusals: Sequence[tuple[str, str]]) -> str:
    codes = [code for _, code in refusals]
    return max(codes, key=codes.count)


def _about(registrar: Registrar) -> About | None:
    try:
        return registrar.describe()
    except HanpyoError as error:
        _log.warning("registrar_silent", name=registrar.name, code=error.code)
        return None
