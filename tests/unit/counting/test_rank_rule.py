"""A ranking rule is one value with one text form, and elects whom its method elects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.counting.ballots import Vote
from hanpyo.counting.borda import borda
from hanpyo.counting.errors import RuleError
from hanpyo.counting.irv import instant_runoff
from hanpyo.counting.rank_rule import RankMethod, RankRule, elect
from hanpyo.counting.ranking import Profile
from hanpyo.counting.schulze import schulze
from hanpyo.counting.stv import single_transferable_vote
from hanpyo.counting.ties import TieBreak
from tests.strategies.votes import profiles

WRITTEN = {
    "irv seats=1": RankRule(RankMethod.INSTANT_RUNOFF),
    "stv seats=5": RankRule(RankMethod.SINGLE_TRANSFERABLE_VOTE, 5),
    "borda seats=2": RankRule(RankMethod.BORDA, 2),
    "schulze seats=1": RankRule(RankMethod.SCHULZE),
}
ORDER = TieBreak((3, 1, 0, 2))


@pytest.mark.parametrize(("text", "rule"), WRITTEN.items(), ids=WRITTEN)
def test_a_rule_reads_back_from_its_text(text: str, rule: RankRule) -> None:
    assert str(rule) == text
    assert RankRule.parse(text) == rule


@pytest.mark.parametrize(
    "text", ["", "irv", "irv seats=2", "stv seats=0", "stv seats=03", "lot seats=1", "stv seats=x"]
)
def test_text_that_no_rule_writes_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        RankRule.parse(text)


def votes_of(profile: Profile) -> list[Vote]:
    return [Vote(ranking, weight=weight) for ranking, weight in profile.items()]


@given(profiles(4), st.integers(1, 3))
def test_each_method_elects_what_its_count_says(profile: Profile, seats: int) -> None:
    votes = [*votes_of(profile), Vote(())]
    runoff = elect(RankRule(RankMethod.INSTANT_RUNOFF), 4, votes, ORDER)
    assert runoff.count == instant_runoff(4, profile, ORDER)
    assert runoff.options == (instant_runoff(4, profile, ORDER).winner,)
    transfers = elect(RankRule(RankMethod.SINGLE_TRANSFERABLE_VOTE, seats), 4, votes, ORDER)
    assert transfers.options == single_transferable_vote(4, profile, seats, ORDER).elected
    places = elect(RankRule(RankMethod.BORDA, seats), 4, votes, ORDER)
    assert places.options == borda(4, profile, ORDER).ranking[:seats]
    paths = elect(RankRule(RankMethod.SCHULZE, seats), 4, votes, ORDER)
    assert paths.options == schulze(4, profile, ORDER).ranking[:seats]


def test_without_votes_the_runoff_elects_nobody() -> None:
    assert elect(RankRule(RankMethod.INSTANT_RUNOFF), 3, [Vote(())]).options == ()
