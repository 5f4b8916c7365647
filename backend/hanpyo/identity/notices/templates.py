"""The texts that members get: Korean first, English below; a short one for text messages.

Parameters are plain text. Line breaks and control characters inside one become spaces, so that a
title or a name can neither add a line nor a header.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """One message: a subject and a body for mail, and a text message."""

    subject: str
    body: str
    short: str


_FOOTER: Final = """

이 메일은 보내기 전용입니다. 궁금한 점은 투표를 여는 조직에 문의해 주세요.
This mail is sent by a machine. If in doubt, ask the organisation that holds the vote."""

_TEMPLATES: Final[Mapping[str, Text]] = {
    "code": Text(
        "[{title}] 본인 확인 번호",
        """확인 번호는 {code} 입니다.
{minutes}분 안에 화면에 입력해 주세요. 다른 사람에게 알려 주지 마세요.
직접 요청하지 않으셨다면 이 메일을 무시하셔도 됩니다.

Your code is {code}. Enter it within {minutes} minutes and tell it to nobody.
If you did not ask for it, do nothing.""",
        "[한표] 확인 번호 {code} ({minutes}분 안에 입력해 주세요. 남에게 알려 주지 마세요.)",
    ),
    "invitation": Text(
        "[{title}] 투표에 초대합니다",
        """안녕하세요.
「{title}」 투표에 초대합니다.

아래 링크를 열면 투표할 수 있습니다. 링크는 회원님 한 분의 것이니 다른 사람에게 전하지 마세요.
{link}

회원님의 선거인 번호는 {voter}번입니다.
등록과 투표를 알리는 메시지에도 같은 번호가 적힙니다. 번호가 다르면 조직에 알려 주세요.

You are invited to vote. Open the link above; it is yours alone.
Your voter number is {voter}. Every message about your vote names the same number.""",
        "[한표] {title} 투표 초대. 선거인 번호 {voter}번. {link}",
    ),
    "reminder": Text(
        "[{title}] 아직 투표하지 않으셨습니다",
        """안녕하세요.
「{title}」 투표에 아직 참여하지 않으셨습니다. 아래 링크에서 투표할 수 있습니다.
{link}

회원님의 선거인 번호는 {voter}번입니다. 이미 투표하셨다면 이 메일을 무시해 주세요.

You have not voted yet. Open the link above. Your voter number is {voter}.""",
        "[한표] {title} 투표가 아직 남아 있습니다. 선거인 번호 {voter}번. {link}",
    ),
    "key_bound": Text(
        "[{title}] 투표할 기기가 등록되었습니다",
        """선거인 번호 {voter}번으로 투표할 기기(열쇠)가 등록되었습니다.
직접 하신 일이 아니라면 바로 조직에 알려 주세요.

A key was bound to voter number {voter}. If this was not you, tell the organisation at once.""",
        "[한표] 선거인 {voter}번의 투표 기기가 등록되었습니다. 본인이 아니면 조직에 알려 주세요.",
    ),
    "key_rebound": Text(
        "[{title}] 투표할 기기가 바뀌었습니다",
        """선거인 번호 {voter}번의 투표할 기기(열쇠)가 다른 것으로 바뀌었습니다.
전에 하신 투표는 새 기기로 다시 투표할 때까지 그대로 남습니다.
직접 하신 일이 아니라면 바로 조직에 알려 주세요.

The key of voter number {voter} was replaced. If this was not you, tell the organisation.""",
        "[한표] 선거인 {voter}번의 투표 기기가 바뀌었습니다. 본인이 아니면 조직에 알려 주세요.",
    ),
    "ballot_cast": Text(
        "[{title}] 투표가 기록되었습니다",
        """선거인 번호 {voter}번의 표가 기록되었습니다. 무엇에 투표했는지는 이 메일에 없습니다.
직접 하신 일이 아니라면 바로 조직에 알려 주세요.

A ballot of voter number {voter} is on the record. If this was not you, tell the organisation.""",
        "[한표] 선거인 {voter}번의 표가 기록되었습니다. 본인이 아니면 조직에 알려 주세요.",
    ),
    "ballot_withdrawn": Text(
        "[{title}] 투표가 철회되었습니다",
        """선거인 번호 {voter}번의 표가 철회되었습니다.
투표가 끝나기 전에는 다시 투표할 수 있습니다.
직접 하신 일이 아니라면 바로 조직에 알려 주세요.

The ballot of voter number {voter} was withdrawn. If this was not you, tell the organisation.""",
        "[한표] 선거인 {voter}번의 표가 철회되었습니다. 본인이 아니면 조직에 알려 주세요.",
    ),
}
TEMPLATES: Final = frozenset(_TEMPLATES)


def render(template: str, parameters: Mapping[str, str]) -> Text:
    """The message; `KeyError` for a template or a parameter that is missing."""
    plain = {name: one_line(value) for name, value in parameters.items()}
    text = _TEMPLATES[template]
    return Text(
        text.subject.format_map(plain),
        text.body.format_map(plain) + _FOOTER,
        text.short.format_map(plain),
    )


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())
