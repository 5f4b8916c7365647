"""`hanpyo demo`: a co-operative's general assembly on an embedded chain, counted and audited."""

import threading
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hanpyo.audit.report import Report
from hanpyo.chain.contracts import ItemResult, Outcome
from hanpyo.cli.checking import check_election, show_report
from hanpyo.cli.console import (
    ShownStages,
    console,
    json_option,
    print_json,
    stage_table,
    stage_times,
)
from hanpyo.elections.demonstration import QUESTIONS, SEATS, Question, general_assembly
from hanpyo.elections.holding import Held, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, Host, embedded_host
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.progress import Stages
from hanpyo.secrecy.trustee import TrusteeKey

_OUTCOMES = {
    Outcome.PASSED: "[green]가결 / passed[/]",
    Outcome.FAILED: "[red]부결 / failed[/]",
    Outcome.COUNTED: "[green]집계 완료 / counted[/]",
}


@click.command()
@click.option("--keep", is_flag=True, help="Keep the chain open until Ctrl-C.")
@json_option
def demo(*, keep: bool, as_json: bool) -> None:
    """Hold a co-operative's general assembly on an embedded chain, count it and audit it.

    120 made-up members, five items, sealed ballots, some cast again, some withdrawn.
    """
    with ShownStages() as stages, embedded_host(stages) as host:
        assembly = general_assembly()
        officials = Officials(Signers.generate(3, 2), trustee=TrusteeKey.generate())
        setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
        held = hold(setting, assembly.plan, assembly.rounds, stages)
        with stages.stage("audit"):
            report = check_election(held.contract, host.venue.organiser.address, None)
        if as_json:
            print_json(_as_json(held, report, stages))
        else:
            _show(console(), assembly.plan.text["title"], held, report, stages)
        if keep:
            _keep(host, held)
    click.get_current_context().exit(0 if report.ok else 1)


def _show(shown: Console, title: str, held: Held, report: Report, stages: Stages) -> None:
    shown.print(f"\n[bold]{title}[/]")
    shown.print(_result_table(held))
    turnout = held.results[0]
    shown.print(
        f"조합원 {turnout.eligible_heads}명 중 {turnout.present_heads}명 참여 / "
        f"{turnout.present_heads} of {turnout.eligible_heads} members took part; "
        f"재투표·철회 {len(held.record.later)}명 / {len(held.record.later)} changed or withdrew"
    )
    contract = held.contract
    shown.print(f"컨트랙트 / contract {contract.address}, chain {contract.domain.chain_id}\n")
    show_report(shown, report)
    shown.print(
        "내장 체인은 운영자가 통제하므로 시연과 시험에만 쓰십시오. / "
        "Whoever runs an embedded chain controls it: use it to try things out."
    )
    shown.print(stage_table(stages))
    shown.print(_NEXT)


def _result_table(held: Held) -> Table:
    table = Table(show_lines=True)
    for heading in ("안건 / item", "득표 / votes", "규칙 / rule", "결과 / result"):
        table.add_column(heading)
    for question, result in zip(QUESTIONS, held.results, strict=True):
        table.add_row(
            f"{question.korean}\n{question.english}",
            "\n".join(_votes(question, result)),
            "\n".join(_rule(question, result)),
            _outcome(question, result),
        )
    return table


def _votes(question: Question, result: ItemResult) -> list[str]:
    lines = [
        f"{korean} / {english}: {votes}"
        for (korean, english), votes in zip(question.options, result.heads[1:-1], strict=True)
    ]
    return [*lines, f"백지 / blank: {result.heads[0]}", f"무효 / invalid: {result.heads[-1]}"]


def _rule(question: Question, result: ItemResult) -> list[str]:
    present, everybody = result.present_heads, result.eligible_heads
    lines = [f"의사정족수 / quorum > 1/2: {present}/{everybody} {_mark(result.quorum_met)}"]
    approval = question.item.rule.approval
    if approval is not None:
        sign = ">" if approval.strict else "≥"
        share = f"{approval.numerator}/{approval.denominator}"
        yes = f"{result.heads[1]}/{present} {_mark(result.approval_met)}"
        lines.append(f"찬성 / yes {sign} {share}: {yes}")
    return lines


def _mark(met: bool) -> str:
    return "✓" if met else "✗"


def _outcome(question: Question, result: ItemResult) -> str:
    word = _OUTCOMES.get(result.outcome, result.outcome.name.lower())
    if result.outcome is not Outcome.COUNTED:
        return word
    return f"{word}\n{_elected(question, result)}"


def _elected(question: Question, result: ItemResult) -> str:
    """The options with most votes for the seats; a tie across the last seat is not resolved."""
    votes = result.heads[1:-1]
    last = sorted(votes, reverse=True)[SEATS - 1]
    elected = [number for number, count in enumerate(votes) if count >= last]
    names = "\n".join(" / ".join(question.options[number]) for number in elected)
    return f"{'동수 / tie' if len(elected) > SEATS else '당선 / elected'}:\n{names}"


def _as_json(held: Held, report: Report, stages: Stages) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "election": held.contract.address,
        "chainId": held.contract.domain.chain_id,
        "items": [
            {
                "title": f"{question.korean} / {question.english}",
                "votes": list(result.heads[1:-1]),
                "blank": result.heads[0],
                "invalid": result.heads[-1],
                "present": result.present_heads,
                "eligible": result.eligible_heads,
                "outcome": result.outcome.name.lower(),
            }
            for question, result in zip(QUESTIONS, held.results, strict=True)
        ],
        "audit": report.as_json(),
        "seconds": stage_times(stages),
    }


def _keep(host: Host, held: Held) -> None:
    try:
        click.echo(
            f"체인이 열려 있습니다. 끝내려면 Ctrl-C / The chain stays open until Ctrl-C:\n"
            f"  hanpyo audit --rpc {host.url} --election {held.contract.address}"
        )
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("끝났습니다. / Closed.")


_NEXT = """\
[bold]다음으로 / What next[/]
  실제 도시의 선거를 다시 치르기 / hold a real city's election again (a .pb file of pabulib.org):
    hanpyo replay FILE.pb --secrecy sealed --bundle evidence.json.gz
  증거 파일만으로 검증하기 / check the evidence file alone, offline:
    hanpyo audit --bundle evidence.json.gz
  체인을 열어 두기 / keep the chain open and audit it from another shell:
    hanpyo demo --keep
  모든 명령 / all commands:  hanpyo --help      시험 / tests:  make test"""
