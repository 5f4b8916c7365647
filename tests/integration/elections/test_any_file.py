"""Made-up files of every vote type and limit: what was written is what the chain's ballots give."""

from collections.abc import Iterator
from random import Random

import pytest

from hanpyo.audit import LiveSource, audit
from hanpyo.elections.holding import Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, Host, embedded_host
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.pabulib import parse_pabulib
from hanpyo.elections.progress import Stages
from hanpyo.elections.replay import figures, prepare
from hanpyo.protocol.types import Address, Secrecy
from hanpyo.secrecy.trustee import TrusteeKey

VOTERS = 25
TYPES = ("approval", "ordinal", "cumulative", "scoring", "choose-1")


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with embedded_host(Stages()) as host:
        yield host


def made(vote_type: str, projects: int, draw: Random) -> str:
    """A file with random votes, blank ones among them, and the figures counted while writing."""
    longest = 1 if vote_type == "choose-1" else draw.randint(1, projects)
    votes, scores, lines = [0] * projects, [0] * projects, []
    largest = largest_sum = 1
    for voter in range(VOTERS):
        chosen = draw.sample(range(projects), draw.randint(0, longest))
        points = [draw.randint(1, 9) for _ in chosen]
        worth = {
            "ordinal": [longest - place for place in range(len(chosen))],
            "cumulative": points,
            "scoring": points,
        }.get(vote_type, [1] * len(chosen))
        for project, value in zip(chosen, worth, strict=True):
            votes[project] += 1
            scores[project] += value
        largest, largest_sum = max([largest, *points]), max(largest_sum, sum(points))
        names = ",".join(f"p{project}" for project in chosen)
        pointed = vote_type in ("cumulative", "scoring")
        lines.append(f"{voter};{names}" + (f";{','.join(map(str, points))}" if pointed else ""))
    limits = {
        "cumulative": f"max_points;{largest}\nmax_sum_points;{largest_sum}\n",
        "scoring": f"max_points;{largest}\n",
        "choose-1": "",
    }.get(vote_type, "") + ("" if vote_type == "choose-1" else f"max_length;{longest}\n")
    rows = "\n".join(f"p{n};{n + 1};{votes[n]};{scores[n]}" for n in range(projects))
    columns = "voter_id;vote;points" if "points" in limits else "voter_id;vote"
    return (
        f"META\nkey;value\nnum_projects;{projects}\nnum_votes;{VOTERS}\nbudget;9\nrule;greedy\n"
        f"vote_type;{vote_type}\n{limits}PROJECTS\nproject_id;cost;votes;score\n{rows}\n"
        f"VOTES\n{columns}\n" + "\n".join(lines) + "\n"
    )


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED], ids=lambda s: s.name)
@pytest.mark.parametrize("projects", [2, 33, 300])
@pytest.mark.parametrize("vote_type", TYPES)
def test_the_chain_gives_the_figures_of_the_file(
    host: Host, vote_type: str, projects: int, secrecy: Secrecy
) -> None:
    election = parse_pabulib(made(vote_type, projects, Random(f"{vote_type} {projects}")))
    rerun = prepare(election, secrecy)
    officials = Officials(Signers.generate(3, 2), trustee=TrusteeKey.generate())
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    held = hold(setting, rerun.plan, [rerun.acts], Stages())
    found = figures(election, held)
    assert found.differences == ()
    assert found.agree
    assert held.results[0].present_heads == VOTERS
    address = Address(bytes.fromhex(held.contract.address[2:]))
    report = audit(LiveSource([host.venue.rpc]), address)
    assert report.failures == ()
