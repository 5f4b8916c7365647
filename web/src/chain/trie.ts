/** Merkle–Patricia proofs (Yellow Paper, appendix D): what a root says of one key. */

import { at, type Bytes, equal, hex, keccak } from "./bytes.ts";
import { Untrustworthy } from "./errors.ts";
import { asList, decodeRlp, encodeRlp, type Item } from "./rlp.ts";

const BRANCH = 17;
const SHORT = 2;

export const EMPTY_ROOT: Bytes = keccak(encodeRlp(new Uint8Array(0)));

/** Encoded trie nodes by their hash; a node shared by many proofs is hashed once. */
export class Nodes {
  readonly #decoded = new Map<string, Item>();
  readonly #hashes = new WeakMap<Bytes, string>();

  /** The nodes of one proof by hash. */
  index(nodes: readonly Bytes[]): ReadonlyMap<string, Bytes> {
    return new Map(nodes.map((node) => [this.#hash(node), node]));
  }

  decode(hash: string, node: Bytes): Item {
    const known = this.#decoded.get(hash);
    if (known !== undefined) return known;
    const item = decodeRlp(node);
    this.#decoded.set(hash, item);
    return item;
  }

  #hash(node: Bytes): string {
    let hash = this.#hashes.get(node);
    if (hash === undefined) {
      hash = hex(keccak(node));
      this.#hashes.set(node, hash);
    }
    return hash;
  }
}

/** The value of `key` under `root`, undefined for a proven absence. */
export function readProof(
  root: Bytes,
  key: Bytes,
  proof: readonly Bytes[],
  nodes: Nodes,
): Bytes | undefined {
  const known = nodes.index(proof);
  let node: Item = equal(root, EMPTY_ROOT) ? new Uint8Array(0) : root;
  let rest: Bytes | undefined = nibbles(key);
  while (rest !== undefined && node.length > 0) {
    const step: [Item, Bytes | undefined] = descend(resolve(node, known, nodes), rest);
    node = step[0];
    rest = step[1];
  }
  if (!(node instanceof Uint8Array)) throw new Untrustworthy("a value in the proof is not bytes");
  return node.length === 0 ? undefined : node;
}

function resolve(node: Item, known: ReadonlyMap<string, Bytes>, nodes: Nodes): readonly Item[] {
  if (!(node instanceof Uint8Array)) return node;
  const hash = hex(node);
  const encoded = known.get(hash);
  if (encoded === undefined) throw new Untrustworthy(`the proof lacks the node ${hash}`);
  return asList(nodes.decode(hash, encoded));
}

/** One step: the child and the nibbles left, or the value and undefined. */
function descend(node: readonly Item[], rest: Bytes): [Item, Bytes | undefined] {
  if (node.length === BRANCH) {
    return rest.length > 0
      ? [at(node, at(rest, 0)), rest.subarray(1)]
      : [at(node, BRANCH - 1), undefined];
  }
  const [packed, child] = node;
  if (node.length !== SHORT || !(packed instanceof Uint8Array) || packed.length === 0) {
    throw new Untrustworthy("a node of the proof is neither branch, extension nor leaf");
  }
  const path = nibbles(packed);
  const flag = at(path, 0);
  const own = path.subarray(flag & 1 ? 1 : 2);
  const nothing = new Uint8Array(0);
  if (flag >= 2) return [equal(own, rest) ? (child ?? nothing) : nothing, undefined];
  if (!equal(own, rest.subarray(0, own.length))) return [nothing, undefined];
  return [child ?? nothing, rest.subarray(own.length)];
}

function nibbles(key: Bytes): Bytes {
  const found = new Uint8Array(2 * key.length);
  key.forEach((byte, place) => {
    found[2 * place] = byte >> 4;
    found[2 * place + 1] = byte & 15;
  });
  return found;
}
