"""Manifests and agenda items that the factory accepts."""

from hypothesis import strategies as st

from hanpyo.protocol.agenda import POINT_METHODS, Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary, Timetable
from hanpyo.protocol.types import Digest, Secrecy, Timestamp, Word
from tests.strategies.examples import TRUSTEE_KEY, address

words = st.binary(min_size=32, max_size=32).filter(any)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    denominator = draw(st.integers(1, 65_535))
    return Share(draw(st.integers(0, denominator)), denominator, draw(st.booleans()))


@st.composite
def rules(draw: st.DrawFn, *, decidable: bool) -> Rule:
    decision = draw(st.sampled_from(Decision)) if decidable else Decision.COUNTED
    approval = draw(shares() if decision is Decision.THRESHOLD else st.none() | shares())
    return Rule(
        decision,
        draw(st.sampled_from(Unit)),
        draw(st.sampled_from(Base)),
        draw(st.none() | shares()),
        draw(st.none() | shares()),
        approval,
    )


@st.composite
def items(draw: st.DrawFn, groups: int = 1) -> Item:
    method = draw(st.sampled_from(Method))
    options = draw(st.integers(2, 20) | st.integers(250, 260))
    maximum = 1 if method is Method.CHOOSE_ONE else draw(st.integers(1, min(options, 12)))
    minimum = draw(st.integers(1, maximum))
    pointed = method in POINT_METHODS
    costs = draw(st.none() | st.lists(st.integers(0, 1000), min_size=options, max_size=options))
    labels = draw(st.none() | st.lists(st.integers(0, 3), min_size=options, max_size=options))
    eligible = draw(st.none() | st.frozensets(st.integers(0, groups - 1), min_size=1))
    return Item(
        method,
        options,
        minimum,
        maximum,
        points=draw(st.integers(1, 300)) if pointed else 1,
        sum_limit=draw(st.integers(minimum, 5000)) if method is Method.CUMULATIVE else 0,
        cost_cap=0 if costs is None else draw(st.integers(0, 5000)),
        rule=draw(rules(decidable=not pointed and method is not Method.RANKING)),
        eligible=eligible,
        option_groups=None if labels is None else tuple(labels),
        costs=None if costs is None else tuple(costs),
    )


@st.composite
def groups(draw: st.DrawFn) -> tuple[tuple[Group, ...], int]:
    """Groups with at least one head, and the largest weight."""
    heads = draw(st.lists(st.integers(0, 20), min_size=1, max_size=9).filter(any))
    largest = draw(st.sampled_from([1, 2, 1000]))
    if largest == 1:
        return tuple(Group(each, each) for each in heads), 1
    weights = [each * draw(st.integers(1, largest)) for each in heads]
    most = heads.index(max(heads))
    weights[most] = (heads[most] - 1) * draw(st.integers(1, largest)) + largest
    return tuple(map(Group, heads, weights)), largest


@st.composite
def classes(draw: st.DrawFn, group_count: int, agenda: list[Item]) -> tuple[ClassRow, ...]:
    pairs = st.integers(0, len(agenda) - 1).flatmap(
        lambda item: st.tuples(st.just(item), st.integers(1, agenda[item].options))
    )
    rows = st.builds(
        lambda group, barred: ClassRow(group, tuple(sorted(barred))),
        st.integers(0, group_count - 1),
        st.sets(pairs, max_size=4),
    )
    return tuple(draw(st.lists(rows, min_size=1, max_size=5)))


@st.composite
def manifests(draw: st.DrawFn, secrecy: Secrecy | None = None) -> Manifest:
    """Any manifest of an open or sealed election, small enough to be quick."""
    group_rows, largest = draw(groups())
    agenda = draw(st.lists(items(len(group_rows)), min_size=1, max_size=4))
    chosen = draw(st.sampled_from([Secrecy.OPEN, Secrecy.SEALED])) if secrecy is None else secrecy
    registrars = draw(st.integers(0, 5))
    clerks = draw(st.sampled_from([0, 2, 3]))
    times = [Timestamp(time) for time in (1000, 2000, 3000, 4000, 5000, 6000, 1500)]
    return Manifest(
        secrecy=chosen,
        roll=RollSummary(
            sum(group.heads for group in group_rows),
            sum(group.weight for group in group_rows),
            largest,
            Digest(draw(words)),
            Digest(draw(words)),
            draw(st.booleans()),
        ),
        text_hash=Digest(draw(words)),
        seed=Word(draw(words)),
        organiser=address(1 + draw(st.integers(0, 1000))),
        timetable=Timetable(*times),
        groups=group_rows,
        classes=draw(classes(len(group_rows), agenda)),
        items=tuple(agenda),
        trustee_key=TRUSTEE_KEY if chosen is Secrecy.SEALED else None,
        registrars=tuple(address(number) for number in range(1, registrars + 1)),
        threshold=registrars // 2 + 1 if registrars else 0,
        clerks=tuple(address(1000 + number) for number in range(clerks)),
    )
