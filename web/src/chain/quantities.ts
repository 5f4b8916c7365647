/** Strict reading of the two hexadecimal forms of Ethereum JSON-RPC; anything else is refused. */

import { type Bytes, bigBytes, EncodingError, readHex } from "./bytes.ts";
import { SourceFailed } from "./errors.ts";
import { readField } from "./json.ts";

const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;
const HASH = 32;

/** A quantity of JSON-RPC. */
export function toQuantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** The integer in an answer's field `name`. */
export function readQuantity(value: unknown, name: string): bigint {
  if (typeof value !== "string" || !QUANTITY.test(value)) {
    throw new SourceFailed(`${name} is not a hexadecimal quantity`);
  }
  return BigInt(value);
}

/** A block number, index or the like: an integer that fits a number exactly. */
export function readPlace(value: unknown, name: string): number {
  const place = readQuantity(value, name);
  if (place > BigInt(Number.MAX_SAFE_INTEGER))
    throw new SourceFailed(`${name} is absurd: ${place}`);
  return Number(place);
}

/** The bytes in an answer's field `name`, of exactly `size` bytes when given. */
export function readData(value: unknown, name: string, size?: number): Bytes {
  try {
    return readHex(value, size);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new SourceFailed(`${name} is not hexadecimal data: ${error.message}`);
  }
}

export function readHash(value: unknown, name: string): Bytes {
  return readData(value, name, HASH);
}

/** The array in an answer's field `name`. */
export function readArray(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new SourceFailed(`${name} is not a JSON array`);
  return value;
}

/** A field of a JSON object in an answer, undefined where it has none. */
export function tellField(value: unknown, name: string): unknown {
  try {
    return readField(value, name);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** An integer as RLP holds it: big-endian bytes without leading zeros. */
export function integerBytes(value: bigint): Bytes {
  return value === 0n
    ? new Uint8Array(0)
    : bigBytes(value, Math.ceil(value.toString(16).length / 2));
}
