"""What the replay finds, under the names of the checks it concerns, and what it counted."""

from collections import Counter, defaultdict

from hanpyo.audit.report import Finding


class Findings:
    """Findings and notes by check name, and numbers of things checked by name.

    `transaction` is the one under examination; a finding belongs to it unless it names another.
    """

    def __init__(self) -> None:
        self.transaction: bytes | None = None
        self._failures: defaultdict[str, list[Finding]] = defaultdict(list)
        self._notes: defaultdict[str, list[Finding]] = defaultdict(list)
        self.counts: Counter[str] = Counter()

    def fail(
        self,
        check: str,
        text: str,
        *,
        voter: int | None = None,
        batch: int | None = None,
        transaction: bytes | None = None,
    ) -> None:
        """Something does not agree."""
        self._failures[check].append(Finding(text, voter, batch, transaction or self.transaction))

    def note(
        self,
        check: str,
        text: str,
        *,
        voter: int | None = None,
        batch: int | None = None,
        transaction: bytes | None = None,
    ) -> None:
        """Something the reader must know."""
        self._notes[check].append(Finding(text, voter, batch, transaction or self.transaction))

    def failures(self, check: str) -> list[Finding]:
        """What failed under this name, in the order found."""
        return self._failures[check]

    def notes(self, check: str) -> list[Finding]:
        """What was noted under this name."""
        return self._notes[check]
