"""The project's own demonstration: a co-operative's general assembly, with nobody real in it.

120 members decide five items under 협동조합기본법 §23 and §29 (rules C1 and C2 of the templates),
sealed; some of them vote again, some withdraw. The votes are drawn from a fixed seed, so that the
result is the same on every run; keys, blinds and voter numbers are fresh each time.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hanpyo.elections.holding import Act
from hanpyo.elections.plan import Member, Plan, draw_roll
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share
from hanpyo.protocol.choices import encode_unchecked
from hanpyo.protocol.types import Secrecy

MEMBERS: Final = 120
PRESENT: Final = 104
CHANGED: Final = 9
WITHDRAWN: Final = 3
SEATS: Final = 2
_SEED: Final = 20_261_122

_QUORUM = Share(1, 2, strict=True)
_ANSWERS = (("찬성", "Yes"), ("반대", "No"), ("기권", "Abstain"))
_ORDINARY = Rule(
    decision=Decision.THRESHOLD,
    base=Base.PRESENT,
    quorum=_QUORUM,
    approval=Share(1, 2, strict=True),
)
_SPECIAL = Rule(
    decision=Decision.THRESHOLD,
    base=Base.PRESENT,
    quorum=_QUORUM,
    approval=Share(2, 3, strict=False),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One item in Korean and English; `leaning` weighs blank, then each option."""

    korean: str
    english: str
    options: tuple[tuple[str, str], ...]
    item: Item
    leaning: tuple[int, ...]


_RESOLUTION = Item(Method.CHOOSE_ONE, 3, rule=_ORDINARY)

QUESTIONS: Final = (
    Question(
        "제1호 2026년도 결산 승인",
        "1. Accounts of 2026",
        _ANSWERS,
        _RESOLUTION,
        (2, 80, 10, 8),
    ),
    Question(
        "제2호 2027년도 사업계획과 예산",
        "2. Plan and budget of 2027",
        _ANSWERS,
        _RESOLUTION,
        (2, 66, 22, 10),
    ),
    Question(
        "제3호 조합비 인상",
        "3. Higher membership fee",
        _ANSWERS,
        _RESOLUTION,
        (2, 38, 48, 12),
    ),
    Question(
        "제4호 정관 변경",
        "4. Change of the bylaws",
        _ANSWERS,
        Item(Method.CHOOSE_ONE, 3, rule=_SPECIAL),
        (2, 76, 15, 7),
    ),
    Question(
        "제5호 감사 선출 (2명까지)",
        "5. Election of auditors (up to 2)",
        tuple((f"기호 {number}번", f"Candidate {number}") for number in range(1, 5)),
        Item(Method.CHOOSE_UP_TO, 4, maximum=SEATS, rule=Rule(quorum=_QUORUM)),
        (4, 40, 30, 20, 10),
    ),
)


@dataclass(frozen=True)
class Demonstration:
    """The plan, and the rounds in which members act: first ballots, changes, second thoughts."""

    plan: Plan
    rounds: tuple[tuple[Act, ...], ...]


def assembly_text() -> dict[str, Any]:
    """The published text: Korean, then English."""
    items: list[dict[str, Any]] = [
        {
            "title": f"{question.korean} / {question.english}",
            "options": [f"{korean} / {english}" for korean, english in question.options],
        }
        for question in QUESTIONS
    ]
    return {
        "title": "한표협동조합 정기총회 (시연) / General assembly (demonstration)",
        "items": items,
    }


def general_assembly() -> Demonstration:
    """The assembly with a fresh roll; the same votes every time."""
    draw = random.Random(_SEED)  # noqa: S311  made-up votes, not secrets
    members = [Member(f"조합원 {number:03}") for number in range(1, MEMBERS + 1)]
    roll, numbers = draw_roll(members)
    items = tuple(question.item for question in QUESTIONS)
    plan = Plan(Secrecy.SEALED, assembly_text(), items, roll)
    present = draw.sample(numbers, PRESENT)
    changed, withdrawn = present[:CHANGED], present[CHANGED : CHANGED + WITHDRAWN]
    first = tuple(Act(voter, _choices(draw, items)) for voter in present)
    second = tuple(Act(voter, _choices(draw, items), revision=1) for voter in changed)
    back = tuple(Act(voter, None, revision=1) for voter in withdrawn)
    again = (Act(withdrawn[0], _choices(draw, items), revision=2),)
    return Demonstration(plan, (first, second + back, again))


def _choices(draw: random.Random, items: Sequence[Item]) -> bytes:
    selections = [
        _selection(draw, question.leaning, item.maximum)
        for question, item in zip(QUESTIONS, items, strict=True)
    ]
    return encode_unchecked(items, selections)


def _selection(draw: random.Random, leaning: Sequence[int], most: int) -> list[int]:
    """At most so many different options; 0 stands for leaving the rest blank."""
    chosen: list[int] = []
    for _ in range(most):
        option = draw.choices(range(len(leaning)), leaning)[0]
        if option == 0:
            break
        if option not in chosen:
            chosen.append(option)
    return chosen
