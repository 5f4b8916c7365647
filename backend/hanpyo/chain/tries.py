"""Merkle–Patricia tries (Ethereum Yellow Paper, appendix D): roots, proofs and their verification.

A proof is the list of encoded nodes from the root towards the key. Nothing here trusts its source:
a proof either hashes up to the root or raises `InvalidProof` or `InvalidEncoding`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from eth_hash.auto import keccak

from hanpyo.chain.encoding import as_list, decode, encode
from hanpyo.chain.errors import InvalidProof

_Node: TypeAlias = "bytes | Sequence[_Node]"
_Items: TypeAlias = list[tuple[bytes, bytes]]  # (path in nibbles, value), sorted

EMPTY_ROOT: Final = keccak(encode(b""))
_BRANCH: Final = 17  # sixteen children and a value
_SHORT: Final = 2  # a leaf or an extension: path, and value or child
_HASHED: Final = 32  # a node of at least this many bytes is referred to by its hash


def ordered_root(values: Sequence[bytes]) -> bytes:
    """The root over a block's transactions or receipts: each key is an encoded position."""
    return trie_root(_ordered(values))


def ordered_proof(values: Sequence[bytes], position: int) -> list[bytes]:
    """The proof that `values[position]` stands there under `ordered_root(values)`."""
    return trie_proof(_ordered(values), encode(position))


def read_ordered_proof(root: bytes, position: int, proof: Sequence[bytes]) -> bytes:
    """The value proven to stand at `position`; raises `InvalidProof`, also for an absence."""
    value = read_proof(root, encode(position), proof)
    if value is None:
        raise InvalidProof(f"the proof shows that nothing stands at position {position}")
    return value


def trie_root(items: Mapping[bytes, bytes]) -> bytes:
    """The root hash over `items`, whose values are not empty."""
    return keccak(encode(_encodable(_build(_sorted(items)))))


def trie_proof(items: Mapping[bytes, bytes], key: bytes) -> list[bytes]:
    """The proof of the value of `key`, or of its absence, under `trie_root(items)`."""
    proof: list[bytes] = []
    node = _build(_sorted(items))
    rest: bytes | None = _nibbles(key)
    while rest is not None and node and not isinstance(node, bytes):
        encoded = encode(_encodable(node))
        if not proof or len(encoded) >= _HASHED:
            proof.append(encoded)
        node, rest = _descend(node, rest)
    return proof


def read_proof(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The value of `key` under `root`, None for a proven absence; raises `InvalidProof`."""
    nodes = {keccak(node): node for node in proof}
    node: _Node = b"" if root == EMPTY_ROOT else root
    rest: bytes | None = _nibbles(key)
    while rest is not None and node:
        node, rest = _descend(_resolve(node, nodes), rest)
    if not isinstance(node, bytes):
        raise InvalidProof("a value in the proof is not bytes")
    return node or None


def _ordered(values: Sequence[bytes]) -> dict[bytes, bytes]:
    return {encode(position): value for position, value in enumerate(values)}


def _sorted(items: Mapping[bytes, bytes]) -> _Items:
    return sorted((_nibbles(key), value) for key, value in items.items())


def _build(items: _Items, depth: int = 0) -> _Node:
    """The tree over `items`, which agree in their first `depth` nibbles; children are nested."""
    if not items:
        return b""
    first, last = items[0][0], items[-1][0]
    if len(items) == 1:
        return [_packed(first[depth:], leaf=True), items[0][1]]
    end = depth
    while end < min(len(first), len(last)) and first[end] == last[end]:
        end += 1
    if end > depth:
        return [_packed(first[depth:end], leaf=False), _build(items, end)]
    value = items.pop(0)[1] if len(first) == depth else b""
    children = [
        _build([item for item in items if item[0][depth] == nibble], depth + 1)
        for nibble in range(16)
    ]
    return [*children, value]


def _encodable(node: _Node) -> _Node:
    """`node` with each large child replaced by its hash."""
    if isinstance(node, bytes):
        return node
    return [_reference(child) for child in node]


def _reference(child: _Node) -> _Node:
    if isinstance(child, bytes):
        return child
    encodable = _encodable(child)
    encoded = encode(encodable)
    return keccak(encoded) if len(encoded) >= _HASHED else encodable


def _descend(node: Sequence[_Node], nibbles: bytes) -> tuple[_Node, bytes | None]:
    """One step from `node`: the child and the nibbles left, or the value (b"" if none) and None."""
    if len(node) == _BRANCH:
        return (node[nibbles[0]], nibbles[1:]) if nibbles else (node[_BRANCH - 1], None)
    if len(node) != _SHORT or not isinstance(node[0], bytes) or not node[0]:
        raise InvalidProof("a node of the proof is neither branch, extension nor leaf")
    path, leaf = _unpacked(node[0])
    if leaf:
        return (node[1] if path == nibbles else b""), None
    if not nibbles.startswith(path):
        return b"", None
    return node[1], nibbles[len(path) :]


def _resolve(reference: _Node, nodes: Mapping[bytes, bytes]) -> Sequence[_Node]:
    if not isinstance(reference, bytes):
        return reference
    encoded = nodes.get(reference)
    if encoded is None:
        raise InvalidProof(f"the proof lacks the node 0x{reference.hex()}")
    return as_list(decode(encoded))


def _nibbles(key: bytes) -> bytes:
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _packed(path: bytes, *, leaf: bool) -> bytes:
    """Hex-prefix encoding (Yellow Paper, appendix C)."""
    flag = 2 if leaf else 0
    padded = bytes([flag + 1]) + path if len(path) % 2 else bytes([flag, 0]) + path
    return bytes(padded[i] << 4 | padded[i + 1] for i in range(0, len(padded), 2))


def _unpacked(packed: bytes) -> tuple[bytes, bool]:
    nibbles = _nibbles(packed)
    odd = nibbles[0] & 1
    return nibbles[1 if odd else 2 :], nibbles[0] >= 2  # noqa: PLR2004  the leaf flag
