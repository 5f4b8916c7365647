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
import { type Bytes, concat, EncodingError, number } from "./bytes.ts";
import { choicesLength, fieldLength, numberWidth, pointsWidth, usesBitmap } from "./layout.ts";
import type { ClassRow, Manifest } from "./manifest.ts";

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

const BLANK: Verdict = { verdict: "blank" };
const NONE: ReadonlySet<number> = new Set();

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
  const row = rowOf(manifest, class_);
  let at = 0;
  const verdicts = manifest.items.map((item, place) => {
    const begin = at;
    at += fieldLength(item);
    return judge(item, place, padded.subarray(begin, at), row);
  });
  if (at !== padded.length) {
    throw new EncodingError(`${padded.length} bytes instead of ${at}`);
  }
  return verdicts;
}

/** The verdict on the item with this number alone, on choices of the right length. */
export function judgeItem(
  manifest: Pick<Manifest, "items" | "classes">,
  padded: Uint8Array,
  class_: number,
  place: number,
): Verdict {
  const item = manifest.items[place];
  if (item === undefined) {
    throw new EncodingError(`there is no item ${place}`);
  }
  const begin = choicesLength(manifest.items.slice(0, place));
  const field = padded.subarray(begin, begin + fieldLength(item));
  return judge(item, place, field, rowOf(manifest, class_));
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

// An audit judges every ballot of an election: what follows makes nothing that it does not return.

function rowOf(manifest: Pick<Manifest, "classes">, class_: number): ClassRow {
  const row = manifest.classes[class_];
  if (row === undefined) {
    throw new EncodingError(`there is no class ${class_}`);
  }
  return row;
}

function judge(item: Item, place: number, field: Uint8Array, row: ClassRow): Verdict {
  if (isBlank(field)) {
    return BLANK;
  }
  if (item.eligible !== null && !item.eligible.has(row.group)) {
    return { verdict: "invalid", fault: "group not eligible for this item" };
  }
  const read = readField(item, field);
  if ("fault" in read) {
    return { verdict: "invalid", fault: read.fault };
  }
  const { marks } = read;
  const fault = pointsFault(item, marks) ?? limitsFault(item, marks, barredIn(row, place));
  return fault === null ? { verdict: "valid", marks } : { verdict: "invalid", fault };
}

function barredIn(row: ClassRow, place: number): ReadonlySet<number> {
  return row.barred.length === 0
    ? NONE
    : new Set(row.barred.filter(([item]) => item === place).map(([, option]) => option));
}

function isBlank(field: Uint8Array): boolean {
  for (const byte of field) {
    if (byte !== 0) {
      return false;
    }
  }
  return true;
}

type Read = { readonly marks: Marks } | { readonly fault: Fault };

function readField(item: Item, field: Uint8Array): Read {
  if (givesPoints(item)) {
    return { marks: readPoints(item, field) };
  }
  const isSet = item.method === CHOOSE_UP_TO || item.method === APPROVAL;
  return isSet && usesBitmap(item) ? readBitmap(item, field) : readNumbers(item, field);
}

function readPoints(item: Item, field: Uint8Array): Marks {
  const marks: [number, number][] = [];
  for (const [at, points] of numbersIn(field, pointsWidth(item)).entries()) {
    if (points > 0) {
      marks.push([at + 1, points]);
    }
  }
  return marks;
}

function readBitmap(item: Item, field: Uint8Array): Read {
  const marks: [number, number][] = [];
  for (const [at, byte] of field.entries()) {
    for (let bit = 0, rest = byte; rest > 0; bit += 1, rest >>= 1) {
      if (rest & 1) {
        marks.push([at * 8 + bit + 1, 1]);
      }
    }
  }
  const last = marks.at(-1);
  return last && last[0] > item.options ? { fault: "unknown option" } : { marks };
}

function readNumbers(item: Item, field: Uint8Array): Read {
  const options = numbersIn(field, numberWidth(item));
  while (options.at(-1) === 0) {
    options.pop();
  }
  if (options.includes(0)) {
    return { fault: "option after a gap" };
  }
  if (options.some((option) => option > item.options)) {
    return { fault: "unknown option" };
  }
  if (!options.every((option, at) => at === 0 || option > (options[at - 1] ?? 0))) {
    if (new Set(options).size !== options.length) {
      return { fault: "option named twice" };
    }
    if (item.method !== RANKING) {
      return { fault: "options not strictly ascending" };
    }
  }
  return { marks: options.map((option) => [option, 1] as const) };
}

function pointsFault(item: Item, marks: Marks): Fault | null {
  let sum = 0;
  for (const [, points] of marks) {
    if (points > item.points) {
      return "more points than one option may get";
    }
    sum += points;
  }
  return item.method === CUMULATIVE && sum > item.sumLimit
    ? "more points in all than allowed"
    : null;
}

function limitsFault(item: Item, marks: Marks, barred: ReadonlySet<number>): Fault | null {
  if (marks.length < item.minimum) {
    return "fewer options than the minimum";
  }
  if (marks.length > item.maximum) {
    return "more options than the maximum";
  }
  if (marks.some(([option]) => barred.has(option))) {
    return "option barred to this class";
  }
  const { optionGroups: groups, costs, costCap } = item;
  const first = groups?.[(marks[0]?.[0] ?? 0) - 1];
  if (groups !== null && marks.some(([option]) => groups[option - 1] !== first)) {
    return "options of different groups";
  }
  if (costCap === 0n || costs === null) {
    return null;
  }
  const cost = marks.reduce((sum, [option]) => sum + (costs[option - 1] ?? 0n), 0n);
  return cost > costCap ? "cost above the cap" : null;
}

/** The big-endian numbers of one or two bytes in a field. */
function numbersIn(field: Uint8Array, width: number): number[] {
  if (width === 1) {
    return [...field];
  }
  const numbers: number[] = [];
  for (let at = 0; at + 1 < field.length; at += 2) {
    numbers.push((field[at] ?? 0) * 256 + (field[at + 1] ?? 0));
  }
  return numbers;
}
