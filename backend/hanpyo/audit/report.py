"""What an audit says: named checks in a fixed order, each with its outcome, reason and details."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.protocol.voting_code import VotingCode


class Status(StrEnum):
    """The outcome of a check."""

    PASS = "PASS"  # noqa: S105  an outcome, not a password
    """Everything was recomputed and agrees."""
    FAIL = "FAIL"
    """Something does not agree; the details name it."""
    UNCHECKED = "UNCHECKED"
    """Something needed for the check was not given."""
    NOTE = "NOTE"
    """Nothing is wrong, and the reader must know this: not due yet, or enforced by the contract."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with the ballot, batch and transaction it concerns where it concerns one."""

    text: str
    voter: int | None = None
    batch: int | None = None
    transaction: bytes | None = None

    def __str__(self) -> str:
        where = [
            *([f"voter {self.voter}"] if self.voter is not None else []),
            *([f"batch {self.batch}"] if self.batch is not None else []),
            *([f"transaction 0x{self.transaction.hex()}"] if self.transaction else []),
        ]
        return ", ".join(where) + (": " if where else "") + self.text

    def as_json(self) -> dict[str, object]:
        """The finding with the keys that apply."""
        values: dict[str, object] = {
            "text": self.text,
            "voter": self.voter,
            "batch": self.batch,
            "transaction": None if self.transaction is None else "0x" + self.transaction.hex(),
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Check:
    """One named check; `name` is stable, `reason` is for people."""

    name: str
    status: Status
    reason: str
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The check as the JSON output shows it."""
        return {
            "name": self.name,
            "status": str(self.status),
            "reason": self.reason,
            "findings": [finding.as_json() for finding in self.findings],
        }


def judge(
    name: str, findings: Sequence[Finding], passed: str, *, notes: Sequence[Finding] = ()
) -> Check:
    """FAIL with the findings; else NOTE with the notes; else PASS for the reason `passed`."""
    if findings:
        count = len(findings)
        reason = str(findings[0]) if count == 1 else f"{count} findings, first: {findings[0]}"
        return Check(name, Status.FAIL, reason, tuple(findings))
    if notes:
        return Check(name, Status.NOTE, f"{passed}; {notes[0]}", tuple(notes))
    return Check(name, Status.PASS, passed)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One fraction of a rule held against the figures: `part` out of `base`."""

    part_name: str
    base_name: str
    unit: str
    part: int
    base: int
    needed: str
    met: bool

    def __str__(self) -> str:
        verdict = "met" if self.met else "not met"
        return (
            f"{self.part_name} {self.part} of {self.base} ({self.base_name}, {self.unit}): "
            f"{self.needed} {verdict}"
        )


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One agenda item recomputed; `heads` and `weights` are its cells: blank, options, invalid."""

    number: int
    title: str
    options: tuple[str, ...]
    outcome: str
    present: tuple[int, int]
    eligible: tuple[int, int]
    heads: tuple[int, ...]
    weights: tuple[int, ...]
    requirements: tuple[Requirement, ...] = ()
    counting: tuple[str, ...] = ()
    selected: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, object]:
        """The item as the JSON output shows it; options are numbered from 1."""
        return {
            "item": self.number,
            "title": self.title,
            "options": list(self.options),
            "outcome": self.outcome,
            "presentHeads": self.present[0],
            "presentWeight": self.present[1],
            "eligibleHeads": self.eligible[0],
            "eligibleWeight": self.eligible[1],
            "blank": {"heads": self.heads[0], "weight": self.weights[0]},
            "invalid": {"heads": self.heads[-1], "weight": self.weights[-1]},
            "heads": list(self.heads[1:-1]),
            "weights": list(self.weights[1:-1]),
            "requirements": [
                {
                    "part": each.part_name,
                    "base": each.base_name,
                    "unit": each.unit,
                    "value": each.part,
                    "of": each.base,
                    "needed": each.needed,
                    "met": each.met,
                }
                for each in self.requirements
            ],
            "counting": list(self.counting),
            "selected": None if self.selected is None else list(self.selected),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The whole audit. What it says holds for the block named here, trusted as `source` says."""

    election: bytes
    chain_id: int
    block_number: int
    block_hash: bytes
    source: str
    phase: str
    checks: tuple[Check, ...]
    items: tuple[ItemResult, ...] = ()
    voting_code: VotingCode = ()

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(check.status is not Status.FAIL for check in self.checks)

    def check(self, name: str) -> Check:
        """The check with this name; KeyError when the audit did not get that far."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.status is Status.FAIL)

    def as_json(self) -> dict[str, object]:
        """The report for machines; keys are stable."""
        return {
            "election": "0x" + self.election.hex(),
            "chainId": self.chain_id,
            "block": {"number": self.block_number, "hash": "0x" + self.block_hash.hex()},
            "source": self.source,
            "phase": self.phase,
            "ok": self.ok,
            "checks": [check.as_json() for check in self.checks],
            "items": [item.as_json() for item in self.items],
            "votingCode": dict(self.voting_code),
        }
