"""Ready-made definitions with their statute, and the laws whose assembly rules the service knows.

They restate the law as read on a date and are no legal advice: the act and the bylaws in force
prevail. Whoever shows a template shows its source and date with it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from hanpyo.counting.cooperative import (
    ORDINARY_RESOLUTION,
    SPECIAL_RESOLUTION,
)
from hanpyo.counting.cooperative import Template as Resolution
from hanpyo.errors import NotFound

ADVICE: Final = "법률 자문이 아닙니다. 시행 중인 법과 정관을 확인하세요."


class UnknownTemplate(NotFound):
    """There is no template of this name."""

    code: ClassVar[str] = "unknown_template"


class Law(StrEnum):
    """The act under which an assembly decides."""

    COOPERATIVE = "cooperative"
    """협동조합기본법"""
    REDEVELOPMENT = "redevelopment"
    """도시 및 주거환경정비법: associations"""
    CONDOMINIUM = "condominium"
    """집합건물의 소유 및 관리에 관한 법률"""


@dataclass(frozen=True, slots=True)
class Notice:
    """How long before the assembly members must be told, and which paragraph says so."""

    days: int
    source: str


NOTICES: Final = {
    Law.COOPERATIVE: Notice(7, "협동조합기본법 §28⑤"),
    Law.REDEVELOPMENT: Notice(7, "도시정비법 §44④"),
    Law.CONDOMINIUM: Notice(7, "집합건물법 §34①"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """A definition to start from. `identity` is the level proposed with it."""

    id: str
    name: str
    law: Law
    source: str
    consulted: str
    """The month in which the source was read, YYYY-MM."""
    identity: str
    quorum: str
    approval: str
    item: str

    def definition(self, title: str, times: dict[str, Any]) -> dict[str, Any]:
        """The definition's content, with one item whose title is to be replaced."""
        rule = {"decision": "threshold", "quorum": self.quorum, "approval": self.approval}
        item = {"title": self.item, "options": ["찬성", "반대", "기권"], "rule": rule}
        return {"title": title, "secrecy": "sealed", "times": times, "items": [item]}


def _cooperative(number: str, name: str, of: Resolution, approval: str, item: str) -> Template:
    return Template(
        number,
        name,
        Law.COOPERATIVE,
        of.source,
        of.consulted,
        "L2",
        "> 1/2",
        approval,
        item,
    )


TEMPLATES: Final = (
    _cooperative(
        "C1",
        "협동조합 총회, 일반 의결",
        ORDINARY_RESOLUTION,
        "> 1/2",
        "제1호 의안: 결산 승인",
    ),
    _cooperative(
        "C2",
        "협동조합 총회, 특별 의결 (정관 변경, 합병, 분할, 해산, 제명, 출자금 환급)",
        SPECIAL_RESOLUTION,
        ">= 2/3",
        "제1호 의안: 정관 변경",
    ),
)


def template(name: str) -> Template:
    """The template of this name; raises `UnknownTemplate`."""
    for each in TEMPLATES:
        if each.id == name:
            return each
    raise UnknownTemplate(f"there is no template of this name; there are {_names()}")


def _names() -> str:
    return ", ".join(each.id for each in TEMPLATES)
