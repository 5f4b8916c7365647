/**
 * A ballot's choices: from what a voter means to the padded bytes, and back to a verdict per item.
 *
 * Any bytes of the right length decode: what breaks an item's rules is invalid for that item only.
 */

import {
  APPROVAL,
  CHOOSE_ONE,
  CHOOSE_UP_TO,
  CUMULATIVE,
  givesPoints,
  type Item,
  RANKING,
} from "./agenda.ts";
import { type Bytes, concat, EncodingError, integer, number } from "./bytes.ts";
import { fieldLength, numberWidth, pointsWidth, usesBitmap } from "./layout.ts";
import type { Manifest } from "./manifest.ts";

/** Options with what each adds: 1, or its points; a ranking's most preferred first. */
export type Marks = readonly (readonly [option: number, points: number])[];

/** Why a field is invalid for its item. */
export type Fault =
  | "unknown option"
  | "options not strictly ascending"
  | "option named twice"
  | "option after a gap"
  | "fewer options than the minimum"
  | "more options than the maximum"
  | "more points than one option may get"
  | "more points in all than allowed"
  | "cost above the cap"
  | "option barred to this class"
  | "options of different groups"
  | "group not eligible for this item";

/** What a field amounts to. */
export type Verdict =
  | { readonly verdict: "blank" }
  | { readonly verdict: "valid"; readonly marks: Marks }
  | { readonly verdict: "invalid"; readonly fault: Fault };

/** The padded choices of these marks, one entry an item; refuses what has no bytes. */
export function encodeChoices(items: readonly Item[], marks: readonly Marks[]): Bytes {
  if (items.length !== marks.length) {
    throw new EncodingError(`${marks.length} selections for ${items.length} items`);
  }
  return concat(...items.map((item, at) => encodeField(item, marks[at] ?? [])));
}

/** One verdict an item on the padded choices of a voter of this class. */
export function judgeChoices(
  manifest: Pick<Manifest, "items" | "classes">,
  padded: Uint8Array,
  class_: number,
): Verdict[] {
  const row = manifest.classes[class_];
  if (row === undefined) {
    throw new EncodingError(`there is no class ${class_}`);
  }
  let at = 0;
  const verdicts = manifest.items.map((item, place): Verdict => {
    const field = padded.subarray(at, at + fieldLength(item));
    at += fieldLength(item);
    if (!field.some(Boolean)) {
      return { verdict: "blank" };
    }
    if (item.eligible !== null && !item.eligible.has(row.group)) {
      return { verdict: "invalid", fault: "group not eligible for this item" };
    }
    const barred = new Set(row.barred.filter(([n]) => n === place).map(([, option]) => option));
    return judge(item, field, barred);
  });
  if (at !== padded.length) {
    throw new EncodingError(`${padded.length} bytes instead of ${at}`);
  }
  return verdicts;
}

/** Why these marks are no valid vote on the item; null when they are, or are blank. */
export function faultOf(item: Item, marks: Marks, barred: ReadonlySet<number>): Fault | null {
  if (marks.length === 0) {
    return null;
  }
  return pointsFault(item, marks) ?? limitsFault(item, marks, barred);
}

function encodeField(item: Item, marks: Marks): Bytes {
  const options = marks.map(([option]) => option);
  if (options.some((option) => option < 1 || option > item.options)) {
    throw new EncodingError("there is no such option");
  }
  if (new Set(options).size !== options.length) {
    throw new EncodingError("an option is named twice");
  }
  if (givesPoints(item)) {
    return encodePoints(item, marks);
  }
  if (marks.length > item.maximum || marks.some(([, points]) => points !== 1)) {
    throw new EncodingError("too many options, or points where there are none");
  }
  if (item.method === CHOOSE_ONE || item.method === RANKING) {
    return encodeNumbers(item, options);
  }
  if (!usesBitmap(item)) {
    return encodeNumbers(
      item,
      [...options].sort((one, other) => one - other),
    );
  }
  const field = new Uint8Array(fieldLength(item));
  for (const option of options) {
    const byte = (option - 1) >> 3;
    field[byte] = (field[byte] ?? 0) | (1 << ((option - 1) & 7));
  }
  return field;
}

function encodePoints(item: Item, marks: Marks): Bytes {
  const width = pointsWidth(item);
  const field = new Uint8Array(item.options * width);
  for (const [option, points] of marks) {
    if (points < 0 || points > item.points) {
      throw new EncodingError("more points than one option may get");
    }
    field.set(number(points, width), (option - 1) * width);
  }
  return field;
}

function encodeNumbers(item: Item, options: readonly number[]): Bytes {
  const width = numberWidth(item);
  const field = new Uint8Array(fieldLength(item));
  options.forEach((option, at) => {
    field.set(number(option, width), at * width);
  });
  return field;
}

function judge(item: Item, field: Uint8Array, barred: ReadonlySet<number>): Verdict {
  const read = readField(item, field);
  if ("fault" in read) {
    return { verdict: "invalid", fault: read.fault };
  }
  const fault = pointsFault(item, read.marks) ?? limitsFault(item, read.marks, barred);
  return fault === null ? { verdict: "valid", marks: read.marks } : { verdict: "invalid", fault };
}

type Read = { readonly marks: Marks } | { readonly fault: Fault };

function readField(item: Item, field: Uint8Array): Read {
  if (givesPoints(item)) {
    const points = split(field, pointsWidth(item));
    return { marks: points.map((each, at) => [at + 1, each] as const).filter(([, p]) => p > 0) };
  }
  const isSet = item.method === CHOOSE_UP_TO || item.method === APPROVAL;
  return isSet && usesBitmap(item) ? readBitmap(item, field) : readNumbers(item, field);
}

function readBitmap(item: Item, field: Uint8Array): Read {
  const options = [...field].flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit + 1),
  );
  return options.some((option) => option > item.options)
    ? { fault: "unknown option" }
    : { marks: options.map((option) => [option, 1] as const) };
}

function readNumbers(item: Item, field: Uint8Array): Read {
  const all = split(field, numberWidth(item));
  const used = all.reduce((last, option, at) => (option === 0 ? last : at + 1), 0);
  const options = all.slice(0, used);
  if (options.includes(0)) {
    return { fault: "option after a gap" };
  }
  if (options.some((option) => option > item.options)) {
    return { fault: "unknown option" };
  }
  if (new Set(options).size !== options.length) {
    return { fault: "option named twice" };
  }
  const ascending = options.every((option, at) => at === 0 || option > (options[at - 1] ?? 0));
  return item.method !== RANKING && !ascending
    ? { fault: "options not strictly ascending" }
    : { marks: options.map((option) => [option, 1] as const) };
}

function pointsFault(item: Item, marks: Marks): Fault | null {
  if (marks.some(([, points]) => points > item.points)) {
    return "more points than one option may get";
  }
  const sum = marks.reduce((total, [, points]) => total + points, 0);
  return item.method === CUMULATIVE && sum > item.sumLimit
    ? "more points in all than allowed"
    : null;
}

function limitsFault(item: Item, marks: Marks, barred: ReadonlySet<number>): Fault | null {
  const options = marks.map(([option]) => option);
  if (options.length < item.minimum) {
    return "fewer options than the minimum";
  }
  if (options.length > item.maximum) {
    return "more options than the maximum";
  }
  if (options.some((option) => barred.has(option))) {
    return "option barred to this class";
  }
  const { optionGroups: groups, costs, costCap } = item;
  if (groups !== null && new Set(options.map((option) => groups[option - 1])).size > 1) {
    return "options of different groups";
  }
  const cost = options.reduce((sum, option) => sum + (costs?.[option - 1] ?? 0n), 0n);
  return costCap > 0n && cost > costCap ? "cost above the cap" : null;
}

function split(field: Uint8Array, width: number): number[] {
  return Array.from({ length: field.length / width }, (_, at) =>
    Number(integer(field.subarray(at * width, (at + 1) * width))),
  );
}
