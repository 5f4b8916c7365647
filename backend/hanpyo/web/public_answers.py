"""The read model in the public API's words."""

from collections.abc import Sequence
from typing import Any

import orjson
from eth_utils.address import to_checksum_address

from hanpyo.chain.contracts import ItemResult as ContractResult
from hanpyo.db.models import Election as ElectionRow
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.queries import Cell, Entry, Hour, Part
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Channel
from hanpyo.web import public_models as models

OPERATOR_CONTROLLED = "operator-controlled-chain"
TEST = "test-election"


def labels(row: ElectionRow, *, embedded: bool) -> list[str]:
    """What a reader must know before believing anything."""
    found = [(OPERATOR_CONTROLLED, embedded), (TEST, row.test)]
    return [label for label, holds in found if holds]


def cursor(found: Situation) -> models.Cursor:
    """How fresh an answer is."""
    return models.Cursor(
        block=found.number,
        block_hash=_hex(found.hash),
        chain_time=found.chain_time,
        age=found.age,
        stale=found.stale,
        halted=found.halted,
    )


def brief(row: ElectionRow, election: PublishedElection, shown: list[str]) -> models.ElectionBrief:
    """An election in a list."""
    times = election.manifest.timetable
    return models.ElectionBrief(
        id=row.id,
        organisation_id=row.organisation_id,
        title=row.title,
        address=election.address,
        secrecy=election.manifest.secrecy.name.lower(),
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        labels=shown,
    )


def whole(row: ElectionRow, found: Situation, shown: list[str]) -> models.Election:
    """An election with everything that is frozen."""
    election, manifest = found.election, found.election.manifest
    times, roll = manifest.timetable, manifest.roll
    return models.Election(
        id=row.id,
        organisation_id=row.organisation_id,
        title=row.title,
        text=orjson.loads(election.text) if election.text else None,
        chain_id=str(election.domain.chain_id),
        address=election.address,
        manifest_hash=_hex(election.domain.manifest_hash),
        manifest=_hex(manifest.encode()),
        secrecy=manifest.secrecy.name.lower(),
        phase=found.phase.name.lower(),
        secrecy_lost=found.progress.secrecy_lost,
        times=models.Times(
            opens_at=times.opens_at,
            closes_at=times.closes_at,
            barrier_at=times.barrier_at,
            opening_at=times.opening_at,
            key_deadline=times.key_deadline,
            certify_at=times.certify_at,
            rebind_until=times.rebind_until,
        ),
        roll=models.RollFacts(
            size=roll.size,
            weight=str(roll.weight),
            largest_weight=str(roll.largest_weight),
            root=_hex(roll.root),
            in_file=roll.in_file,
        ),
        groups=[
            models.GroupFacts(number=n, heads=group.heads, weight=str(group.weight))
            for n, group in enumerate(manifest.groups)
        ],
        items=[
            models.ItemFacts(
                number=n,
                method=item.method.name.lower(),
                options=item.options,
                minimum=item.minimum,
                maximum=item.maximum,
            )
            for n, item in enumerate(manifest.items)
        ],
        registrars=[to_checksum_address(each) for each in manifest.registrars],
        threshold=manifest.threshold,
        clerks=[to_checksum_address(each) for each in manifest.clerks],
        organiser=to_checksum_address(manifest.organiser),
        labels=shown,
        identity=row.identity,
        cursor=cursor(found),
    )


def turnout(found: Situation, parts: Sequence[Part], hours: Sequence[Hour]) -> models.Turnout:
    """Who has a live ballot."""
    progress, roll = found.progress, found.election.manifest.roll
    return models.Turnout(
        heads=progress.live,
        weight=str(progress.live_weight),
        roll_size=roll.size,
        roll_weight=str(roll.weight),
        checked_in=progress.checked_in,
        touched=progress.touched,
        settled=progress.settled,
        opened=progress.opened,
        voided=progress.voided,
        parts=[
            models.TurnoutPart(
                channel=channel_name(part.channel),
                group=part.group,
                heads=part.heads,
                weight=str(part.weight),
            )
            for part in parts
        ],
        hours=[
            models.TurnoutHour(hour=each.hour, heads=each.heads, weight=str(each.weight))
            for each in hours
        ],
        cursor=cursor(found),
    )


def tally(found: Situation, cells: Sequence[Cell]) -> models.Tally:
    """What the known choices add up to, every option named."""
    items = found.election.manifest.items
    totals = [[[0, 0] for _ in range(item.options + 2)] for item in items]
    for cell in cells:
        total = totals[cell.item][cell.option]
        total[0] += cell.heads
        total[1] += cell.weight
    return models.Tally(
        final=found.phase is Phase.CERTIFIED,
        items=[
            models.ItemTally(item=n, options=_options([tuple(each) for each in options]))
            for n, options in enumerate(totals)
        ],
        cells=[
            models.TallyCell(
                item=cell.item,
                option=cell.option,
                channel=channel_name(cell.channel),
                group=cell.group,
                heads=cell.heads,
                weight=str(cell.weight),
            )
            for cell in cells
        ],
        cursor=cursor(found),
    )


def results(found: Situation, told: Sequence[ContractResult]) -> models.Results:
    """The contract's results with what they are measured against."""
    return models.Results(
        outcome_final=found.phase in (Phase.CERTIFIED, Phase.CANCELLED, Phase.UNDETERMINED),
        items=[
            models.ItemResult(
                item=n,
                outcome=each.outcome.name.lower(),
                quorum_met=each.quorum_met,
                presence_met=each.direct_met,
                approval_met=each.approval_met,
                eligible=_measure(each.eligible_heads, each.eligible_weight),
                present=_measure(each.present_heads, each.present_weight),
                directly_present=_measure(each.direct_heads, each.direct_weight),
                options=_options(list(zip(each.heads, each.weights, strict=True))),
            )
            for n, each in enumerate(told)
        ],
        cursor=cursor(found),
    )


def event(entry: Entry) -> models.LogEvent:
    """One event of the log."""
    return models.LogEvent(
        kind=entry.kind,
        block=entry.block,
        log_index=entry.index,
        transaction=_hex(entry.transaction),
        timestamp=entry.timestamp,
        payload=entry.payload,
    )


def channel_name(channel: int) -> str:
    """A channel as the API names it."""
    return Channel(channel).name.lower()


def plain(model: models.Answer) -> Any:
    """The model as it stands on the wire."""
    return model.model_dump(mode="json", by_alias=True)


def _options(totals: Sequence[tuple[int, ...]]) -> list[models.OptionTotal]:
    return [
        models.OptionTotal(option=n, heads=heads, weight=str(weight))
        for n, (heads, weight) in enumerate(totals)
    ]


def _measure(heads: int, weight: int) -> models.Measure:
    return models.Measure(heads=heads, weight=str(weight))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
