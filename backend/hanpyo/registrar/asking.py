"""Asking one registrar: what it can be asked, in how many calls at once, and what its answer is."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from hanpyo.errors import HanpyoError
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.signatures import SignatureError, recover
from hanpyo.protocol.types import Address, Digest
from hanpyo.registrar.errors import RegistrarSilent
from hanpyo.registrar.requests import About, AttestationRequest, Purpose

AT_ONCE: Final = 32
"""Calls of one registrar that may be under way; further ones are not made."""
_log = structlog.get_logger(__name__)


class Registrar(Protocol):
    """One registrar, here or elsewhere. Each call raises `HanpyoError`."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def address(self) -> Address:
        """Whose signature counts as its."""

    @property
    def local(self) -> bool:
        """Whether its key lies in this process: then it is no body apart."""

    def attest(self, request: AttestationRequest) -> bytes:
        """Its compact signature of the request's credential."""

    def attest_rebind(self, request: AttestationRequest) -> bytes:
        """Its compact signature of the request's rebind."""

    def sign_list(self, election: Address, credentials: Sequence[Credential]) -> bytes:
        """Its compact signature of one list of credentials, each of which it has signed before."""

    def send_code(self, election: Address, voter: int, purpose: Purpose) -> None:
        """Let it send the member its own code; the same for voters it does not know."""

    def describe(self) -> About:
        """What it says of itself."""

    def close(self) -> None:
        """Close its connections."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one registrar of an election gave: a valid signature, or why there is none."""

    index: int
    registrar: Registrar
    signature: bytes | None
    failure: HanpyoError | None


class Seat:
    """A registrar with the places of its calls."""

    def __init__(self, registrar: Registrar) -> None:
        self.registrar = registrar
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def ask(
        self, call: Callable[[Registrar], bytes], done: Callable[[bytes | Exception], None]
    ) -> None:
        """Call in a thread of its own and hand on what came of it; at once when none is free."""
        if not self._places.acquire(blocking=False):
            done(RegistrarSilent("the registrar keeps too many calls waiting"))
            return

        def run() -> None:
            try:
                done(call(self.registrar))
            except Exception as error:  # noqa: BLE001  whatever it raises, it gave no signature
                done(error)
            finally:
                self._places.release()

        # Daemons, so that a registrar that never answers does not keep the process from ending.
        threading.Thread(target=run, name="registrar", daemon=True).start()


def judge(index: int, registrar: Registrar, signed: Digest, outcome: bytes | Exception) -> Answer:
    """The answer that an outcome is, given the digest that was to be signed."""
    if isinstance(outcome, HanpyoError):
        return Answer(index, registrar, None, outcome)
    if isinstance(outcome, Exception):
        _log.error("registrar_failed", name=registrar.name, kind=type(outcome).__name__)
        return Answer(index, registrar, None, RegistrarSilent("the registrar failed"))
    try:
        if recover(signed, outcome) == registrar.address:
            return Answer(index, registrar, outcome, None)
    except SignatureError:
        pass
    _log.error("registrar_signature_wrong", name=registrar.name)
    return Answer(index, registrar, None, RegistrarSilent("the signature is not the registrar's"))
