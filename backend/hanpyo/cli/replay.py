"""`hanpyo replay`: a real city's election, held again on a chain and compared with its figures."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from hanpyo.audit.report import Report
from hanpyo.cli.checking import check_election, show_report
from hanpyo.cli.console import (
    ShownStages,
    console,
    json_option,
    print_json,
    stage_table,
    stage_times,
    table_of,
)
from hanpyo.cli.hosting import existing_file, open_host, short_periods, venue_options
from hanpyo.elections.holding import Held, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, Host
from hanpyo.elections.networks import require_finality
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.pabulib import PabulibElection, read_pabulib
from hanpyo.elections.plan import Periods
from hanpyo.elections.progress import Stages
from hanpyo.elections.replay import Figures, Rerun, figures, prepare
from hanpyo.protocol.types import Secrecy
from hanpyo.secrecy.trustee import TrusteeKey

REGISTRARS, THRESHOLD = 3, 2


@dataclass(frozen=True)
class Replayed:
    """A finished replay and everything found about it."""

    rerun: Rerun
    held: Held
    figures: Figures
    audit: Report
    stages: Stages

    @property
    def ok(self) -> bool:
        """Whether figures and audit agree."""
        return self.figures.agree and self.audit.ok


@click.command()
@click.argument("file", type=existing_file)
@click.option(
    "--secrecy",
    type=click.Choice(["open", "sealed"]),
    default="sealed",
    show_default=True,
    help="Whether choices are on the chain at once, or sealed until the close.",
)
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the evidence file that lets anyone repeat the audit offline.",
)
@venue_options
@json_option
def replay(
    *,
    file: Path,
    secrecy: str,
    bundle: Path | None,
    rpc_url: str | None,
    lead: int,
    voting: int,
    gap: int,
    release: int,
    as_json: bool,
    **key_and_chain: Any,
) -> None:
    """Hold the election in FILE (Pabulib's .pb) again and compare it with the city's figures.

    Every vote becomes a ballot signed by a key of its own; the figures come from the chain. Exit
    status 0 only when they equal the published ones and the independent audit passes.
    """
    with ShownStages() as stages:
        with stages.stage("read the file"):
            rerun = prepare(read_pabulib(file.read_bytes()), Secrecy[secrecy.upper()])
        periods = short_periods(lead, voting, gap, release) if rpc_url else EMBEDDED_PERIODS
        with open_host(stages, rpc_url=rpc_url, **key_and_chain) as host:
            held = _hold(host, rerun, periods, stages)
            with stages.stage("compare"):
                found = figures(rerun.election, held)
            with stages.stage("audit"):
                report = check_election(held.contract, host.venue.organiser.address, bundle)
    run = Replayed(rerun, held, found, report, stages)
    if as_json:
        print_json(_report(run))
    else:
        _show(run)
    click.get_current_context().exit(0 if run.ok else 1)


def _hold(host: Host, rerun: Rerun, periods: Periods, stages: Stages) -> Held:
    require_finality(periods.starting(host.venue.clock.now()), host.venue.rpc.chain_id())
    officials = Officials(
        registrars=Signers.generate(REGISTRARS, THRESHOLD),
        trustee=TrusteeKey.generate() if rerun.plan.secrecy is Secrecy.SEALED else None,
    )
    setting = Setting(host.venue, host.factory, officials, periods)
    return hold(setting, rerun.plan, [rerun.acts], stages)


def _project_rows(election: PabulibElection, found: Figures) -> list[dict[str, Any]]:
    counted = found.counted
    bought = set(counted.selection.options) if counted.selection else None
    return [
        {
            "project": project.project_id,
            "name": project.name,
            "votes": counted.votes[number],
            "votesPublished": project.votes,
            "score": _unscaled(counted.scores[number], election.scales.points),
            "scorePublished": _unscaled(project.score, election.scales.points),
            "selected": None if bought is None else int(number in bought),
            "selectedPublished": project.selected,
        }
        for number, project in enumerate(election.projects)
    ]


def _unscaled(points: int | None, scale: int) -> int | str | None:
    """Points in the file's unit; a fraction as text, exactly."""
    if points is None or points % scale == 0:
        return None if points is None else points // scale
    return str(Fraction(points, scale))


def _report(run: Replayed) -> dict[str, Any]:
    election, held, found = run.rerun.election, run.held, run.figures
    result = held.results[0]
    return {
        "ok": run.ok,
        "election": held.contract.address,
        "chainId": held.contract.domain.chain_id,
        "manifestHash": "0x" + held.contract.manifest_hash.hex(),
        "secrecy": run.rerun.plan.secrecy.name.lower(),
        "title": election.title,
        "ballots": result.present_heads,
        "blank": result.heads[0],
        "invalid": result.heads[-1],
        "rule": found.counted.city_rule.reason,
        "compared": list(found.compared),
        "figuresAgree": found.agree,
        "differences": [
            {
                "project": each.project_id,
                "field": each.field,
                "published": each.published,
                "counted": each.counted,
            }
            for each in found.differences
        ],
        "projects": _project_rows(election, found),
        "gas": {"castPerBallot": held.gas["cast"] // len(run.rerun.acts)},
        "notes": list(run.rerun.notes),
        "audit": run.audit.as_json(),
        "seconds": stage_times(run.stages),
    }


def _show(run: Replayed) -> None:
    shown, election = console(), run.rerun.election
    rows = [
        [f"{row['project']}  {row['name']}"]
        + [_beside(row[field], row[f"{field}Published"]) for field in ("votes", "score")]
        + [_mark(row["selected"], row["selectedPublished"])]
        for row in _project_rows(election, run.figures)
    ]
    shown.print(table_of(election.title, ("project", "votes", "points", "selected"), rows))
    shown.print(
        "Figures are the chain's: = is published alike, ≠ otherwise, nothing is unpublished."
    )
    shown.print(f"Rule: {run.figures.counted.city_rule.reason}")
    for note in run.rerun.notes:
        shown.print(f"Note: {note}")
    contract, result = run.held.contract, run.held.results[0]
    shown.print(
        f"Election {contract.address} on chain {contract.domain.chain_id}, "
        f"{run.rerun.plan.secrecy.name.lower()}: {result.present_heads} ballots, "
        f"{result.heads[0]} blank, {result.heads[-1]} invalid; "
        f"{run.held.gas['cast'] // len(run.rerun.acts):,} gas a ballot cast"
    )
    show_report(shown, run.audit)
    shown.print(stage_table(run.stages))
    compared = ", ".join(run.figures.compared) or "none published"
    verdict = "equal" if run.figures.agree else "DIFFER FROM"
    shown.print(f"Figures ({compared}): {verdict} what the city published")
    shown.print(f"Audit: {'PASS' if run.audit.ok else 'FAIL'}")


def _beside(counted: object, published: object) -> str:
    if published is None:
        return str(counted)
    return f"{counted} =" if counted == published else f"{counted} ≠ {published}"


def _mark(selected: int | None, published: int | None) -> str:
    if selected is None:
        return "–"
    word = "yes" if selected else "no"
    if published not in (0, 1):
        return word
    return f"{word} =" if selected == published else f"{word} ≠"
