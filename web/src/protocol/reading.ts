/** Strict reading of big-endian fields, one after another. */

import { type Bytes, concat, EncodingError, integer } from "./bytes.ts";

/** Reads bytes from the front and refuses to read beyond the end. */
export class Reader {
  #at = 0;
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Where the next byte stands. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.#data.length - this.#at;
  }

  /** The next `length` bytes. */
  take(length: number): Bytes {
    if (length > this.remaining) {
      throw new EncodingError(`the bytes end at ${this.#data.length}`);
    }
    const part = concat(this.#data.subarray(this.#at, this.#at + length));
    this.#at += length;
    return part;
  }

  /** The next unsigned integer of at most 6 bytes. */
  small(length: number): number {
    return Number(this.big(length));
  }

  /** The next unsigned integer of any length. */
  big(length: number): bigint {
    return integer(this.take(length));
  }

  /** Refuse bytes that nobody asked for. */
  finish(): void {
    if (this.remaining > 0) {
      throw new EncodingError(`${this.remaining} bytes too many`);
    }
  }
}

/** Refuse what does not hold. */
export function require(condition: boolean, what: string): asserts condition {
  if (!condition) {
    throw new EncodingError(what);
  }
}
