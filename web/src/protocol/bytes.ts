/** Bytes, words and hashes, as docs/protocol.md section 1 writes them. */

import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** Bytes over a plain buffer, which WebCrypto and IndexedDB take. */
export type Bytes = Uint8Array<ArrayBuffer>;
/** 0x and an even number of hexadecimal digits. */
export type Hex = `0x${string}`;

const WORD = 32;
const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

/** Something that is not encoded as the protocol says. */
export class EncodingError extends Error {
  override name = "EncodingError";
}

/** Bytes one after another. */
export function concat(...parts: Uint8Array[]): Bytes {
  return concatBytes(...parts) as Bytes;
}

/** Bytes as text. */
export function hex(data: Uint8Array): Hex {
  return `0x${bytesToHex(data)}`;
}

/** The bytes of a text; refuses everything but 0x and pairs of digits. */
export function unhex(text: string, length?: number): Bytes {
  if (!HEX.test(text)) {
    throw new EncodingError("not hexadecimal text");
  }
  const data = hexToBytes(text.slice(2)) as Bytes;
  if (length !== undefined && data.length !== length) {
    throw new EncodingError(`${data.length} bytes instead of ${length}`);
  }
  return data;
}

/** UTF-8. */
export function utf8(text: string): Bytes {
  return utf8ToBytes(text) as Bytes;
}

/** An unsigned integer in so many big-endian bytes; refuses what does not fit. */
export function number(value: bigint | number, length: number): Bytes {
  let rest = BigInt(value);
  const data = new Uint8Array(length);
  for (let at = length - 1; at >= 0; at -= 1) {
    data[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) {
    throw new EncodingError(`${value} does not fit ${length} bytes`);
  }
  return data;
}

/** An unsigned integer as a word. */
export function word(value: bigint | number): Bytes {
  return number(value, WORD);
}

/** The unsigned integer of big-endian bytes. */
export function integer(data: Uint8Array): bigint {
  return data.length === 0 ? 0n : BigInt(`0x${bytesToHex(data)}`);
}

/** Bytes as a word, zeros on the left. */
export function padded(data: Uint8Array): Bytes {
  if (data.length > WORD) {
    throw new EncodingError(`${data.length} bytes are more than a word`);
  }
  return concat(new Uint8Array(WORD - data.length), data);
}

/** Whether two byte strings are the same. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

/** keccak-256 of the parts one after another. */
export function keccak(...parts: Uint8Array[]): Bytes {
  return keccak_256(concat(...parts)) as Bytes;
}

/** The word that starts every hash of one purpose. */
export function tag(name: string): Bytes {
  return keccak(utf8(`hanpyo.${name}.v1`));
}
