"""What the intake refuses, each with its own code; `field` names the part at fault."""

from typing import ClassVar

from hanpyo.errors import Conflict, Invalid, NotFound, Unavailable


class BallotSignatureInvalid(Invalid):
    """The bytes are no canonical signature, or the key named did not make it."""

    code: ClassVar[str] = "ballot_signature_invalid"


class DomainMismatch(Invalid):
    """The ballot was signed for another chain or another election."""

    code: ClassVar[str] = "domain_mismatch"


class UnknownVoter(Invalid):
    """The roll has no such voter number."""

    code: ClassVar[str] = "unknown_voter"


class CredentialInvalid(Invalid):
    """The registrars' signatures do not attest this key for this voter."""

    code: ClassVar[str] = "credential_invalid"


class PayloadInvalid(Invalid):
    """The payload has the wrong length, or an escrow that nobody could open."""

    code: ClassVar[str] = "payload_invalid"


class WrongEpoch(Invalid):
    """The key's number is not the one that counts for this voter now."""

    code: ClassVar[str] = "wrong_epoch"


class WalletRefused(Invalid):
    """The contract wallet does not confirm the signature."""

    code: ClassVar[str] = "wallet_refused"


class OrderTaken(Conflict):
    """Another act of this voter stands at this order or above."""

    code: ClassVar[str] = "order_taken"


class NotOpen(Conflict):
    """Voting has not started."""

    code: ClassVar[str] = "voting_not_open"


class Closed(Conflict):
    """Voting is over, or so nearly that a ballot might not be recorded in time."""

    code: ClassVar[str] = "voting_closed"


class ActsExhausted(Conflict):
    """The voter has had as many acts relayed as one voter may."""

    code: ClassVar[str] = "acts_exhausted"


class HeadUnknown(Unavailable):
    """The chain's newest block is not known or too old to promise anything by it."""

    code: ClassVar[str] = "chain_head_unknown"


class BudgetSpent(Unavailable):
    """The election has used the money set aside for it; ballots already taken are kept."""

    code: ClassVar[str] = "relay_budget_spent"


class WalletUnreachable(Unavailable):
    """The contract wallet could not be asked."""

    code: ClassVar[str] = "wallet_unreachable"


class NoRelayKey(Unavailable):
    """The installation has no key to promise with."""

    code: ClassVar[str] = "relay_has_no_key"


class UnknownBallot(NotFound):
    """The relay has no ballot with this digest."""

    code: ClassVar[str] = "unknown_ballot"
