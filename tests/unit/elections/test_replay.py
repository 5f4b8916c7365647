"""A Pabulib file as an agenda item, its votes as padded choices, and back again."""

from pathlib import Path
from random import Random

import pytest

from hanpyo.counting.selection import BudgetRule
from hanpyo.elections.hosting import EMBEDDED_PERIODS
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.pabulib import PabulibElection, parse_pabulib, read_pabulib
from hanpyo.elections.plan import manifest_for
from hanpyo.elections.replay import item_of, prepare, text_of, votes_on_record
from hanpyo.protocol.agenda import Method
from hanpyo.protocol.types import Address, Secrecy
from tests.strategies.pabulib import FILES, VECTORS


def made(meta: str, votes: str, projects: int = 3) -> PabulibElection:
    rows = "\n".join(f"p{number};{10 * number + 10}" for number in range(projects))
    return parse_pabulib(
        f"META\nkey;value\nnum_projects;{projects}\nnum_votes;{votes.count(chr(10)) - 1}\n"
        f"budget;100\nrule;greedy\n{meta}\nPROJECTS\nproject_id;cost\n{rows}\nVOTES\n{votes}"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_votes_survive_the_way_onto_ballots_and_back(file: Path) -> None:
    election = read_pabulib(file.read_bytes())
    rerun = prepare(election, Secrecy.OPEN, Random(3))
    manifest = manifest_for(
        rerun.plan,
        Address(b"\x01" * 20),
        EMBEDDED_PERIODS.starting(1),
        Officials(Signers.generate(1, 1)),
    )
    ballots = [act.choices or b"" for act in rerun.acts]
    back = votes_on_record(manifest, ballots)
    ranked = manifest.items[0].method is Method.RANKING
    for vote, returned in zip(election.cast, back, strict=True):
        pairs, again = (list(zip(v.options, v.points_given, strict=True)) for v in (vote, returned))
        assert (pairs if ranked else sorted(pairs)) == (again if ranked else sorted(again))


def test_voter_numbers_are_a_permutation_that_hides_the_order_of_the_file() -> None:
    election = read_pabulib((VECTORS / "approval_greedy.pb").read_bytes())
    orders = {
        tuple(act.voter for act in prepare(election, Secrecy.OPEN, Random(seed)).acts)
        for seed in range(8)
    }
    assert len(orders) > 1
    assert all(sorted(order) == list(range(len(election.votes))) for order in orders)


@pytest.mark.parametrize(
    ("meta", "votes", "method", "limits"),
    [
        (
            "vote_type;approval\nmin_length;1\nmax_length;2\nmax_sum_cost;50",
            "voter_id;vote\n1;p0,p1\n",
            Method.APPROVAL,
            (1, 2, 1, 0, 50),
        ),
        (
            "vote_type;ordinal\nmax_length;2",
            "voter_id;vote\n1;p1,p0\n",
            Method.RANKING,
            (1, 2, 1, 0, 0),
        ),
        (
            "vote_type;cumulative\nmax_points;4\nmax_sum_points;7",
            "voter_id;vote;points\n1;p0,p1;4,3\n",
            Method.CUMULATIVE,
            (1, 3, 4, 7, 0),
        ),
        (
            "vote_type;scoring\nmax_points;9",
            "voter_id;vote;points\n1;p0;9\n",
            Method.SCORE,
            (1, 3, 9, 0, 0),
        ),
        ("vote_type;choose-1", "voter_id;vote\n1;p0\n", Method.CHOOSE_ONE, (1, 1, 1, 0, 0)),
    ],
)
def test_each_vote_type_has_its_method_and_limits(
    meta: str, votes: str, method: Method, limits: tuple[int, ...]
) -> None:
    item = item_of(made(meta, votes))
    assert item.method is method
    found = (item.minimum, item.maximum, item.points, item.sum_limit, item.cost_cap)
    assert found == limits
    assert (item.costs is not None) == bool(item.cost_cap)


def test_long_names_are_cut_so_that_the_text_fits_a_transaction() -> None:
    rows = "\n".join(f"p{number};{number + 1};{'긴' * 400}" for number in range(1024))
    election = parse_pabulib(
        "META\nkey;value\nnum_projects;1024\nnum_votes;1\nbudget;100\nrule;greedy\n"
        f"vote_type;approval\nPROJECTS\nproject_id;cost;name\n{rows}\nVOTES\nvoter_id;vote\n1;p0\n"
    )
    assert prepare(election, Secrecy.OPEN).plan.text["items"][0]["options"][0][-1] == "…"


def test_limits_that_the_contract_does_not_enforce_are_told() -> None:
    election = made(
        "vote_type;cumulative\nmax_sum_points;7\nmin_sum_points;2",
        "voter_id;vote;points\n1;p0,p1;4,3\n",
    )
    notes = prepare(election, Secrecy.OPEN).notes
    assert any(note.startswith("min_sum_points") for note in notes)


def test_the_text_tells_a_recount_everything_it_needs() -> None:
    election = read_pabulib((VECTORS / "approval_greedy.pb").read_bytes())
    text = text_of(election)["items"][0]
    assert text["ids"] == ["well", "path", "bench", "tree"]
    assert text["counting"]["costs"] == [60, 50, 30, 10]
    assert text["counting"]["budget"] == 100
    assert str(BudgetRule.parse(text["counting"]["method"])) == text["counting"]["method"]
