/** Byte strings as evidence holds them, beside what protocol/bytes.ts has of them. */

import { EncodingError, hex, integer, keccak, unhex } from "../protocol/bytes.ts";

export { concat, EncodingError, equal, hex, keccak, padded, tag, utf8 } from "../protocol/bytes.ts";

export type Bytes = Uint8Array;

const WORD = 32;
const MOST_NUMBER_BYTES = 6;

export const ZERO_WORD: Bytes = new Uint8Array(WORD);

/** The element at `place`; throws `EncodingError` beyond the end. */
export function at<T>(list: ArrayLike<T>, place: number): T {
  if (place < 0 || place >= list.length) {
    throw new EncodingError(`there is no element ${place} of ${list.length}`);
  }
  return list[place] as T;
}

/** The bytes of a value that should be `0x` and digits, exactly `size` of them when given. */
export function readHex(value: unknown, size?: number): Bytes {
  if (typeof value !== "string") throw new EncodingError("not hexadecimal text");
  return unhex(value, size);
}

/** However many parts, one after another; a call takes only so many arguments. */
export function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** Negative, zero or positive, as `one` stands before, at or after `other` in byte order. */
export function compare(one: Bytes, other: Bytes): number {
  const shared = Math.min(one.length, other.length);
  for (let place = 0; place < shared; place++) {
    const difference = at(one, place) - at(other, place);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Whether all bytes are zero. */
export function isZero(data: Bytes): boolean {
  return data.every((byte) => byte === 0);
}

/** An unsigned big-endian integer of any length. */
export function toBig(data: Bytes): bigint {
  return integer(data);
}

/** An unsigned big-endian integer of at most six bytes. */
export function toNumber(data: Bytes): number {
  if (data.length > MOST_NUMBER_BYTES) throw new EncodingError("an integer of more than 48 bits");
  return data.reduce((value, byte) => value * 256 + byte, 0);
}

/** `value` in `size` big-endian bytes; throws when it does not fit. */
export function bigBytes(value: bigint, size: number): Bytes {
  const text = value.toString(16);
  if (value < 0n || text.length > 2 * size) {
    throw new EncodingError(`${value} does not fit ${size} bytes`);
  }
  return unhex(`0x${text.padStart(2 * size, "0")}`);
}

/** An unsigned integer in a word; numbers stay below 2^53. */
export function word(value: bigint | number): Bytes {
  if (typeof value === "bigint") return bigBytes(value, WORD);
  const data = new Uint8Array(WORD);
  let left = value;
  for (let place = WORD - 1; left > 0; place--) {
    data[place] = left % 256;
    left = Math.floor(left / 256);
  }
  return data;
}

/** The keccak-256 of the parts as text, to look things up by. */
export function hashName(...parts: Bytes[]): string {
  return hex(keccak(...parts));
}
