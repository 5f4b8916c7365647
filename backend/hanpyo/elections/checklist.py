"""What an election still lacks before it can be published, and what its organiser should weigh.

A fault keeps it from being published; a warning does not. Each has a stable code, a sentence in
Korean and one in English, and where the law says it, the paragraph.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from hanpyo.config import Settings
from hanpyo.counting.errors import CountingError
from hanpyo.counting.rank_rule import RankRule
from hanpyo.counting.selection import BudgetRule
from hanpyo.elections.definition import ItemPart
from hanpyo.elections.drafting import manifest_of
from hanpyo.elections.drafts import terms_of
from hanpyo.elections.networks import require_finality
from hanpyo.elections.plan import Plan, PlanError
from hanpyo.elections.situation import Situation
from hanpyo.elections.templates import NOTICES, Law
from hanpyo.errors import HanpyoError
from hanpyo.identity.factors import Factor, Level, level_of
from hanpyo.protocol.manifest import Timetable
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import Address, EntryKind, Timestamp
from hanpyo.secrecy.group import check

LEAD: Final = 600
"""Seconds that publishing may take on a public chain."""
_DAY: Final = 86_400
_HOUR: Final = 3_600
_RANKINGS: Final = ("irv", "stv", "borda", "schulze")
_NEEDS: Final[dict[str, Callable[[Settings], object]]] = {
    "mail": lambda settings: settings.mail.host,
    "sms": lambda settings: settings.sms.url,
    "oidc": lambda settings: settings.identity.providers,
    "signature": lambda settings: settings.identity.signature_roots,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the checklist; `source` is a paragraph of law, if any."""

    code: str
    fault: bool
    korean: str
    english: str
    source: str | None = None


def checklist(situation: Situation) -> tuple[Finding, ...]:
    """Everything found, faults first."""
    found = [finding for part in _PARTS for finding in part(situation)]
    if not any(finding.fault for finding in found):
        found += _whole(situation)
    return tuple(sorted(found, key=lambda finding: not finding.fault))


def _roll(situation: Situation) -> Iterator[Finding]:
    if situation.members == 0:
        yield _fault(
            "roll_empty",
            "명부가 비어 있습니다. 명부를 먼저 등록하세요.",
            "The roll is empty: import it first.",
        )
    known = len(situation.definition.classes)
    if any(number >= known for number in situation.classes):
        yield _fault(
            "roll_class_unknown",
            "명부에 투표 정의에 없는 구분(class)이 있습니다.",
            "The roll names a class that the definition does not have.",
        )


def _times(situation: Situation) -> Iterator[Finding]:
    try:
        times = situation.definition.times.timetable()
    except HanpyoError as error:
        yield _fault("times_out_of_order", f"시각의 순서가 맞지 않습니다: {error}", str(error))
        return
    if times.opens_at <= situation.now:
        yield _fault(
            "opens_in_the_past",
            "투표 시작 시각이 이미 지났습니다.",
            "The voting would start in the past.",
        )
    elif times.opens_at < situation.now + LEAD:
        yield _warning(
            "opens_soon",
            "투표 시작까지 10분이 안 남았습니다. 그 전에 게시가 끝나야 합니다.",
            "Less than ten minutes until the voting: publishing must end before it starts.",
        )
    yield from _spans(situation, times)


def _spans(situation: Situation, times: Timetable) -> Iterator[Finding]:
    if times.closes_at - times.opens_at <= situation.settings.relay.margin:
        yield _fault(
            "voting_too_short",
            "투표 기간이 접수 마감 여유 시간보다 짧습니다.",
            "The voting is shorter than the margin in which no more ballots are taken.",
        )
    try:
        require_finality(times, situation.chain_id)
    except PlanError as error:
        yield _fault(
            "opening_before_finality",
            "개표 시각이 체인에서 마감이 확정되기 전입니다. 개표를 더 늦추세요.",
            str(error),
        )
    if situation.definition.secrecy == "sealed" and times.key_deadline < times.opening_at + _HOUR:
        yield _warning(
            "key_deadline_short",
            "개표 열쇠를 공개할 시간이 1시간보다 짧습니다. 늦으면 결과를 영영 정할 수 없습니다.",
            "Less than an hour to release the key: if it is late there is no result, for good.",
        )


def _notice(situation: Situation) -> Iterator[Finding]:
    law = situation.election.law
    if law is None:
        return
    notice = NOTICES[Law(law)]
    if situation.definition.times.opens < situation.now + notice.days * _DAY:
        yield _warning(
            "notice_short",
            f"소집 통지 기간 {notice.days}일보다 빨리 시작합니다.",
            f"It starts less than the {notice.days} days after today that notice takes.",
            notice.source,
        )


def _registrars(situation: Situation) -> Iterator[Finding]:
    part = situation.definition.registrars
    if situation.attested == 0:
        return
    if part is None or not part.addresses:
        yield _fault(
            "no_registrars",
            "명부 관리자가 없습니다. 지갑으로 등록되지 않은 선거인이 투표할 수 없습니다.",
            "There are no registrars: members without a wallet on the roll could not vote.",
        )
        return
    places = {bytes.fromhex(p.address[2:]) for p in situation.settings.registrars.members}
    if len(places & set(part.addresses)) < part.threshold:
        yield _fault(
            "registrars_unreachable",
            "이 서비스가 연락할 수 있는 명부 관리자가 필요한 수보다 적습니다.",
            "The service can ask fewer of these registrars than must sign.",
        )


def _trustee(situation: Situation) -> Iterator[Finding]:
    key = situation.definition.trustee_point
    if situation.definition.secrecy == "open":
        if key is not None:
            yield _fault(
                "trustee_key_unused",
                "공개 투표에는 개표 열쇠가 없어야 합니다.",
                "An open election has no trustees' key.",
            )
        return
    if key is None:
        yield _fault(
            "no_trustee_key",
            "개표 열쇠가 없습니다. 개표 참관인이 `hanpyo trustee key`로 만든 공개 열쇠를 넣으세요.",
            "There is no trustees' key: let the trustee make one with `hanpyo trustee key`.",
        )
        return
    try:
        check(key)
    except HanpyoError as error:
        yield _fault("bad_trustee_key", "개표 열쇠가 올바른 점이 아닙니다.", str(error))
    if situation.key_used:
        yield _fault(
            "trustee_key_reused",
            "다른 투표에 쓰인 개표 열쇠입니다. 투표마다 새 열쇠를 만드세요.",
            "Another election has this trustees' key; each election needs one of its own.",
        )


def _identity(situation: Situation) -> Iterator[Finding]:
    terms = terms_of(situation.election)
    level = Level.named(terms.identity)
    if level_of(Factor(method, method, 0) for method in terms.methods) < level:
        yield _fault(
            "methods_below_level",
            f"고른 본인확인 방법으로는 {level.label} 수준에 이르지 못합니다.",
            f"The methods chosen do not reach {level.label} together.",
        )
    for method in terms.methods:
        if not _is_set_up(method, situation.settings):
            yield _fault(
                "method_not_configured",
                f"본인확인 방법 {method}이(가) 이 서비스에 설정되어 있지 않습니다.",
                f"The method {method} is not set up in this installation.",
            )
    yield from _strength(situation, level)


def _is_set_up(method: str, settings: Settings) -> bool:
    kind, named, provider = method.partition(":")
    needs = _NEEDS.get(kind)
    if named and provider not in [each.name for each in settings.identity.providers]:
        return False
    return needs is None or bool(needs(settings))


def _strength(situation: Situation, level: Level) -> Iterator[Finding]:
    if situation.election.law == Law.REDEVELOPMENT and level < Level.PROVIDER:
        yield _warning(
            "identity_below_proposed",
            "정비사업 조합의 전자투표에는 L3 이상의 본인확인을 권합니다.",
            "For an association, L3 or higher is proposed.",
        )
    elif level == Level.LINK and not situation.election.test:
        yield _warning(
            "identity_for_trials",
            "L0은 시험용입니다. 링크를 가진 사람은 누구나 그 조합원으로 투표할 수 있습니다.",
            "L0 is for trials: whoever has the link can vote.",
        )
    elif level == Level.BIRTH:
        yield _warning(
            "identity_weak",
            "L1은 약합니다. 생년월일을 아는 내부자가 다른 사람 대신 투표할 수 있습니다.",
            "L1 is weak: insiders who know birth dates can vote for others.",
        )


def _agenda(situation: Situation) -> Iterator[Finding]:
    for part in situation.definition.items:
        problem = _counting_fault(part)
        if problem is not None:
            yield _fault(
                "bad_counting",
                f"안건 「{part.title}」의 집계 방법을 읽을 수 없습니다.",
                f"Item {part.title!r}: {problem}",
            )


def _counting_fault(part: ItemPart) -> str | None:
    """Why an auditor could not count the item by its method; None where it can be counted."""
    counting = part.counting
    if counting is None:
        return "a ranking needs a counting method" if part.method == "ranking" else None
    method = counting.get("method")
    if not isinstance(method, str):
        return "its counting names no method"
    try:
        if method.split(" ")[0] in _RANKINGS:
            rule = RankRule.parse(method)
            fits = part.method == "ranking" and rule.seats <= len(part.options)
            return None if fits else f"{method} does not fit the item"
        BudgetRule.parse(method)
    except CountingError as error:
        return str(error)
    whole = isinstance(counting.get("budget"), int)
    costs = counting.get("costs", [o.cost for o in part.options if not isinstance(o, str)])
    given = isinstance(costs, (list, tuple)) and len(costs) == len(part.options)
    return None if whole and given else "a budget and the cost of each option are needed"


def _whole(situation: Situation) -> list[Finding]:
    """What the manifest itself refuses: tried with a roll of one member for each class."""
    definition = situation.definition
    kind = EntryKind.ATTESTED if situation.attested else EntryKind.LISTED
    entries = tuple(
        RollEntry(kind, bytes((1,)) + secrets.token_bytes(31), 1, number)
        for number in sorted(situation.classes)
    )
    try:
        plan = Plan(
            definition.secrecy_kind,
            definition.text(),
            definition.agenda(),
            entries,
            definition.class_rows(),
        )
        now, organiser = Timestamp(situation.now), Address(b"\1" * 20)
        manifest_of(definition, plan, organiser, now, situation.chain_id)
    except HanpyoError as error:
        return [_fault("refused", f"이대로는 게시할 수 없습니다: {error}", str(error))]
    return []


def _fault(code: str, korean: str, english: str, source: str | None = None) -> Finding:
    return Finding(code, True, korean, english, source)


def _warning(code: str, korean: str, english: str, source: str | None = None) -> Finding:
    return Finding(code, False, korean, english, source)


_PARTS: Final = (_roll, _times, _notice, _registrars, _trustee, _identity, _agenda)
