/** A ballot's padded choices: a verdict for each item, and what it adds to the tally (section 5). */

import { at, type Bytes, isZero } from "../chain/bytes.ts";
import {
  APPROVAL,
  CHOOSE_UP_TO,
  CUMULATIVE,
  givesPoints,
  type Item,
  RANKING,
} from "../protocol/agenda.ts";
import { fieldLength, numberWidth, pointsWidth, usesBitmap } from "../protocol/layout.ts";
import type { ClassRow } from "../protocol/manifest.ts";
import type { Manifest } from "./manifest.ts";

/** Options (from 1) with their points, most preferred first in a ranking. */
export type Marks = readonly (readonly [option: number, points: number])[];

/** Marks of a valid field, none of a blank one; undefined when the field is invalid. */
export type Verdict = Marks | undefined;

/** One verdict for each item on the choices of a voter of a class; `choices` has length L. */
export function verdictsOf(manifest: Manifest, choices: Bytes, class_: number): Verdict[] {
  const row = at(manifest.classes, class_);
  let place = 0;
  return manifest.items.map((item, number) => {
    const end = place + fieldLength(item);
    const field = choices.subarray(place, end);
    place = end;
    return verdictOf(item, number, field, row);
  });
}

/** The (cell, points) pairs that one ballot adds to the tally. */
export function increments(manifest: Manifest, verdicts: readonly Verdict[]): [number, number][] {
  return verdicts.flatMap((verdict, number): [number, number][] => {
    const base = at(manifest.bases, number);
    if (verdict === undefined) return [[base + at(manifest.items, number).options + 1, 1]];
    if (verdict.length === 0) return [[base, 1]];
    return verdict.map(([option, points]) => [base + option, points]);
  });
}

function verdictOf(item: Item, number: number, field: Bytes, row: ClassRow): Verdict {
  if (isZero(field)) return [];
  if (item.eligible !== null && !item.eligible.has(row.group)) return undefined;
  const isSet = item.method === CHOOSE_UP_TO || item.method === APPROVAL;
  const marks = givesPoints(item)
    ? pointsIn(item, field)
    : isSet && usesBitmap(item)
      ? optionsInBitmap(item, field)
      : optionsInList(item, field);
  if (marks === undefined || marks.length < item.minimum || marks.length > item.maximum) {
    return undefined;
  }
  return keepsRules(item, number, marks, row) ? marks : undefined;
}

/** Whether no option is barred to the class, of another option group, or too dear with the rest. */
function keepsRules(item: Item, number: number, marks: Marks, row: ClassRow): boolean {
  const options = marks.map(([option]) => option);
  if (row.barred.some(([where, option]) => where === number && options.includes(option))) {
    return false;
  }
  const { optionGroups, costs } = item;
  if (optionGroups !== null) {
    const groups = new Set(options.map((option) => at(optionGroups, option - 1)));
    if (groups.size > 1) return false;
  }
  if (item.costCap === 0n || costs === null) return true;
  return options.reduce((sum, option) => sum + at(costs, option - 1), 0n) <= item.costCap;
}

function numbersOf(field: Bytes, width: number): number[] {
  if (width === 1) return [...field];
  const numbers: number[] = [];
  for (let place = 0; place < field.length; place += 2) {
    numbers.push(at(field, place) * 256 + at(field, place + 1));
  }
  return numbers;
}

function pointsIn(item: Item, field: Bytes): Verdict {
  const marks = numbersOf(field, pointsWidth(item))
    .map((points, place) => [place + 1, points] as const)
    .filter(([, points]) => points > 0);
  if (marks.some(([, points]) => points > item.points)) return undefined;
  const sum = marks.reduce((total, [, points]) => total + points, 0);
  return item.method === CUMULATIVE && sum > item.sumLimit ? undefined : marks;
}

function optionsInBitmap(item: Item, field: Bytes): Verdict {
  const marks: [number, number][] = [];
  for (let bit = 0; bit < 8 * field.length; bit++) {
    if (((at(field, bit >> 3) >> (bit & 7)) & 1) === 0) continue;
    if (bit >= item.options) return undefined;
    marks.push([bit + 1, 1]);
  }
  return marks;
}

/** A list of options: zeros only behind it, no repeats, ascending unless it is a ranking. */
function optionsInList(item: Item, field: Bytes): Verdict {
  const numbers = numbersOf(field, numberWidth(item));
  while (numbers[numbers.length - 1] === 0) numbers.pop();
  const isRanking = item.method === RANKING;
  const isGood = numbers.every(
    (option, place) =>
      option >= 1 &&
      option <= item.options &&
      (isRanking || place === 0 || option > at(numbers, place - 1)),
  );
  if (!isGood || new Set(numbers).size !== numbers.length) return undefined;
  return numbers.map((option) => [option, 1] as const);
}
