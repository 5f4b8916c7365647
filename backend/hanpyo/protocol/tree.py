"""The two Merkle trees of the record: the roll's (sorted pairs) and a batch's (in order).

`RollTree` is OpenZeppelin's StandardMerkleTree; `batch_root` has the shape of RFC 6962.
"""

from collections.abc import Sequence
from typing import ClassVar

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.reading import EncodingError, require
from hanpyo.protocol.types import Digest


class TreeError(EncodingError):
    """A tree, proof or stream that does not hold together."""

    code: ClassVar[str] = "bad_tree"
    subject: ClassVar[str] = "Merkle tree"


def _sorted_pair(left: bytes, right: bytes) -> Digest:
    return keccak(left + right if left < right else right + left)


class RollTree:
    """A complete tree over leaf hashes in any order; proofs need only the leaf."""

    def __init__(self, leaves: Sequence[Digest]) -> None:
        require(bool(leaves), "leaves", "the roll is empty", TreeError)
        ordered = sorted(leaves)
        nodes: list[Digest] = [Digest(b"")] * (len(ordered) - 1) + ordered[::-1]
        for index in range(len(ordered) - 2, -1, -1):
            nodes[index] = _sorted_pair(nodes[2 * index + 1], nodes[2 * index + 2])
        self._nodes = nodes
        self._index = {leaf: len(nodes) - 1 - at for at, leaf in enumerate(ordered)}
        require(len(self._index) == len(ordered), "leaves", "two are equal", TreeError)

    @property
    def root(self) -> Digest:
        """The root that the manifest holds."""
        return self._nodes[0]

    def proof(self, leaf: Digest) -> tuple[Digest, ...]:
        """The siblings from a leaf up to the root; `TreeError` when the leaf is not in the tree."""
        index = self._index.get(leaf)
        if index is None:
            raise TreeError("leaf", f"{leaf.hex()} is not in the roll")
        siblings = []
        while index:
            siblings.append(self._nodes[index + 1 if index % 2 else index - 1])
            index = (index - 1) // 2
        return tuple(siblings)


def verify_roll_proof(root: Digest, leaf: Digest, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the leaf to the root."""
    node = leaf
    for sibling in proof:
        node = _sorted_pair(node, sibling)
    return node == root


def batch_root(leaves: Sequence[Digest]) -> Digest:
    """The root of a batch's tree: a level's odd last node moves up unchanged."""
    require(bool(leaves), "leaves", "a batch without a leaf has no root", TreeError)
    level = list(leaves)
    while len(level) > 1:
        level = next_level(level)
    return level[0]


def next_level(level: Sequence[Digest]) -> list[Digest]:
    """The parents of a level, in order."""
    parents = [keccak(level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        parents.append(level[-1])
    return parents
