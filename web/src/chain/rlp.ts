/** RLP (Ethereum Yellow Paper, appendix B), strict: one canonical form, no trailing bytes. */

import { at, type Bytes, bigBytes, concat, joined, toNumber } from "./bytes.ts";
import { Untrustworthy } from "./errors.ts";

export type Item = Bytes | readonly Item[];

const DEEPEST = 64;
const SHORT = 55;
const NOT_CANONICAL = "the bytes are not canonical RLP";

/** The bytes or list encoded; throws `Untrustworthy` for any other form. */
export function decodeRlp(encoded: Bytes): Item {
  const [item, end] = read(encoded, 0, encoded.length, 0);
  if (end !== encoded.length) throw new Untrustworthy(NOT_CANONICAL);
  return item;
}

/** The list encoded. */
export function decodeList(encoded: Bytes): readonly Item[] {
  return asList(decodeRlp(encoded));
}

export function asList(item: Item): readonly Item[] {
  if (item instanceof Uint8Array) {
    throw new Untrustworthy("the encoding holds bytes where a list belongs");
  }
  return item;
}

export function asBytes(item: Item): Bytes {
  if (!(item instanceof Uint8Array)) {
    throw new Untrustworthy("the encoding holds a list where bytes belong");
  }
  return item;
}

/** Bytes of an integer without leading zeros. */
export function asInteger(item: Item): Bytes {
  const data = asBytes(item);
  if (data[0] === 0) throw new Untrustworthy("an encoded integer has a leading zero");
  return data;
}

/** The encoding of bytes or of a list. */
export function encodeRlp(item: Item): Bytes {
  if (item instanceof Uint8Array) {
    return item.length === 1 && at(item, 0) < 0x80 ? item : concat(head(0x80, item.length), item);
  }
  const body = joined(item.map(encodeRlp));
  return concat(head(0xc0, body.length), body);
}

function head(base: number, length: number): Bytes {
  if (length <= SHORT) return Uint8Array.of(base + length);
  const size = Math.ceil(length.toString(16).length / 2);
  return concat(Uint8Array.of(base + SHORT + size), bigBytes(BigInt(length), size));
}

/** The item at `start` and where it ends. */
function read(data: Bytes, start: number, limit: number, depth: number): [Item, number] {
  if (start >= limit || depth > DEEPEST) throw new Untrustworthy(NOT_CANONICAL);
  const first = at(data, start);
  if (first < 0x80) return [data.subarray(start, start + 1), start + 1];
  const isList = first >= 0xc0;
  const [from, to] = bounds(data, start, limit, first - (isList ? 0xc0 : 0x80));
  if (!isList) {
    const bytes = data.subarray(from, to);
    if (bytes.length === 1 && at(bytes, 0) < 0x80) throw new Untrustworthy(NOT_CANONICAL);
    return [bytes, to];
  }
  const items: Item[] = [];
  let place = from;
  while (place < to) {
    const [item, end] = read(data, place, to, depth + 1);
    items.push(item);
    place = end;
  }
  return [items, to];
}

/** Where the payload after a first byte with this length code begins and ends. */
function bounds(data: Bytes, start: number, limit: number, code: number): [number, number] {
  if (code <= SHORT) return within(start + 1, code, limit);
  const size = code - SHORT;
  const from = start + 1 + size;
  if (size > 6 || from > limit || at(data, start + 1) === 0) throw new Untrustworthy(NOT_CANONICAL);
  const length = toNumber(data.subarray(start + 1, from));
  if (length <= SHORT) throw new Untrustworthy(NOT_CANONICAL);
  return within(from, length, limit);
}

function within(from: number, length: number, limit: number): [number, number] {
  if (from + length > limit) throw new Untrustworthy(NOT_CANONICAL);
  return [from, from + length];
}
