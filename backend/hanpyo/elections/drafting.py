"""From a definition and a roll file to a plan and a manifest, with every refusal in one place."""

import secrets

from hanpyo.elections.definition import Definition, DefinitionError
from hanpyo.elections.networks import require_finality
from hanpyo.elections.plan import Plan
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest, require_registrars
from hanpyo.protocol.roll import decode_roll, group_totals, summarise
from hanpyo.protocol.types import Address, EntryKind, Secrecy, Timestamp, Word
from hanpyo.secrecy.group import check


def plan_of(definition: Definition, roll_file: bytes, *, in_file: bool = False) -> Plan:
    """The plan; raises `DefinitionError`, `AgendaError`, `RollError`."""
    return Plan(
        secrecy=definition.secrecy_kind,
        text=definition.text(),
        items=definition.agenda(),
        roll=decode_roll(roll_file),
        classes=definition.class_rows(),
        roll_in_file=in_file,
    )


def manifest_of(
    definition: Definition, plan: Plan, organiser: Address, now: Timestamp, chain_id: int
) -> Manifest:
    """The manifest with a fresh seed; raises `DefinitionError`, `PlanError`, `ManifestError`.

    Refused beside what no manifest may hold: voting that starts before `now`, an opening before
    the chain is final, attested entries without registrars, a trustees' key off its curve.
    """
    timetable = definition.times.timetable()
    if timetable.opens_at <= now:
        raise DefinitionError(
            f"times.opens: {timetable.opens_at} is not after the chain's time, {now}"
        )
    require_finality(timetable, chain_id)
    key = definition.trustee_point
    if (key is not None) != (plan.secrecy is Secrecy.SEALED):
        raise DefinitionError("trusteeKey: a sealed election has one, an open election none")
    if key is not None:
        check(key)
    manifest = Manifest(
        secrecy=plan.secrecy,
        roll=summarise(plan.roll, in_file=plan.roll_in_file),
        text_hash=keccak(plan.text_json.encode()),
        seed=Word(secrets.token_bytes(32)),
        organiser=organiser,
        timetable=timetable,
        groups=group_totals(plan.roll, plan.classes),
        classes=plan.classes,
        items=plan.items,
        trustee_key=key,
        registrars=definition.registrar_addresses,
        threshold=definition.registrars.threshold if definition.registrars else 0,
        clerks=tuple(map(Address, definition.clerks)),
    )
    require_registrars(manifest, sum(e.kind is EntryKind.ATTESTED for e in plan.roll))
    return manifest
