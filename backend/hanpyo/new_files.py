"""Files that come into being whole: on the disk when they are there at all, and over no other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

OWNER_ONLY: Final = 0o600


@contextmanager
def new_file(path: Path, mode: int = OWNER_ONLY) -> Iterator[BinaryIO]:
    """A new file to write to; synced at the end, removed when anything fails before.

    Raises `FileExistsError` and other `OSError`.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
