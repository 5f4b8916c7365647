"""The tally counted again, stratum by stratum, and held against the contract's words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.replay import Replay
from hanpyo.audit.storage import TURNOUT, mapping_slot, strata_in_use, tally_slot
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.offers import Act
from hanpyo.protocol.types import Secrecy


@dataclass
class StratumCount:
    """What one stratum comes to: presence, and cells of both planes."""

    heads: int = 0
    weight: int = 0
    cells: Counter[int] = field(default_factory=Counter)
    weighted: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Count:
    """All strata by number, and the choices counted by voter number."""

    strata: Mapping[int, StratumCount]
    choices: Mapping[int, tuple[Act, bytes]]


def count(replay: Replay) -> Count:
    """Count the record as it stands: what the contract's words must be at this block."""
    manifest = replay.manifest
    strata: dict[int, StratumCount] = {}
    for act in _present(replay):
        stratum = strata.setdefault(_stratum(manifest, act), StratumCount())
        stratum.heads += 1
        stratum.weight += act.terms.weight
    counted = dict(_counted(replay))
    for act, choices in counted.values():
        stratum = strata.setdefault(_stratum(manifest, act), StratumCount())
        verdicts = decode(manifest, choices, act.terms.class_)
        for cell, points in increments(manifest, verdicts):
            stratum.cells[cell] += points
            stratum.weighted[cell] += points * act.terms.weight
    for act in _voided(replay):
        stratum = strata.setdefault(_stratum(manifest, act), StratumCount())
        for base, item in zip(manifest.cell_bases, manifest.items, strict=False):
            stratum.cells[base + item.options + 1] += 1
            stratum.weighted[base + item.options + 1] += act.terms.weight
    return Count(strata, counted)


def check_tally(evidence: Evidence, counted: Count, findings: Findings) -> None:
    """Hold turnout, tally and strata in storage against the count."""
    manifest = evidence.manifest
    layout = manifest.tally_layout
    used = set(strata_in_use(evidence.storage))
    for stratum in sorted(used | counted.strata.keys()):
        ours = counted.strata.get(stratum, StratumCount())
        name = _name(manifest, stratum)
        if stratum not in used:
            findings.fail("tally", f"{name}: ballots were counted that the contract lacks")
            continue
        turnout = evidence.slot(mapping_slot(TURNOUT, stratum))
        if turnout != ours.heads << 128 | ours.weight:
            findings.fail(
                "tally",
                f"{name}: turnout {turnout >> 128} of weight {turnout & (1 << 128) - 1} on chain, "
                f"{ours.heads} of {ours.weight} counted",
            )
        planes = (ours.cells, ours.weighted)[: layout.planes]
        for plane, cells in enumerate(planes):
            unit = "weight" if plane else "heads"
            words = [
                evidence.slot(tally_slot(stratum, plane * layout.words + index))
                for index in range(layout.words)
            ]
            for cell, value in enumerate(layout.unpack(words)):
                if value != cells[cell]:
                    findings.fail(
                        "tally",
                        f"{name}, {_cell(manifest, cell)} ({unit}): {value} on chain, "
                        f"{cells[cell]} counted",
                    )
        findings.counts["strata"] += 1
    findings.counts["counted ballots"] = len(counted.choices)


def _present(replay: Replay) -> Iterator[Act]:
    """The acts that stand for presence: firsts, or what is live once a voter is settled."""
    record = replay.record
    for voter, first in record.firsts.items():
        if voter not in record.settled:
            yield first
    for voter in record.settled:
        live = record.live_act(voter)
        if live is not None:
            yield live


def _counted(replay: Replay) -> Iterator[tuple[int, tuple[Act, bytes]]]:
    """The choices in the tally: of those present in an open election, of those opened else."""
    if replay.manifest.secrecy is Secrecy.SEALED:
        for voter, choices in replay.record.opened.items():
            act = replay.record.live_act(voter)
            if act is not None:
                yield voter, (act, choices)
        return
    for act in _present(replay):
        ballot = replay.ballot(act)
        if ballot is not None and ballot.choices is not None:
            yield act.terms.voter, (act, ballot.choices)


def _voided(replay: Replay) -> Iterator[Act]:
    """The ballots that count as invalid for every item, because their escrow is bad."""
    for voter in replay.record.voided:
        act = replay.record.live_act(voter)
        if act is not None:
            yield act


def _stratum(manifest: Manifest, act: Act) -> int:
    return manifest.stratum(act.terms.channel, act.terms.class_)


def _name(manifest: Manifest, stratum: int) -> str:
    channel, group = divmod(stratum, len(manifest.groups))
    return f"channel {channel}, group {group}"


def _cell(manifest: Manifest, cell: int) -> str:
    """An item's cell in words; items and options from 1."""
    for number, (base, item) in enumerate(
        zip(manifest.cell_bases, manifest.items, strict=False), 1
    ):
        place = cell - base
        if place <= item.options + 1:
            what = "blank" if place == 0 else f"option {place}"
            return f"item {number} {'invalid' if place > item.options else what}"
    return f"cell {cell}"
