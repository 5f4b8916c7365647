"""Rules and results in whole sentences of plain language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from hanpyo.chain.contracts import Outcome
from hanpyo.protocol.agenda import Base, Share
from hanpyo.web.moments import language
from hanpyo.web.pages.languages import amount
from hanpyo.web.pages.observer.chart import HOUR, Chart, Stretch
from hanpyo.web.pages.observer.reasons import Asked, Condition

_BASES: Final[dict[Base, LazyString]] = {
    Base.ALL: lazy_gettext("선거인 전체의"),
    Base.PRESENT: lazy_gettext("참여한 사람의"),
    Base.DECIDED: lazy_gettext("찬반을 밝힌 사람의"),
}
_UNMET: Final[dict[Asked, LazyString]] = {
    Asked.QUORUM: lazy_gettext("참여한 사람이 정족수에 모자라 부결되었습니다."),
    Asked.PRESENCE: lazy_gettext("직접 참석한 사람이 모자라 부결되었습니다."),
    Asked.APPROVAL: lazy_gettext("찬성이 모자라 부결되었습니다."),
}
_HALF: Final = (1, 2)
_SEOUL: Final = ZoneInfo("Asia/Seoul")
_DAYLONG: Final = 24 * HOUR
_DAY: Final = {"ko": "M월 d일", "en": "d MMM"}
_SHORT: Final = {"ko": "d일 HH시", "en": "d MMM HH:mm"}
_MOMENT: Final = {"ko": "M월 d일 HH:mm", "en": "d MMM HH:mm"}


def share_words(share: Share, base: Base) -> str:
    """A fraction as people say it: of what, and whether it has to be exceeded."""
    told = {"base": str(_BASES[base]), "n": share.numerator, "d": share.denominator}
    if share.strict and (share.numerator, share.denominator) == _HALF:
        return str(gettext("%(base)s 과반", **told))
    if share.strict:
        return str(gettext("%(base)s %(d)s분의 %(n)s 초과", **told))
    return str(gettext("%(base)s %(d)s분의 %(n)s 이상", **told))


def counted(number: int, plane: int) -> str:
    """A number of voters, or of their weight."""
    if plane:
        return str(gettext("의결권 %(n)s", n=amount(number)))
    return str(gettext("%(n)s명", n=amount(number)))


def percent(part: int, whole: int) -> str:
    """A share with one decimal, rounded down so that nothing looks reached that is not."""
    tenths = part * 1_000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


def verdict(outcome: Outcome, conditions: Sequence[Condition]) -> str:
    """Why an item came out as it did, in one sentence."""
    unmet = [each.asked for each in conditions if not each.met]
    if outcome is Outcome.FAILED and unmet:
        return str(_UNMET[unmet[0]])
    if outcome is Outcome.PASSED:
        return str(gettext("정해 둔 기준을 모두 채워 가결되었습니다."))
    if outcome is Outcome.COUNTED:
        return str(gettext("가부를 따지지 않고 표를 세어 확정한 안건입니다."))
    if outcome is Outcome.UNDETERMINED:
        return str(gettext("개표 열쇠가 기한까지 나오지 않아 결과를 정할 수 없습니다."))
    if outcome is Outcome.CANCELLED:
        return str(gettext("시작하기 전에 취소한 투표입니다."))
    return str(gettext("아직 확정되지 않은 수입니다."))


def edge(when: datetime, chart: Chart) -> str:
    """A moment below the drawing, as short as it may be."""
    return _told(when, _DAY if chart.in_days else _SHORT)


def stretch_words(stretch: Stretch) -> str:
    """A stretch of the voting time."""
    begins, ends = (_seoul(each) for each in (stretch.begins, stretch.ends))
    if stretch.ends - stretch.begins < _DAYLONG:
        return f"{_told(begins, _MOMENT)}–{ends:%H:%M}"
    if stretch.ends - stretch.begins == _DAYLONG:
        return _told(begins, _DAY)
    return f"{_told(begins, _DAY)} – {_told(_seoul(stretch.ends - 1), _DAY)}"


def _seoul(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(_SEOUL)


def _told(when: datetime, patterns: dict[str, str]) -> str:
    return str(format_datetime(when, patterns[language()], locale=get_locale()))
