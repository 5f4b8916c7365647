"""Branch streams: some leaves of a batch in full, the rest as subtree roots (docs/protocol.md section 9)."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.reading import Reader
from hanpyo.protocol.tree import TreeError, next_level
from hanpyo.protocol.types import Digest

RECORD, OUTSIDE = 0, 255
"""The tokens before a leaf's record and before a record outside the tree."""
MAX_TOKEN = 31


def encode_stream(
    leaves: Sequence[Digest], records: Mapping[int, bytes], outside: Sequence[bytes] = ()
) -> bytes:
    """The stream that shows the leaves at the keys of `records` and hides the others.

    `outside` are records of voters without a first; they come last.
    """
    positions = sorted(records)
    if positions and not 0 <= positions[0] <= positions[-1] < len(leaves):
        raise TreeError("positions", f"there are only {len(leaves)} leaves")
    levels: list[Sequence[Digest]] = [leaves]
    while len(levels[-1]) > 1:
        levels.append(next_level(levels[-1]))
    parts: list[bytes] = []
    start = 0
    for height in range(len(leaves).bit_length() - 1, -1, -1):
        if len(leaves) >> height & 1:
            _emit(parts, levels, positions, records, height, start >> height)
            start += 1 << height
    parts += [bytes((OUTSIDE,)) + record for record in outside]
    return b"".join(parts)


def _emit(
    parts: list[bytes],
    levels: Sequence[Sequence[Digest]],
    positions: Sequence[int],
    records: Mapping[int, bytes],
    height: int,
    index: int,
) -> None:
    start, end = index << height, (index + 1) << height
    if bisect_left(positions, start) == bisect_left(positions, end):
        parts.append(bytes((height + 1,)) + levels[height][index])
    elif height == 0:
        parts.append(bytes((RECORD,)) + records[index])
    else:
        _emit(parts, levels, positions, records, height - 1, 2 * index)
        _emit(parts, levels, positions, records, height - 1, 2 * index + 1)


def rebuild_root(
    reader: Reader,
    take_record: Callable[[Reader], Digest],
    take_outside: Callable[[Reader], None] | None = None,
) -> Digest:
    """Read a stream to its end and return the root it makes.

    `take_record` reads one leaf's record and returns the leaf's hash; `take_outside` reads a record
    outside the tree, where the stream may hold one.
    """
    stack: list[tuple[int, Digest]] = []
    while reader.remaining:
        token = reader.integer(1, "token")
        if token == OUTSIDE and take_outside is not None:
            take_outside(reader)
        elif token == RECORD:
            _push(stack, 0, take_record(reader))
        elif token <= MAX_TOKEN:
            _push(stack, token - 1, Digest(reader.take(32, "subtree root")))
        else:
            raise TreeError("token", f"{token} is unknown")
    if not stack:
        raise TreeError("stream", "holds no leaf")
    node = stack.pop()[1]
    while stack:
        node = keccak(stack.pop()[1] + node)
    return node


def _push(stack: list[tuple[int, Digest]], height: int, node: Digest) -> None:
    while stack and stack[-1][0] == height:
        node = keccak(stack.pop()[1] + node)
        height += 1
    stack.append((height, node))
