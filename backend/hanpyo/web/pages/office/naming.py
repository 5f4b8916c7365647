"""What names of the service are called on pages."""

from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

TEMPLATES: Final[dict[str, LazyString]] = {
    "C1": lazy_gettext("협동조합 총회, 일반 의결"),
    "C2": lazy_gettext("협동조합 총회, 특별 의결 (정관 변경, 합병, 분할, 해산, 제명, 출자금 환급)"),
}
ADVICE: Final = lazy_gettext("법률 자문이 아닙니다. 시행 중인 법과 정관을 확인하세요.")
LEVELS: Final[dict[str, LazyString]] = {
    "L0": lazy_gettext("L0 링크만 (시험용)"),
    "L1": lazy_gettext("L1 링크와 생년월일 (약함)"),
    "L2": lazy_gettext("L2 링크와 문자·메일 코드 (기본)"),
    "L3": lazy_gettext("L3 본인확인 기관"),
    "L4": lazy_gettext("L4 전자서명 또는 등록된 지갑"),
}
METHODS: Final[dict[str, LazyString]] = {
    "link": lazy_gettext("개인 링크"),
    "letter": lazy_gettext("우편 코드"),
    "mail": lazy_gettext("메일로 받는 코드"),
    "sms": lazy_gettext("문자로 받는 코드"),
    "birth": lazy_gettext("생년월일"),
    "wallet": lazy_gettext("등록된 지갑"),
    "signature": lazy_gettext("전자서명"),
    "passkey": lazy_gettext("패스키"),
}
ROLES: Final[dict[str, LazyString]] = {
    "organiser": lazy_gettext("주최자"),
    "clerk": lazy_gettext("창구 담당자"),
    "registrar": lazy_gettext("명부 관리자"),
    "observer": lazy_gettext("참관인"),
    "operator": lazy_gettext("운영자"),
}
CHANNELS: Final[dict[str, LazyString]] = {
    "online": lazy_gettext("온라인"),
    "online_assembly": lazy_gettext("온라인 총회 참석"),
    "paper": lazy_gettext("서면"),
    "proxy": lazy_gettext("대리인"),
    "in_person": lazy_gettext("현장"),
}
FIELDS: Final[dict[str, LazyString]] = {
    "name": lazy_gettext("이름"),
    "phone": lazy_gettext("휴대폰"),
    "mail": lazy_gettext("메일 주소"),
    "birth_date": lazy_gettext("생년월일"),
    "address": lazy_gettext("주소"),
    "number": lazy_gettext("조합원 번호"),
    "subject": lazy_gettext("본인확인 식별자"),
    "co_owners": lazy_gettext("공유자"),
    "weight": lazy_gettext("의결권"),
    "class": lazy_gettext("구분"),
    "wallet": lazy_gettext("지갑"),
}
OUTCOMES: Final[dict[str, LazyString]] = {
    "pending": lazy_gettext("세는 중"),
    "counted": lazy_gettext("집계됨"),
    "passed": lazy_gettext("가결"),
    "failed": lazy_gettext("부결"),
    "undetermined": lazy_gettext("정할 수 없음"),
    "cancelled": lazy_gettext("취소됨"),
}
NOTICES: Final[dict[str, LazyString]] = {
    "waiting": lazy_gettext("보내는 중"),
    "sent": lazy_gettext("보냄"),
    "failed": lazy_gettext("실패"),
    "expired": lazy_gettext("기한 지남"),
}
WAYS: Final[dict[str, LazyString]] = {
    "mail": lazy_gettext("메일"),
    "sms": lazy_gettext("문자"),
    "log": lazy_gettext("기록"),
}
EVENTS: Final[dict[str, LazyString]] = {
    "election.frozen": lazy_gettext("게시됨"),
    "turnout": lazy_gettext("투표율"),
    "election.closed": lazy_gettext("투표 마감"),
    "key.released": lazy_gettext("개표 열쇠 공개"),
    "certified": lazy_gettext("결과 확정"),
    "reorganised": lazy_gettext("최근 기록이 바뀜"),
}
ACTIONS: Final[dict[str, LazyString]] = {
    "election.drafted": lazy_gettext("투표 초안을 만듦"),
    "election.changed": lazy_gettext("투표 초안을 고침"),
    "election.publishing_requested": lazy_gettext("게시를 시작함"),
    "election.published": lazy_gettext("게시를 마침"),
    "election.publishing_failed": lazy_gettext("게시하지 못함"),
    "election.cancelling_requested": lazy_gettext("취소를 요청함"),
    "election.cancelled": lazy_gettext("취소함"),
    "election.cancelled_too_late": lazy_gettext("너무 늦어 취소하지 못함"),
    "election.certified": lazy_gettext("결과를 확정함"),
    "election.undetermined": lazy_gettext("결과를 정할 수 없게 됨"),
    "election.key_handed_in": lazy_gettext("개표 열쇠를 받음"),
    "roll.previewed": lazy_gettext("명부 파일을 확인함"),
    "roll.imported": lazy_gettext("명부를 등록함"),
    "roll.exported": lazy_gettext("명부를 내려받음"),
    "roll.private_list": lazy_gettext("비공개 번호표를 내려받음"),
    "roll.erased": lazy_gettext("개인정보를 지움"),
    "member.looked_up": lazy_gettext("선거인을 찾아봄"),
    "member.corrected": lazy_gettext("선거인 정보를 고침"),
    "member.appeared": lazy_gettext("창구에서 본인을 확인함"),
    "members.invited": lazy_gettext("투표 안내를 보냄"),
    "members.reminded": lazy_gettext("다시 알림을 보냄"),
    "organisation.created": lazy_gettext("조직을 만듦"),
    "staff.invited": lazy_gettext("담당자를 초대함"),
    "staff.invitation_withdrawn": lazy_gettext("초대를 거둠"),
    "staff.role_taken": lazy_gettext("역할을 받음"),
    "staff.role_granted": lazy_gettext("역할을 줌"),
    "staff.role_revoked": lazy_gettext("역할을 거둠"),
    "staff.reset": lazy_gettext("계정을 새로 등록하게 함"),
    "staff.disabled": lazy_gettext("계정을 막음"),
    "webhook.registered": lazy_gettext("알림 주소를 더함"),
    "webhook.removed": lazy_gettext("알림 주소를 지움"),
}
ACTORS: Final[dict[str, LazyString]] = {
    "console": lazy_gettext("명령줄"),
    "trustee": lazy_gettext("개표 참관인"),
    "service": lazy_gettext("서비스"),
}
STANDS: Final[dict[str, LazyString]] = {
    "draft": lazy_gettext("초안"),
    "publishing": lazy_gettext("게시하는 중"),
    "failed": lazy_gettext("게시 실패"),
    "cancelled": lazy_gettext("취소됨"),
    "reading": lazy_gettext("읽는 중"),
    "frozen": lazy_gettext("시작 전"),
    "voting": lazy_gettext("투표 중"),
    "closed": lazy_gettext("마감됨"),
    "opening": lazy_gettext("개표 중"),
    "certified": lazy_gettext("결과 확정"),
    "undetermined": lazy_gettext("결과를 정할 수 없음"),
}
STEPS: Final[dict[str, LazyString]] = {
    "agenda": lazy_gettext("안건과 투표지"),
    "channels": lazy_gettext("본인 확인과 알림"),
    "dates": lazy_gettext("일정"),
    "key": lazy_gettext("개표 열쇠"),
    "roll": lazy_gettext("선거인 명부"),
}
