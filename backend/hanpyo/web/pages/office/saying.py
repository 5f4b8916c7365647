"""Refusals and successes in words for people; the service's own message stands beside as detail."""

import re
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from hanpyo.errors import HanpyoError, Invalid, TooMany
from hanpyo.web.moments import language
from hanpyo.web.pages.office.details import korean

_SAID: Final[dict[str, LazyString]] = {
    "sign_in_refused": lazy_gettext("메일 주소나 비밀번호가 맞지 않습니다. 다시 확인해 주세요."),
    "set_up_unfinished": lazy_gettext(
        "두 번째 확인 수단이 아직 없습니다. 관리자에게 새 등록 링크를 받아 주세요."
    ),
    "second_factor_refused": lazy_gettext(
        "코드나 패스키가 맞지 않습니다. 코드는 한 번만 쓸 수 있습니다."
    ),
    "link_refused": lazy_gettext("이미 쓴 링크이거나 기한이 지났습니다. 새 링크를 받아 주세요."),
    "account_exists": lazy_gettext(
        "이미 계정이 있습니다. 먼저 로그인한 다음 이 링크를 다시 여세요."
    ),
    "last_of_its_kind": lazy_gettext("마지막 한 사람입니다. 다른 사람에게 먼저 역할을 주세요."),
    "last_second_factor": lazy_gettext("하나 남은 확인 수단입니다. 다른 수단을 먼저 더하세요."),
    "not_a_draft": lazy_gettext("이미 게시했거나 취소한 투표라서 바꿀 수 없습니다."),
    "cannot_cancel": lazy_gettext("투표가 시작되었거나 끝나서 취소할 수 없습니다."),
    "not_ready": lazy_gettext("아직 게시할 수 없습니다. 점검표에서 고칠 것을 확인해 주세요."),
    "unknown_preview": lazy_gettext(
        "확인할 수 있는 한 시간이 지났습니다. 명부 파일을 다시 올려 주세요."
    ),
    "roll_frozen": lazy_gettext("이미 게시한 투표라서 명부를 바꿀 수 없습니다."),
    "no_closing": lazy_gettext("아직 게시하지 않은 투표라서 알림을 보낼 수 없습니다."),
    "same_clerk": lazy_gettext(
        "같은 사람이 두 번 확인할 수 없습니다. 다른 담당자가 확인해 주세요."
    ),
    "unknown_member": lazy_gettext("그 번호의 선거인이 없습니다."),
    "passwords_differ": lazy_gettext("두 비밀번호가 서로 다릅니다. 다시 적어 주세요."),
    "bad_form": lazy_gettext("적은 내용을 다시 확인해 주세요."),
    "costs_differ": lazy_gettext("비용을 선택지와 같은 수만큼, 한 줄에 하나씩 적어 주세요."),
    "group_missing": lazy_gettext("구분마다 모임을 적거나, 모두 비워 주세요."),
}
_FIELDS: Final[dict[str, LazyString]] = {
    "title": lazy_gettext("제목"),
    "organisation": lazy_gettext("조직 이름"),
    "description": lazy_gettext("설명"),
    "documents": lazy_gettext("자료"),
    "options": lazy_gettext("선택지"),
    "minimum": lazy_gettext("적어도 고를 수"),
    "maximum": lazy_gettext("많아야 고를 수"),
    "points": lazy_gettext("점수"),
    "total": lazy_gettext("점수 합계"),
    "sum": lazy_gettext("점수 합계"),
    "rule": lazy_gettext("의결 기준"),
    "costs": lazy_gettext("비용"),
    "costCap": lazy_gettext("한 표로 고를 수 있는 비용"),
    "budget": lazy_gettext("쓸 예산"),
    "eligible": lazy_gettext("투표하는 모임"),
    "classes": lazy_gettext("선거인 구분"),
    "groups": lazy_gettext("모임"),
    "barred": lazy_gettext("고를 수 없는 것"),
    "times": lazy_gettext("일정"),
    "trusteeKey": lazy_gettext("개표 열쇠"),
    "name": lazy_gettext("이름"),
    "mail": lazy_gettext("메일 주소"),
    "password": lazy_gettext("비밀번호"),
    "methods": lazy_gettext("본인 확인 방법"),
    "identity": lazy_gettext("본인 확인 수준"),
    "phone": lazy_gettext("휴대폰"),
    "birth_date": lazy_gettext("생년월일"),
    "number": lazy_gettext("조합원 번호"),
    "url": lazy_gettext("주소"),
    "events": lazy_gettext("알릴 일"),
    "passphrase": lazy_gettext("암호문"),
}
_PLACE: Final = re.compile(r"[.,\s]+")
DONE: Final[dict[str, LazyString]] = {
    "saved": lazy_gettext("저장했습니다."),
    "created": lazy_gettext("만들었습니다."),
    "removed": lazy_gettext("지웠습니다."),
    "publishing": lazy_gettext("게시를 시작했습니다. 몇 분 안에 끝납니다."),
    "cancelling": lazy_gettext("취소를 요청했습니다."),
    "accepted": lazy_gettext("명부를 등록했습니다."),
    "invited": lazy_gettext("알림을 보내기 시작했습니다."),
    "reminded": lazy_gettext("아직 투표하지 않은 사람에게 알림을 보내기 시작했습니다."),
    "seen": lazy_gettext("기록했습니다. 다른 담당자 한 사람이 더 확인해야 합니다."),
    "confirmed": lazy_gettext("두 담당자가 확인했습니다. 새 기기로 한 번 옮길 수 있습니다."),
    "erased": lazy_gettext("개인정보를 지웠습니다. 검증은 그대로 할 수 있습니다."),
    "signed_out": lazy_gettext("로그아웃했습니다."),
    "password": lazy_gettext("비밀번호를 바꾸었습니다. 다른 기기에서는 모두 로그아웃됩니다."),
    "role": lazy_gettext("역할을 받았습니다."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal: what to do, and the service's own words where they tell more."""

    text: str
    detail: str = ""
    detail_language: str = "en"


class BadForm(Invalid):
    """A form whose fields cannot be read; `text` is a key of this module's texts."""

    def __init__(self, field: str, text: str = "bad_form") -> None:
        super().__init__(field, text)
        self.text = text


def is_known(error: HanpyoError) -> bool:
    """Whether there are words of our own for this refusal."""
    return error.code in _SAID


def said(error: HanpyoError) -> Said:
    """A refusal in the page's language."""
    if isinstance(error, BadForm):
        return Said(_field(error.field, str(_SAID[error.text])))
    known = _SAID.get(error.code)
    if known is not None:
        return Said(str(known))
    if isinstance(error, TooMany):
        minutes = max(1, -(-error.retry_after // 60))
        text = gettext("너무 많이 시도했습니다. %(n)s분 뒤에 다시 해 주세요.", n=minutes)
        return Said(text)
    detail = str(error)
    place = error.field if isinstance(error, Invalid) else detail.partition(":")[0]
    if isinstance(error, Invalid) or _words(place):
        return _detailed(_field(place, str(_SAID["bad_form"])), detail)
    return _detailed(gettext("그렇게 할 수 없습니다. 아래의 까닭을 확인해 주세요."), detail)


def _detailed(text: str, detail: str) -> Said:
    """With the service's words in the page's language, where they are known in it."""
    told = korean(detail) if language() == "ko" else ""
    return Said(text, told, "ko") if told else Said(text, detail)


def done_text(code: str) -> str:
    """What was done, by the code in the address; empty for any other."""
    return str(DONE.get(code, ""))


def _field(place: str, text: str) -> str:
    """The text, after the words for a place such as `items.0.documents.1.url`."""
    words = _words(place)
    return f"{words}: {text}" if words else text


def _words(place: str) -> str:
    return " · ".join(str(_FIELDS[part]) for part in _PLACE.split(place) if part in _FIELDS)
