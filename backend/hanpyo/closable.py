"""What holds files or connections, and lets go of them at the end of a `with`."""

from abc import ABC, abstractmethod
from typing import Self


class Closable(ABC):
    """Closed at the end of a `with`, whatever happens in it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""
