"""The sender's memory of what it signed: attempts by nonce, over a journal."""

from collections.abc import Iterable, Sequence

from hanpyo.chain.journal import Attempt, Journal, Owner


class Ledger:
    """Attempts by nonce. Everything added is in the journal first."""

    def __init__(self, journal: Journal, owner: Owner) -> None:
        """Raises `JournalError` when the journal is another's or unreadable."""
        self._journal = journal
        self._attempts: dict[int, list[Attempt]] = {}
        self._remember(journal.open(owner))

    def add(self, attempts: Sequence[Attempt]) -> None:
        """Keep `attempts` durably."""
        self._journal.record(attempts)
        self._remember(attempts)

    def newest(self, nonce: int) -> Attempt:
        """The last attempt signed for `nonce`."""
        return self._attempts[nonce][-1]

    def all(self, nonce: int) -> Sequence[Attempt]:
        """Every attempt signed for `nonce`, oldest first."""
        return self._attempts[nonce]

    def holds(self, nonce: int) -> bool:
        """Whether anything was ever signed for `nonce`."""
        return nonce in self._attempts

    def since(self, nonce: int) -> list[int]:
        """The nonces from `nonce` on that hold attempts, in order."""
        return sorted(known for known in self._attempts if known >= nonce)

    def next(self) -> int:
        """One past the highest nonce ever signed."""
        return max(self._attempts, default=-1) + 1

    def labelled(self, label: str) -> list[int]:
        """The nonces whose first attempt carries `label`, in order."""
        return sorted(
            nonce for nonce, attempts in self._attempts.items() if attempts[0].label == label
        )

    def _remember(self, attempts: Iterable[Attempt]) -> None:
        for attempt in attempts:
            self._attempts.setdefault(attempt.nonce, []).append(attempt)
