/** Reads bytes strictly from the front; whatever is cut short or left over is a fault. */

import { type Bytes, toBig, toNumber } from "../chain/bytes.ts";
import { EncodingFault } from "./errors.ts";

export class Reader {
  readonly #data: Bytes;
  readonly #subject: string;
  #place = 0;

  /** `subject` is what the bytes should be, for the words of a fault. */
  constructor(data: Bytes, subject: string) {
    this.#data = data;
    this.#subject = subject;
  }

  get remaining(): number {
    return this.#data.length - this.#place;
  }

  /** The next `length` bytes. */
  take(length: number, field: string): Bytes {
    const end = this.#place + length;
    if (end > this.#data.length) {
      this.refuse(
        field,
        `truncated: ${length} bytes needed at byte ${this.#place}, ${this.remaining} left`,
      );
    }
    const piece = this.#data.subarray(this.#place, end);
    this.#place = end;
    return piece;
  }

  /** The next `length` bytes, at most six, as an integer. */
  number(length: number, field: string): number {
    return toNumber(this.take(length, field));
  }

  /** The next `length` bytes as an integer. */
  big(length: number, field: string): bigint {
    return toBig(this.take(length, field));
  }

  finish(): void {
    if (this.remaining > 0) {
      this.refuse("end", `${this.remaining} trailing bytes after byte ${this.#place}`);
    }
  }

  /** Throws unless the condition holds. */
  check(condition: boolean, field: string, problem: string): void {
    if (!condition) this.refuse(field, problem);
  }

  refuse(field: string, problem: string): never {
    throw new EncodingFault(this.#subject, field, problem);
  }
}
