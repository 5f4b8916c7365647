/** The roll: entries, their Merkle tree and totals (docs/protocol.md section 3). */

import { at, type Bytes, compare, hex, keccak, toBig, toNumber, word } from "../chain/bytes.ts";
import type { ClassRow } from "../protocol/manifest.ts";
import { EncodingFault } from "./errors.ts";

export const ENTRY_BYTES = 43;
export const EntryKind = { listed: 1, attested: 2 } as const;

const SUBJECT = "roll";
const KEY_TYPES = 3;

/** One line of the roll: `who` is a key id (listed) or a member commitment (attested). */
export interface RollEntry {
  readonly kind: number;
  readonly who: Bytes;
  readonly weight: bigint;
  readonly class_: number;
}

/** The entries of a roll file, voter 0 first; throws `EncodingFault`. */
export function decodeRoll(data: Bytes): RollEntry[] {
  if (data.length % ENTRY_BYTES !== 0) {
    const problem = `${data.length} bytes are not whole entries of ${ENTRY_BYTES}`;
    throw new EncodingFault(SUBJECT, "length", problem);
  }
  const entries: RollEntry[] = [];
  for (let place = 0; place < data.length; place += ENTRY_BYTES) {
    entries.push(readEntry(data.subarray(place, place + ENTRY_BYTES), entries.length));
  }
  entries.forEach(checkEntry);
  checkDistinct(entries);
  return entries;
}

function readEntry(data: Bytes, number: number): RollEntry {
  const kind = at(data, 0);
  if (kind !== EntryKind.listed && kind !== EntryKind.attested) {
    throw new EncodingFault(SUBJECT, `voter ${number}`, `kind ${kind} is unknown`);
  }
  return {
    kind,
    who: data.subarray(1, 33),
    weight: toBig(data.subarray(33, 41)),
    class_: toNumber(data.subarray(41, 43)),
  };
}

function checkEntry(entry: RollEntry, number: number): void {
  const name = `voter ${number}`;
  if (entry.weight < 1n) throw new EncodingFault(SUBJECT, name, `weight ${entry.weight}`);
  const type = at(entry.who, 0);
  if (entry.kind === EntryKind.listed && (type < 1 || type > KEY_TYPES)) {
    throw new EncodingFault(SUBJECT, name, `key type ${type} is unknown`);
  }
}

function checkDistinct(entries: readonly RollEntry[]): void {
  if (entries.length === 0) throw new EncodingFault(SUBJECT, "size", "the roll is empty");
  const seen = new Map<string, number>();
  entries.forEach((entry, number) => {
    const name = hex(entry.who);
    const first = seen.get(name);
    if (first !== undefined) {
      const problem = `the same key or member as voter ${first}`;
      throw new EncodingFault(SUBJECT, `voter ${number}`, problem);
    }
    seen.set(name, number);
  });
}

/** OpenZeppelin's doubly hashed leaf of an entry under its voter number. */
export function rollLeaf(entry: RollEntry, voter: number): Bytes {
  const words = [word(voter), word(entry.kind), entry.who, word(entry.weight), word(entry.class_)];
  return keccak(keccak(...words));
}

/** The root of the roll's tree (OpenZeppelin's StandardMerkleTree). */
export function rollRoot(leaves: readonly Bytes[]): Bytes {
  const ordered = [...leaves].sort(compare);
  const nodes: Bytes[] = [...ordered.slice(1).map(() => new Uint8Array(0)), ...ordered.reverse()];
  for (let place = leaves.length - 2; place >= 0; place--) {
    nodes[place] = sortedPair(at(nodes, 2 * place + 1), at(nodes, 2 * place + 2));
  }
  return at(nodes, 0);
}

/** Whether the proof leads from the leaf to the root. */
export function rollProofHolds(root: Bytes, leaf: Bytes, proof: readonly Bytes[]): boolean {
  return compare(proof.reduce(sortedPair, leaf), root) === 0;
}

function sortedPair(one: Bytes, other: Bytes): Bytes {
  return compare(one, other) < 0 ? keccak(one, other) : keccak(other, one);
}

/** Heads and weight of each group that the class table names; throws `EncodingFault`. */
export function groupTotals(
  entries: readonly RollEntry[],
  classes: readonly ClassRow[],
): { heads: number; weight: bigint }[] {
  const most = classes.reduce((group, row) => Math.max(group, row.group), 0);
  const totals = Array.from({ length: most + 1 }, () => ({ heads: 0, weight: 0n }));
  entries.forEach((entry, number) => {
    const row = classes[entry.class_];
    if (row === undefined) {
      throw new EncodingFault(SUBJECT, `voter ${number}`, `there is no class ${entry.class_}`);
    }
    const total = at(totals, row.group);
    total.heads += 1;
    total.weight += entry.weight;
  });
  return totals;
}
