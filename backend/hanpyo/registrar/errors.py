"""What a registrar refuses, and what is told when too few of them answer.

A refusal's `code` crosses the wire; the words for the member are ours, looked up by that code, so
that no registrar writes on our pages.
"""

from typing import ClassVar, Final

from hanpyo.errors import Conflict, Forbidden, HanpyoError, NotFound, TooMany, Unavailable


class RegistrarError(HanpyoError):
    """Any failure of the registrars' side; `alarm` is what people must look at."""

    code: ClassVar[str] = "registrar_error"
    alarm: ClassVar[bool] = False


class ElectionUnknown(RegistrarError, NotFound):
    """The registrar's own node shows no such election, frozen and naming this registrar."""

    code: ClassVar[str] = "election_unknown"
    retryable: ClassVar[bool] = True  # a node that lags sees it later


class ElectionForeign(RegistrarError, Forbidden):
    """The contract runs other code, or its manifest hash is not that of its code and manifest."""

    code: ClassVar[str] = "election_foreign"
    alarm: ClassVar[bool] = True


class NotARegistrar(RegistrarError, Forbidden):
    """The manifest does not name this registrar."""

    code: ClassVar[str] = "not_a_registrar"


class RollUnknown(RegistrarError, Unavailable):
    """The roll that the manifest binds is neither published nor imported here."""

    code: ClassVar[str] = "roll_unknown"


class ElectionOver(RegistrarError, Conflict):
    """Voting has closed, or the election was cancelled: nothing is signed any more."""

    code: ClassVar[str] = "election_over"


class VoterUnknown(RegistrarError, NotFound):
    """The roll has no such voter number."""

    code: ClassVar[str] = "voter_unknown"


class EntryListed(RegistrarError, Forbidden):
    """The roll itself names this voter's key; no registrar may attest another."""

    code: ClassVar[str] = "entry_listed"
    alarm: ClassVar[bool] = True


class UnlikeRoll(RegistrarError, Forbidden):
    """Weight or class is not what the roll says."""

    code: ClassVar[str] = "unlike_roll"
    alarm: ClassVar[bool] = True


class BadKey(RegistrarError, Forbidden):
    """What is to be attested is no key id."""

    code: ClassVar[str] = "bad_key"


class WrongEpoch(RegistrarError, Conflict):
    """The epoch is not the one that the chain asks for."""

    code: ClassVar[str] = "wrong_epoch"


class KeyTaken(RegistrarError, Conflict):
    """Another key was attested for this voter and epoch, and stays the only one for ever."""

    code: ClassVar[str] = "key_taken"
    alarm: ClassVar[bool] = True


class RebindClosed(RegistrarError, Conflict):
    """The frozen cut-off of rebinding has passed."""

    code: ClassVar[str] = "rebind_closed"


class SecondCheckMissing(RegistrarError, Forbidden):
    """A rebind needs a check independent of the first binding, and none was shown."""

    code: ClassVar[str] = "second_check_missing"


class ProofMissing(RegistrarError, Forbidden):
    """The registrar checks members itself and was shown no proof."""

    code: ClassVar[str] = "proof_missing"


class ProofWrong(RegistrarError, Forbidden):
    """The member's proof does not hold, has lapsed, or was made for another key."""

    code: ClassVar[str] = "proof_wrong"


class ProofLocked(RegistrarError, TooMany):
    """Too many wrong proofs for this voter."""

    code: ClassVar[str] = "proof_locked"


class TooManyRequests(RegistrarError, TooMany):
    """More requests for one voter than a member makes."""

    code: ClassVar[str] = "too_many_requests"


class BudgetSpent(RegistrarError, Conflict):
    """The voter has had every key that one member may have."""

    code: ClassVar[str] = "budget_spent"
    alarm: ClassVar[bool] = True


class Unattested(RegistrarError, Forbidden):
    """A list holds a credential that this registrar has never signed by itself."""

    code: ClassVar[str] = "unattested"
    alarm: ClassVar[bool] = True


class NodeStale(RegistrarError, Unavailable):
    """The registrar's node does not follow the chain."""

    code: ClassVar[str] = "node_stale"


class NoMemberCheck(RegistrarError, Conflict):
    """The registrar sends members no codes."""

    code: ClassVar[str] = "no_member_check"


class RegistrarSilent(RegistrarError, Unavailable):
    """One registrar did not answer, or with something that is no answer."""

    code: ClassVar[str] = "registrar_silent"


class RegistrarsUnavailable(RegistrarError, Unavailable):
    """Fewer than m registrars answered in time; the same request may succeed later."""

    code: ClassVar[str] = "registrars_unavailable"


REFUSALS: Final = frozenset(
    each.code
    for each in (
        ElectionForeign,
        NotARegistrar,
        ElectionOver,
        VoterUnknown,
        EntryListed,
        UnlikeRoll,
        BadKey,
        WrongEpoch,
        KeyTaken,
        RebindClosed,
        SecondCheckMissing,
        ProofMissing,
        ProofWrong,
        BudgetSpent,
        Unattested,
        NoMemberCheck,
    )
)
"""Codes by which a registrar refuses for good; whatever else it says is no answer."""
_WORDS: Final = {
    ElectionOver.code: "투표가 끝나서 더는 등록할 수 없습니다.",
    KeyTaken.code: "다른 기기로 등록되어 있습니다. 직접 하신 일이 아니라면 조직에 알려 주세요.",
    WrongEpoch.code: "그사이 다른 기기로 바뀌었습니다. 처음부터 다시 진행해 주세요.",
    RebindClosed.code: "기기를 바꿀 수 있는 기간이 지났습니다.",
    SecondCheckMissing.code: "기기를 바꾸시려면 처음과 다른 방법으로 한 번 더 확인해 주세요.",
    ProofMissing.code: "명부 관리자가 보낸 확인 번호를 입력해 주세요.",
    ProofWrong.code: "확인 번호가 맞지 않거나 시간이 지났습니다. 다시 확인해 주세요.",
    BudgetSpent.code: "기기를 바꿀 수 있는 횟수를 모두 사용하셨습니다. 조직에 문의해 주세요.",
    EntryListed.code: "명부에 지갑 주소가 올라 있습니다. 그 지갑으로 투표해 주세요.",
    VoterUnknown.code: "명부에서 찾을 수 없습니다. 조직에 문의해 주세요.",
    NoMemberCheck.code: "이 명부 관리자는 확인 번호를 보내지 않습니다.",
}
_OTHERWISE: Final = "명부 관리자가 확인을 거절했습니다. 조직에 문의해 주세요."


class RegistrarRefused(RegistrarError, Forbidden):
    """So many registrars refused that m cannot be reached.

    `reason` is the code of the refusal; the message is Korean, for the member.
    """

    code: ClassVar[str] = "registrar_refused"

    def __init__(self, reason: str, refusals: tuple[tuple[str, str], ...] = ()) -> None:
        """`refusals` are (registrar's name, code)."""
        self.reason = reason
        self.refusals = refusals
        super().__init__(_WORDS.get(reason, _OTHERWISE))
