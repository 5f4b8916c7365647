/**
 * Reading JSON that strangers wrote: only own fields of plain objects, only the types expected,
 * only numbers that are exact. Nothing is copied from it into objects of ours.
 */

import { EncodingError } from "./bytes.ts";

/** The entries of a JSON object. */
export function readEntries(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EncodingError("not a JSON object");
  }
  return Object.entries(value);
}

/** The own field of a JSON object; throws `EncodingError` where it has none. */
export function readField(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EncodingError("not a JSON object");
  }
  if (!Object.hasOwn(value, name)) throw new EncodingError(`${name} is missing`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The own field of a JSON object, undefined where there is none or no object. */
export function optionalField(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

export function readList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new EncodingError("not a JSON array");
  return value;
}

export function readText(value: unknown): string {
  if (typeof value !== "string") throw new EncodingError("not text");
  return value;
}

/** A whole number from 0 on that JSON carries exactly. */
export function readCount(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new EncodingError("not a whole number");
  }
  return value;
}
