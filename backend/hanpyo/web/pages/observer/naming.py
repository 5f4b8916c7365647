"""What the public's pages call the parts of an election, its record and its rules."""

from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from hanpyo.protocol.agenda import Item, Method
from hanpyo.web.pages.observer.reasons import Asked

PHASES: Final[dict[str, LazyString]] = {
    "draft": lazy_gettext("준비하고 있습니다."),
    "frozen": lazy_gettext("안건과 명부와 규칙이 굳었습니다. 이제 아무도 바꿀 수 없습니다."),
    "voting": lazy_gettext("지금 투표하고 있습니다."),
    "closed": lazy_gettext("투표가 끝났습니다. 개표를 기다립니다."),
    "opening": lazy_gettext("표를 열어 세고 있습니다."),
    "certified": lazy_gettext("결과가 확정되었습니다. 더는 바뀌지 않습니다."),
    "cancelled": lazy_gettext("시작하기 전에 취소한 투표입니다."),
    "undetermined": lazy_gettext("개표 열쇠가 기한까지 나오지 않아 결과를 정할 수 없습니다."),
}
STEPS: Final[dict[str, LazyString]] = {
    "frozen": lazy_gettext("게시"),
    "voting": lazy_gettext("투표 시작"),
    "closed": lazy_gettext("투표 마감"),
    "opening": lazy_gettext("개표 시작"),
    "certified": lazy_gettext("결과 확정"),
}
"""The timetable, step by step."""
METHODS: Final[dict[Method, LazyString]] = {
    Method.CHOOSE_ONE: lazy_gettext("하나 고르기"),
    Method.CHOOSE_UP_TO: lazy_gettext("여럿 고르기"),
    Method.APPROVAL: lazy_gettext("찬성하는 것 모두 고르기"),
    Method.SCORE: lazy_gettext("점수 주기"),
    Method.CUMULATIVE: lazy_gettext("점수 나누어 주기"),
    Method.RANKING: lazy_gettext("순위 정하기"),
}
ASKED: Final[dict[Asked, LazyString]] = {
    Asked.QUORUM: lazy_gettext("정족수"),
    Asked.PRESENCE: lazy_gettext("직접 참석"),
    Asked.APPROVAL: lazy_gettext("찬성"),
}
EVENTS: Final[dict[str, LazyString]] = {
    "TextPublished": lazy_gettext("안건과 선택지의 글을 올렸습니다"),
    "RollPublished": lazy_gettext("명부를 올렸습니다"),
    "ElectionFrozen": lazy_gettext("투표의 내용이 굳었습니다"),
    "ElectionCancelled": lazy_gettext("투표를 취소했습니다"),
    "BallotRecorded": lazy_gettext("표를 기록했습니다"),
    "BallotSealed": lazy_gettext("봉투에 든 표를 기록했습니다"),
    "LongBallotSealed": lazy_gettext("봉투에 든 표를 기록했습니다"),
    "BallotCast": lazy_gettext("표를 기록했습니다"),
    "LongBallotCast": lazy_gettext("표를 기록했습니다"),
    "BallotWithdrawn": lazy_gettext("표를 거두었습니다"),
    "BallotSkipped": lazy_gettext("맞지 않는 것을 건너뛰었습니다"),
    "BatchRecorded": lazy_gettext("표 한 묶음을 마감했습니다"),
    "VoterRebound": lazy_gettext("선거인의 열쇠를 새로 맺었습니다"),
    "VoterCheckedIn": lazy_gettext("선거인이 총회에 왔습니다"),
    "VoterSettled": lazy_gettext("여러 번 투표한 선거인의 마지막 표를 정했습니다"),
    "KeyReleased": lazy_gettext("개표 열쇠가 나왔습니다"),
    "BallotOpened": lazy_gettext("표를 열었습니다"),
    "LongBallotOpened": lazy_gettext("표를 열었습니다"),
    "BallotVoided": lazy_gettext("열 수 없는 표로 판정했습니다"),
    "ElectionCertified": lazy_gettext("결과를 확정했습니다"),
    "ElectionCreated": lazy_gettext("투표 컨트랙트를 만들었습니다"),
}
"""What events of the contracts mean, by their names in the log and on the chain."""
CALLS: Final[dict[str, LazyString]] = {
    "create": lazy_gettext("투표 컨트랙트 만들기"),
    "initialise": lazy_gettext("투표 컨트랙트에 내용 묶기"),
    "publishText": lazy_gettext("안건과 선택지의 글 올리기"),
    "publishRoll": lazy_gettext("명부 올리기"),
    "freeze": lazy_gettext("투표의 내용 굳히기"),
    "cancel": lazy_gettext("시작하기 전에 투표 취소하기"),
    "cast": lazy_gettext("표 묶음 기록하기"),
    "castWide": lazy_gettext("지갑과 패스키의 표 묶음 기록하기"),
    "castDesk": lazy_gettext("창구의 표 묶음 기록하기"),
    "rebind": lazy_gettext("선거인의 열쇠 새로 맺기"),
    "settle": lazy_gettext("다시 투표한 선거인의 마지막 표 정하기"),
    "releaseKey": lazy_gettext("개표 열쇠 공개하기"),
    "open": lazy_gettext("표 열기"),
    "openActs": lazy_gettext("다시 투표한 표 열기"),
    "voidFirst": lazy_gettext("열 수 없는 표임을 보이기"),
    "voidAct": lazy_gettext("열 수 없는 표임을 보이기"),
    "certify": lazy_gettext("결과 확정하기"),
}
"""What calls of the contracts that change something are for."""
SKIPPED: Final[dict[str, LazyString]] = {
    "not_open": lazy_gettext("투표할 수 있는 시간이 아님"),
    "unknown_voter": lazy_gettext("명부에 없는 선거인"),
    "signature": lazy_gettext("서명이 맞지 않음"),
    "attestation": lazy_gettext("명부 관리자의 확인이 없음"),
    "weight": lazy_gettext("의결권이 맞지 않음"),
    "weight_total": lazy_gettext("의결권의 합을 넘음"),
    "superseded": lazy_gettext("나중 표가 이미 있음"),
    "epoch": lazy_gettext("바꾸기 전의 열쇠"),
    "range": lazy_gettext("번호가 범위를 벗어남"),
    "content": lazy_gettext("표의 모양이 맞지 않음"),
    "class": lazy_gettext("소속이 맞지 않음"),
}
"""Why an act was not recorded, by the log's word."""


def method_name(item: Item) -> LazyString:
    """What a voter does with the options of an item."""
    return _WITHIN_BUDGET if item.cost_cap else METHODS[item.method]


_WITHIN_BUDGET: Final = lazy_gettext("예산 안에서 고르기")
