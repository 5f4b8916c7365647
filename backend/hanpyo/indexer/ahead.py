"""Reading ahead: the next portion is fetched and parsed while the database takes the last one."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

_T = TypeVar("_T")
_MANY: Final = 1_000


def ahead(source: Iterator[_T]) -> Iterator[_T]:
    """The same items; one is made in another thread while the caller works on the one before."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield item


@contextmanager
def without_collecting(items: int) -> Iterator[None]:
    """Let the collector of cycles rest while many objects are made that have none."""
    if items < _MANY or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
