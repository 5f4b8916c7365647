"""Branch streams: some leaves of a batch in full, the rest as roots of subtrees.

docs/protocol.md section 9. The heights of the subtrees left after joining fall from left to right,
so that a stream has one shape for one set of leaves.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

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

    def emit(height: int, index: int) -> Iterator[bytes]:
        start, end = index << height, (index + 1) << height
        if bisect_left(positions, start) == bisect_left(positions, end):
            yield bytes((height + 1,)) + levels[height][index]
        elif height == 0:
            yield bytes((RECORD,)) + records[index]
        else:
            yield from emit(height - 1, 2 * index)
            yield from emit(height - 1, 2 * index + 1)

    parts: list[bytes] = []
    start = 0
    for height in range(len(leaves).bit_length() - 1, -1, -1):
        if len(leaves) >> height & 1:
            parts += emit(height, start >> height)
            start += 1 << height
    parts += [bytes((OUTSIDE,)) + record for record in outside]
    return b"".join(parts)


def rebuild_root(
    reader: Reader,
    take_record: Callable[[Reader], Digest],
    take_outside: Callable[[Reader], None] | None = None,
) -> Digest | None:
    """Read a stream to its end and return the root it makes; None when it holds no leaf.

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
    root: Digest | None = None
    while stack:
        node = stack.pop()[1]
        root = node if root is None else keccak(node + root)
    return root


def _push(stack: list[tuple[int, Digest]], height: int, node: Digest) -> None:
    while stack and stack[-1][0] == height:
        node = keccak(stack.pop()[1] + node)
        height += 1
    if stack and stack[-1][0] < height:
        raise TreeError("height", f"a subtree of height {height} follows a smaller one")
    stack.append((height, node))
