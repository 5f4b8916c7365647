"""A general assembly as the public sees it: items of every kind, and a hundred people who vote."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hanpyo.chain.contracts import ElectionContract
from hanpyo.elections.casting import Booth, SignedAct, cast_all
from hanpyo.protocol.agenda import Decision, Item, Method, Rule, Share
from hanpyo.protocol.choices import Selection, encode
from hanpyo.protocol.types import Secrecy
from tests.browser.town import Held, Question, Town
from tests.service.scene import voter

HALF: Final = Share(1, 2, strict=True)
TWO_THIRDS: Final = Share(2, 3, strict=False)
VOTERS: Final = 120
HOUR: Final = 3_600
AGENDA: Final = (
    Question(
        "2025년도 결산 승인",
        ("찬성", "반대", "기권"),
        Item(Method.CHOOSE_ONE, 3, rule=Rule(Decision.THRESHOLD, quorum=HALF, approval=HALF)),
        {
            "description": "감사보고서와 함께 2025년도 결산을 승인합니다.",
            "documents": [{"title": "2025년도 결산서", "url": "https://docs.example/1.pdf"}],
        },
    ),
    Question(
        "정관 제12조 변경",
        ("찬성", "반대", "기권"),
        Item(Method.CHOOSE_ONE, 3, rule=Rule(Decision.THRESHOLD, quorum=HALF, approval=TWO_THIRDS)),
    ),
    Question(
        "감사 2명 선출",
        ("김하늘", "이바다", "박들판", "최구름"),
        Item(Method.CHOOSE_UP_TO, 4, 1, 2),
    ),
    Question(
        "조합원 제안 사업",
        ("공동 텃밭", "옥상 태양광", "작은 도서관", "공구 나눔방", "돌봄 교실"),
        Item(
            Method.APPROVAL,
            5,
            1,
            5,
            cost_cap=10_000_000,
            costs=(2_000_000, 6_000_000, 4_000_000, 1_000_000, 5_000_000),
        ),
        {"counting": {"method": "greedy-skip threshold=0", "budget": 10_000_000}},
    ),
    Question(
        "조합 소식지의 새 이름",
        ("이음", "두레", "마루", "한결"),
        Item(Method.RANKING, 4, 1, 4),
        {"counting": {"method": "irv seats=1"}},
    ),
    Question("회의 시간 만족도", ("평일 저녁", "주말 낮"), Item(Method.SCORE, 2, 1, 2, points=5)),
)
FLOW: Final = (9, 3, 5, 12, 8, 4, 2, 3, 7, 11, 6, 2)
"""How many come in each stretch of three hours."""


@dataclass
class Assembly:
    """The election, and who has not voted yet."""

    held: Held
    next: int = 0

    def vote(self, many: int, choose: Sequence[Selection] | None = None) -> None:
        """The next so many people vote, each of a mind of their own."""
        scene = self.held.town.deployment.scene
        contract = ElectionContract(scene.node.rpc, self.held.election.address)
        booth, manifest = Booth.of(contract), self.held.election.manifest
        numbers = range(self.next, self.next + many)
        self.next += many
        acts = []
        for number in numbers:
            who = voter(number)
            choices = encode(manifest, choose or _mind_of(number), 0)
            acts.append(SignedAct(who, booth.ballot(who, choices)))
        with self.held.town.deployment.beat.held():
            scene.controls.set_automine(True)
            cast_all(scene.organiser, contract, acts, scene.officials.registrars)
            scene.controls.set_automine(False)

    def pass_time(self, seconds: int) -> None:
        """Let the chain's clock go on."""
        deployment = self.held.town.deployment
        with deployment.beat.held():
            deployment.scene.controls.pass_time(seconds)

    def certify(self) -> None:
        """Let everything be over, and wait until the service has certified the count."""
        times, deployment = self.held.election.manifest.timetable, self.held.town.deployment
        with deployment.beat.held():
            deployment.scene.controls.advance_to(times.certify_at + 1)
        deployment.wait(lambda: self.held.phase() == "certified", "the result is certified")

    def heads(self) -> int:
        """How many the service says have voted."""
        answer = self.held.town.deployment.http.get(
            f"{self.held.town.url}/v1/elections/{self.held.id}/turnout"
        )
        return int(answer.json()["heads"])

    def seen(self) -> None:
        """Wait until the service has read all votes."""
        self.held.town.deployment.wait(lambda: self.heads() == self.next, "all votes are read")


def convene(town: Town) -> Assembly:
    """Open the assembly and let people come over a day and a half."""
    assembly = Assembly(
        town.hold(AGENDA, title="2026년 정기총회", voters=VOTERS, secrecy=Secrecy.OPEN, level="L2")
    )
    for many in FLOW:
        assembly.vote(many)
        assembly.pass_time(3 * HOUR)
    assembly.seen()
    return assembly


def _mind_of(number: int) -> list[Selection]:
    """What a voter chooses: the same in every run."""
    mind = random.Random(number)
    yes = 1 if mind.random() < 0.8 else mind.choice((2, 3))
    bylaws = 1 if mind.random() < 0.6 else mind.choice((2, 2, 3))
    names = [1, 2, 3, 4]
    mind.shuffle(names)
    auditors = sorted(mind.sample([1, 1, 2, 3, 4], 2))
    projects = [(1, 3, 4), (2, 4), (1, 5, 4), (3, 5), (2, 1)][mind.randrange(5)]
    points: Mapping[int, int] = {1: mind.randint(1, 5), 2: mind.randint(1, 4)}
    return [
        [yes],
        [bylaws],
        sorted(set(auditors)),
        sorted(projects),
        names[: mind.randint(1, 4)],
        points,
    ]
