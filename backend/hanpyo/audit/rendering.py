"""A report as text for people: Korean first, English second, findings below their check."""

from collections.abc import Iterator
from typing import Final

from eth_utils.address import to_checksum_address

from hanpyo.audit.report import Check, ItemResult, Report

TITLES: Final = {
    "chain": ("체인과 블록", "chain and block"),
    "code": ("컨트랙트 코드", "contract code"),
    "manifest": ("확정된 규칙", "frozen manifest"),
    "roll": ("명부", "roll"),
    "events": ("이벤트 완전성", "events are complete"),
    "batches": ("묶음별 투표지", "batches of ballots"),
    "calldata": ("거래 원문", "calldata"),
    "signatures": ("선거인 서명", "voters' signatures"),
    "credentials": ("명부 관리자 인증", "credentials"),
    "entitlement": ("명부와의 대조", "credentials against the roll"),
    "record": ("선거인 한 명에 한 표", "one ballot a voter"),
    "timing": ("기간", "times"),
    "openings": ("개표", "openings"),
    "settlement": ("재투표 정리", "settlement of later acts"),
    "tally": ("집계", "tally"),
    "decision": ("의결", "decision"),
    "certification": ("확정", "certification"),
    "counting": ("선정 방식 재계산", "counting methods"),
}
"""The Korean and English title of each check."""
OUTCOMES: Final = {
    "pending": "진행 중",
    "counted": "집계 완료",
    "passed": "가결",
    "failed": "부결",
    "undetermined": "결과 없음",
    "cancelled": "취소",
}
"""The Korean word for each outcome."""
_SHOWN: Final = 20
"""Findings of one check that are listed in full; the JSON output has all."""


def title(name: str) -> str:
    """A check's title in both languages; the name itself where it has none."""
    korean, english = TITLES.get(name, (name, name))
    return f"{korean} / {english}"


def lines(report: Report) -> Iterator[str]:
    """The whole report, line by line."""
    yield f"검증 / Audit: {to_checksum_address(report.election)}, chain {report.chain_id}"
    yield f"기준 / Trusted: {report.source}"
    yield f"단계 / Phase: {report.phase}"
    for name, integrity in report.voting_code:
        yield f"투표 프로그램 / Voting code: {name} {integrity}"
    for check in report.checks:
        yield from check_lines(check)
    for item in report.items:
        yield from item_lines(item)
    verdict = "이상 없음 / nothing is wrong" if report.ok else "실패 / FAILED"
    failed = ", ".join(check.name for check in report.failures)
    yield f"결론 / Verdict: {verdict}{': ' + failed if failed else ''}"


def check_lines(check: Check) -> Iterator[str]:
    """One check with its findings below, where there is more than one."""
    yield f"{check.status:<9} {check.name}: {title(check.name)}"
    yield f"          {check.reason}"
    if len(check.findings) > 1:
        yield from (f"          - {finding}" for finding in check.findings[:_SHOWN])
    if len(check.findings) > _SHOWN:
        yield f"          - … {len(check.findings) - _SHOWN} more"


def item_lines(item: ItemResult) -> Iterator[str]:
    """One item's result: presence, requirements, count, and the figures of each option."""
    outcome = f"{OUTCOMES.get(item.outcome, item.outcome)} / {item.outcome}"
    yield f"안건 / Item {item.number + 1} {item.title}: {outcome}"
    yield (
        f"  출석 / present {_pair(item.present, item.eligible)}, "
        f"무기표 / blank {item.heads[0]}, 무효 / invalid {item.heads[-1]}"
    )
    yield from (f"  {requirement}" for requirement in item.requirements)
    for number, name in enumerate(item.options, 1):
        chosen = " *" if item.selected and number in item.selected else ""
        heads, weight = item.heads[number], item.weights[number]
        yield f"  {number:>4} {name}: {heads}{'' if heads == weight else f' ({weight})'}{chosen}"
    yield from (f"  {line}" for line in item.counting)


def _pair(part: tuple[int, int], whole: tuple[int, int]) -> str:
    """Heads of heads, and weight of weight where that is another number."""
    heads = f"{part[0]}/{whole[0]}"
    return heads if whole[0] == whole[1] else f"{heads} ({part[1]}/{whole[1]})"
