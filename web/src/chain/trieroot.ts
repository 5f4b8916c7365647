/** The root over a block's receipts: a trie whose keys are encoded positions. */

import { at, type Bytes, hex, keccak, readHex } from "./bytes.ts";
import { integerBytes } from "./quantities.ts";
import { encodeRlp, type Item } from "./rlp.ts";
import { EMPTY_ROOT } from "./trie.ts";

const HASHED = 32;
const NOTHING: Bytes = new Uint8Array(0);

/** A path of nibbles as digits, and the value at its end. */
type Leaf = readonly [path: string, value: Bytes];

/** The root over values at the positions 0, 1, …. */
export function orderedRoot(values: readonly Bytes[]): Bytes {
  const leaves = values.map(
    (value, place): Leaf => [hex(encodeRlp(integerBytes(BigInt(place)))).slice(2), value],
  );
  leaves.sort(([one], [other]) => (one < other ? -1 : 1));
  return leaves.length === 0 ? EMPTY_ROOT : keccak(encodeRlp(build(leaves)));
}

/** The node over sorted leaves; no path is the start of another, positions being what they are. */
function build(leaves: readonly Leaf[]): Item {
  const [first, last] = [at(leaves, 0), at(leaves, leaves.length - 1)];
  if (leaves.length === 1) return [packed(first[0], true), first[1]];
  let shared = 0;
  while (first[0][shared] === last[0][shared]) shared += 1;
  if (shared > 0) {
    const rest = leaves.map(([path, value]): Leaf => [path.slice(shared), value]);
    return [packed(first[0].slice(0, shared), false), reference(build(rest))];
  }
  const children = Array.from("0123456789abcdef", (nibble) => {
    const own = leaves
      .filter(([path]) => path[0] === nibble)
      .map(([path, value]): Leaf => [path.slice(1), value]);
    return own.length === 0 ? NOTHING : reference(build(own));
  });
  return [...children, NOTHING];
}

function reference(node: Item): Item {
  const encoded = encodeRlp(node);
  return encoded.length >= HASHED ? keccak(encoded) : node;
}

/** Hex-prefix encoding (Yellow Paper, appendix C). */
function packed(path: string, leaf: boolean): Bytes {
  const flag = leaf ? 2 : 0;
  return readHex(path.length % 2 === 1 ? `0x${flag + 1}${path}` : `0x${flag}0${path}`);
}
