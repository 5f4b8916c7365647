"""A whole election with all its keys at hand, from empty chain to certified result.

This is how demonstrations and replays are held: every ballot is signed by its own voter's key, made
here and forgotten here; registrars, clerks and trustees are played too. Openings and settlements
are worked out from the chain's events alone, as anyone else would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanpyo.chain.contracts import ElectionContract, FactoryContract, ItemResult
from hanpyo.elections import lifecycle
from hanpyo.elections.casting import Booth, SignedAct, Voter, cast_all
from hanpyo.elections.officials import Officials, new_key
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.elections.progress import Stages
from hanpyo.elections.record import ElectionRecord, read_record
from hanpyo.elections.venue import Venue
from hanpyo.protocol.types import Address, Secrecy


@dataclass(frozen=True, slots=True)
class Act:
    """What a voter does: padded choices, or None for a withdrawal, at a revision."""

    voter: int
    choices: bytes | None
    revision: int = 0


@dataclass(frozen=True)
class Held:
    """A certified election: its contract, its record and each item's result as the chain says."""

    contract: ElectionContract
    record: ElectionRecord
    results: tuple[ItemResult, ...]
    gas: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an election is held, who acts for it, and how long everything takes."""

    venue: Venue
    factory: FactoryContract
    officials: Officials
    periods: Periods


def hold(setting: Setting, plan: Plan, rounds: Sequence[Sequence[Act]], stages: Stages) -> Held:
    """Hold the planned election; `rounds` are cast one after another, each in any order."""
    venue, officials = setting.venue, setting.officials
    contract = _announce(setting, plan, stages)
    times = contract.manifest.timetable
    gas: dict[str, int] = {}
    signed = _sign(contract, plan, rounds, stages)
    venue.clock.wait_until(times.opens_at)
    with stages.stage("cast", sum(map(len, signed))) as advance:
        for acts in signed:
            receipts = cast_all(venue.relay, contract, acts, officials.registrars, advance)
            gas["cast"] = gas.get("cast", 0) + sum(receipt.gas_used for receipt in receipts)
    with stages.stage("wait for the close"):
        venue.clock.wait_until(times.barrier_at)
    record = _settle(venue, contract, stages)
    with stages.stage("wait for the opening"):
        venue.clock.wait_until(times.opening_at)
    if contract.manifest.secrecy is Secrecy.SEALED and officials.trustee is not None:
        venue.organiser.transact(contract.release_key(officials.trustee.secret))
        with stages.stage("open", sum(1 for _ in record.live())) as advance:
            lifecycle.open_all(venue.relay, contract, record, advance)
    with stages.stage("certify"):
        venue.clock.wait_until(times.certify_at)
        venue.relay.transact(contract.certify())
        final = read_record(contract)
        results = tuple(contract.result(number) for number in range(len(contract.manifest.items)))
    return Held(contract, final, results, gas)


def _announce(setting: Setting, plan: Plan, stages: Stages) -> ElectionContract:
    venue = setting.venue
    with stages.stage("create and freeze", len(plan.roll)) as advance:
        organiser = Address(bytes.fromhex(venue.organiser.address[2:]))
        timetable = setting.periods.starting(venue.clock.now())
        manifest = manifest_for(plan, organiser, timetable, setting.officials)
        contract = lifecycle.create(venue.organiser, setting.factory, manifest)
        lifecycle.publish_and_freeze(venue.organiser, contract, plan, advance)
    return contract


def _sign(
    contract: ElectionContract, plan: Plan, rounds: Sequence[Sequence[Act]], stages: Stages
) -> list[list[SignedAct]]:
    booth = Booth.of(contract)
    keys: dict[int, bytes] = {}
    signed: list[list[SignedAct]] = []
    with stages.stage("sign", sum(map(len, rounds))) as advance:
        for acts in rounds:
            signed.append([])
            for act in acts:
                entry = plan.roll[act.voter]
                key = keys.setdefault(act.voter, new_key())
                voter = Voter(act.voter, key, entry.weight, entry.class_)
                record = (
                    booth.withdrawal(voter, revision=act.revision)
                    if act.choices is None
                    else booth.ballot(voter, act.choices, revision=act.revision)
                )
                signed[-1].append(SignedAct(voter, record))
                advance(1)
    return signed


def _settle(venue: Venue, contract: ElectionContract, stages: Stages) -> ElectionRecord:
    record = read_record(contract)
    if record.later:
        with stages.stage("settle", len(record.later)) as advance:
            lifecycle.settle_all(venue.relay, contract, record, advance)
    return record
