"""One interface for every way in which a member can prove who they are.

A method is asked twice: `start` says what the page must show and what is to be sent, `verify` what
an answer proves. Neither writes: the caller stores the challenge, counts tries before `verify` is
called, and sends. `start` answers alike for members and for anybody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hanpyo.identity.factors import Factor
from hanpyo.identity.members import Known, Rules


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to prove something: `member` is the session's, None before the first factor.

    `claim` is what the page sent: a mail address, a phone number. `expires_at` ends the challenge.
    """

    challenge_id: str
    rules: Rules
    member: Known | None
    claim: str = field(repr=False)
    now: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Sending:
    """A code that goes out over a channel; `code` is what has to come back."""

    channel: str
    recipient: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """A challenge as its method made it.

    `show` is for the page. `member_id` is None for nobody and for not yet known; `sending` is then
    made all the same and never sent. `state` is kept sealed until the answer. `subject` is what
    tries are counted by beyond one challenge, in no clear text; None counts by challenge alone.
    `browser` binds the answer to the browser that holds a cookie with this secret.
    """

    show: Mapping[str, Any]
    member_id: str | None = None
    sending: Sending | None = None
    state: bytes = field(default=b"", repr=False)
    subject: str | None = None
    browser: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer to a challenge; `answer` holds JSON values as the page sent them.

    `code_right` says whether its `code` is the one that was sent.
    """

    challenge_id: str
    rules: Rules
    member: Known | None
    state: bytes = field(repr=False)
    answer: Mapping[str, Any] = field(repr=False)
    code_right: bool
    now: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is, and the factors that this shows."""

    member_id: str
    factors: tuple[Factor, ...]


class Method(Protocol):
    """One way to prove who one is."""

    @property
    def name(self) -> str:
        """As in an election's list of methods."""

    @property
    def family(self) -> str:
        """The channel family of its factor."""

    @property
    def first(self) -> bool:
        """Whether it may come first, without a session."""

    def start(self, asking: Asking) -> Started:
        """What to show, keep and send; raises `Invalid` for a claim that can be nobody's."""

    def verify(self, answering: Answering) -> Proof:
        """What the answer proves; raises `ProofRefused`, which says nothing else."""
