"""What is told to whoever cannot be let in: one answer for every reason that others could use."""

from typing import ClassVar

from hanpyo.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class ProofRefused(Unauthenticated):
    """The proof does not hold: wrong, used, expired, or nobody's. Which one is never told."""

    code: ClassVar[str] = "proof_refused"

    def __init__(self) -> None:
        super().__init__("the proof does not hold; start again")


class SessionMissing(Unauthenticated):
    """There is no session with this token, or it has ended."""

    code: ClassVar[str] = "session_missing"

    def __init__(self) -> None:
        super().__init__("sign in first")


class MethodUnknown(Invalid):
    """The election does not take this method."""

    code: ClassVar[str] = "method_unknown"

    def __init__(self) -> None:
        super().__init__("method", "this election does not take it")


class LevelTooLow(Forbidden):
    """The session has not reached the election's level."""

    code: ClassVar[str] = "level_too_low"

    def __init__(self) -> None:
        super().__init__("show the missing factors first")


class BadKey(Invalid):
    """A voter key that cannot be one."""

    code: ClassVar[str] = "bad_voter_key"


class KeyListed(Conflict):
    """The roll itself names this voter's key."""

    code: ClassVar[str] = "key_listed"

    def __init__(self) -> None:
        super().__init__("the roll names your wallet: vote with it, no key is to be bound")


class AnotherKeyBound(Conflict):
    """Another key is bound to this voter."""

    code: ClassVar[str] = "another_key_bound"

    def __init__(self) -> None:
        super().__init__("another key is bound; move to this one by a rebind")


class NothingBound(Conflict):
    """There is no key to move away from."""

    code: ClassVar[str] = "nothing_bound"

    def __init__(self) -> None:
        super().__init__("no key is bound yet; bind one")


class RebindUnderWay(Conflict):
    """An earlier rebind is not on the chain yet."""

    code: ClassVar[str] = "rebind_under_way"

    def __init__(self) -> None:
        super().__init__("a rebind is under way; wait until it is on the chain")


class RebindTooLate(Conflict):
    """The election's frozen cut-off of rebinding has passed."""

    code: ClassVar[str] = "rebind_too_late"

    def __init__(self) -> None:
        super().__init__("keys can no longer be changed in this election")


class SecondFactorMissing(Forbidden):
    """A rebind needs a proof over a channel that the first binding did not use."""

    code: ClassVar[str] = "second_factor_missing"

    def __init__(self) -> None:
        super().__init__(
            "show a second proof over another channel than the first time, or appear before two"
            " clerks"
        )


class VotingOver(Conflict):
    """The election has closed."""

    code: ClassVar[str] = "voting_over"

    def __init__(self) -> None:
        super().__init__("the voting is over")


class UnknownMember(NotFound):
    """There is no such member in this election."""

    code: ClassVar[str] = "unknown_member"

    def __init__(self) -> None:
        super().__init__("there is no such member")
