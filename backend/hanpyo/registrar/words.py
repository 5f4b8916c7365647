"""What a registrar writes to members, Korean first; without links, which teach to click on some."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from hanpyo.identity.notices.templates import Text, one_line

_SEOUL: Final = ZoneInfo("Asia/Seoul")
_LONGEST_TITLE: Final = 80
_KOREAN: Final = {
    "bound": "투표에 쓸 기기(열쇠)가 등록되었습니다.",
    "rebound": "투표에 쓸 기기(열쇠)를 바꾸는 것을 승인했습니다.",
    "cast": "이 선거인 번호로 표가 기록되었습니다.",
    "withdrawn": "이 선거인 번호의 표가 철회되었습니다.",
    "refused": "이미 등록된 것과 다른 열쇠로 등록하려는 시도를 거절했습니다.",
}
_ENGLISH: Final = {
    "bound": "A key was bound to your voter number.",
    "rebound": "A change of your key was approved.",
    "cast": "A ballot was recorded for your voter number.",
    "withdrawn": "The ballot of your voter number was withdrawn.",
    "refused": "An attempt to bind another key to your voter number was refused.",
}


def notice(kind: str, registrar: str, title: str, voter: int, at: int) -> Text:
    """What happened to a voter number; `at` is in seconds since 1970."""
    when = datetime.fromtimestamp(at, _SEOUL).strftime("%Y-%m-%d %H:%M")
    korean = _KOREAN[kind]
    body = (
        f"{title_line(title)}\n\n"
        f"{korean}\n선거인 번호: {voter}\n시각: {when} (한국 시간)\n\n"
        "이 알림은 투표 서비스와 따로, 명부 관리자가 직접 보냅니다. "
        "직접 하신 일이 아니라면 바로 조직과 명부 관리자에게 알려 주세요.\n"
        f"명부 관리자: {title_line(registrar)}\n\n"
        f"{_ENGLISH[kind]} Voter number {voter}. If this was not you, tell your organisation.\n"
    )
    short = f"[한표] {korean} 선거인 번호 {voter}, {when}. 본인이 아니면 조직에 알려 주세요."
    return Text(f"[한표] {korean} 선거인 번호 {voter}", body, short)


def code_message(code: str, registrar: str, title: str, voter: int, minutes: int) -> Text:
    """A registrar's own code."""
    body = (
        f"{title_line(title)}\n\n"
        f"명부 관리자 확인 번호: {code}\n선거인 번호: {voter}\n{minutes}분 동안 쓸 수 있습니다.\n\n"
        "이 번호를 다른 사람에게 알려 주지 마세요. 직접 요청하지 않으셨다면 무시하셔도 됩니다.\n"
        f"명부 관리자: {title_line(registrar)}\n\n"
        f"Registrar's code: {code}. If you did not ask for it, tell nobody.\n"
    )
    short = f"[한표] 명부 관리자 확인 번호 {code} ({minutes}분). 누구에게도 알려 주지 마세요."
    return Text("[한표] 명부 관리자 확인 번호", body, short)


def title_line(text: str) -> str:
    """The text on one line, cut to what a line holds."""
    return one_line(text)[:_LONGEST_TITLE]
