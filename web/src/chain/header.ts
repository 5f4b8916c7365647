/** Block headers: the RLP is the identity, everything else follows from it, the hash included. */

import { at, type Bytes, keccak, toBig, toNumber } from "./bytes.ts";
import { Untrustworthy } from "./errors.ts";
import { asBytes, decodeList } from "./rlp.ts";

const LEAST_FIELDS = 15;
const MOST_FIELDS = 21;
const PARENT = 0;
const STATE = 3;
const TRANSACTIONS = 4;
const RECEIPTS = 5;
const BLOOM = 6;
const NUMBER = 8;
const TIMESTAMP = 11;
const SIZES: readonly (readonly [number, number])[] = [
  [PARENT, 32],
  [STATE, 32],
  [TRANSACTIONS, 32],
  [RECEIPTS, 32],
  [BLOOM, 256],
];
const LONGEST_NUMBER = 6;

/** A block header; `timestamp` is in seconds since 1970. */
export interface Header {
  readonly encoded: Bytes;
  readonly hash: Bytes;
  readonly number: number;
  readonly timestamp: bigint;
  readonly parentHash: Bytes;
  readonly stateRoot: Bytes;
  readonly receiptsRoot: Bytes;
  readonly bloom: Bytes;
}

/** The header with this encoding; throws `Untrustworthy`. */
export function decodeHeader(encoded: Bytes): Header {
  const fields = decodeList(encoded).map(asBytes);
  if (fields.length < LEAST_FIELDS || fields.length > MOST_FIELDS) {
    throw new Untrustworthy("the block header has a number of fields that no known fork has");
  }
  if (SIZES.some(([place, size]) => at(fields, place).length !== size)) {
    throw new Untrustworthy("a root, hash or bloom of the block header has the wrong size");
  }
  const number = at(fields, NUMBER);
  if (number.length > LONGEST_NUMBER) throw new Untrustworthy("no chain has so many blocks");
  return {
    encoded,
    hash: keccak(encoded),
    number: toNumber(number),
    timestamp: toBig(at(fields, TIMESTAMP)),
    parentHash: at(fields, PARENT),
    stateRoot: at(fields, STATE),
    receiptsRoot: at(fields, RECEIPTS),
    bloom: at(fields, BLOOM),
  };
}

/** Whether the bloom allows a log with this address or topic; false is certain. */
export function mayHold(header: Header, entry: Bytes): boolean {
  const digest = keccak(entry);
  return [0, 2, 4].every((place) => {
    const bit = toNumber(digest.subarray(place, place + 2)) & 2047;
    return (at(header.bloom, 255 - (bit >> 3)) >> (bit & 7)) & 1;
  });
}
