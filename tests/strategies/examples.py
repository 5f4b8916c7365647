"""A manifest that uses every feature once, with fields to replace one at a time."""

from typing import Any

from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary, Timetable
from hanpyo.protocol.types import Address, Digest, Secrecy, Timestamp, Word

TIMES = tuple(Timestamp(time) for time in (1000, 2000, 3000, 4000, 5000, 6000, 1500))
TRUSTEE_KEY = (1, 2)

ITEMS = (
    Item(
        Method.CHOOSE_ONE,
        3,
        rule=Rule(
            Decision.THRESHOLD,
            Unit.BOTH,
            Base.DECIDED,
            quorum=Share(1, 2, strict=True),
            presence=Share(1, 10, strict=False),
            approval=Share(2, 3, strict=False),
        ),
    ),
    Item(Method.CHOOSE_UP_TO, 300, 1, 3),
    Item(Method.APPROVAL, 9, 1, 4, option_groups=(0, 0, 0, 1, 1, 1, 2, 2, 2)),
    Item(Method.SCORE, 4, 1, 4, points=10, eligible=frozenset({1})),
    Item(Method.CUMULATIVE, 3, 1, 3, points=300, sum_limit=400),
    Item(Method.RANKING, 5, 2, 4, cost_cap=100, costs=(10, 20, 30, 40, 90)),
)
CLASSES = (ClassRow(0), ClassRow(1, ((0, 2), (2, 9))), ClassRow(1))


def address(number: int) -> Address:
    """A distinct address for each number from 1."""
    return Address(number.to_bytes(20, "big"))


def example_manifest(**changes: Any) -> Manifest:
    """The example with some fields replaced."""
    fields: dict[str, Any] = {
        "secrecy": Secrecy.SEALED,
        "roll": RollSummary(10, 30, 5, Digest(b"\x01" * 32), Digest(b"\x02" * 32)),
        "text_hash": Digest(b"\x03" * 32),
        "seed": Word(b"\x04" * 32),
        "organiser": address(99),
        "timetable": Timetable(*TIMES),
        "groups": (Group(4, 10), Group(6, 20)),
        "classes": CLASSES,
        "items": ITEMS,
        "registrars": (address(1), address(2), address(3)),
        "threshold": 2,
        "clerks": (address(4), address(5)),
    } | changes
    fields.setdefault("trustee_key", TRUSTEE_KEY if fields["secrecy"] is Secrecy.SEALED else None)
    return Manifest(**fields)
