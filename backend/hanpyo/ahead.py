"""Working ahead: another thread makes the next item while the caller works on the last."""

import gc
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")


def ahead(source: Iterator[_T]) -> Generator[_T, None, None]:
    """The same items; one is made in another thread while the caller works on the one before.

    Closing it waits for the one that is being made, and closes a source that is a generator too.
    """
    try:
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(next, source, None)
            while (item := coming.result()) is not None:
                coming = pool.submit(next, source, None)
                yield item
    finally:
        if isinstance(source, Generator):
            source.close()


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let the collector of cycles rest for some seconds of making many objects that have none.

    It would look at hundreds of thousands of them again and again, a tenth of the time of a
    rebuild. What other threads leave behind meanwhile is collected afterwards.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
