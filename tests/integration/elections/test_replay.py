"""Every Pabulib file at hand, held again on a chain: figures and both auditors agree.

Cities are held sealed, which is all of an open one, and the openings; `tests/long` holds them open.
"""

from pathlib import Path

import pytest

from hanpyo.audit import BundleSource, audit
from tests.commands import run
from tests.integration.audit import second
from tests.strategies.pabulib import FILES, REAL, VECTORS

HELD = [(file, "sealed") for file in FILES] + [(file, "open") for file in FILES if file not in REAL]


@pytest.mark.parametrize(("file", "secrecy"), HELD, ids=lambda each: getattr(each, "stem", each))
def test_figures_and_audits_agree(file: Path, secrecy: str, tmp_path: Path) -> None:
    bundle = tmp_path / "evidence.json.gz"
    ran = run("replay", file, "--secrecy", secrecy, "--bundle", bundle, "--json")
    report = ran.report
    assert (ran.status, report["ok"], report["differences"]) == (0, True, [])
    assert report["audit"]["ok"]
    assert "votes" in report["compared"] or not any(
        project["votesPublished"] is not None for project in report["projects"]
    )
    answer = second.second_auditor().ask({"file": str(bundle)})
    second.same(answer["report"], audit(BundleSource(bundle)))


def test_a_bundle_proves_the_replay_offline(tmp_path: Path) -> None:
    bundle = tmp_path / "evidence.json.gz"
    file = VECTORS / "approval_greedy.pb"
    replayed = run("replay", file, "--bundle", bundle, "--json")
    audited = run("audit", "--bundle", bundle, "--json")
    assert (replayed.status, audited.status) == (0, 0)
    assert audited.report["election"] == replayed.report["election"].lower()
    assert audited.report["block"] == replayed.report["audit"]["block"]


def test_a_figure_that_the_ballots_contradict_fails(tmp_path: Path) -> None:
    text = (VECTORS / "approval_greedy.pb").read_text()
    file = tmp_path / "wrong.pb"
    file.write_text(text.replace("tree;10;2;", "tree;10;3;"))
    ran = run("replay", file, "--secrecy", "open", "--json")
    assert ran.status == 1
    assert ran.report["differences"] == [
        {"project": "tree", "field": "votes", "published": 3, "counted": 2}
    ]
    assert ran.report["audit"]["ok"]


def test_people_see_figures_audit_and_times() -> None:
    file = VECTORS / "approval_greedy.pb"
    ran = run("replay", file, "--secrecy", "sealed")
    assert ran.status == 0
    for shown in ("well", "4 =", "PASS", "together", "equal what the city published"):
        assert shown in ran.output


@pytest.mark.parametrize("wrong", ["num_votes;7", "num_projects;5", "vote_type;telepathy"])
def test_a_file_that_cannot_be_held_is_refused_with_the_reason(tmp_path: Path, wrong: str) -> None:
    name = wrong.partition(";")[0]
    lines = (VECTORS / "approval_greedy.pb").read_text().splitlines()
    file = tmp_path / "refused.pb"
    file.write_text("\n".join(wrong if line.startswith(name) else line for line in lines))
    ran = run("replay", file, "--json")
    assert ran.status == 2
    assert ran.errors.count("\n") == 1
    assert name in ran.errors
    assert ran.report["error"]["code"] == "pabulib_file"
