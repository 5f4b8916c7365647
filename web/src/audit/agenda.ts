/** One item of the agenda, as the manifest holds it (docs/protocol.md section 2). */

import { at, isZero } from "../chain/bytes.ts";
import type { Reader } from "./reader.ts";

export const Method = {
  chooseOne: 1,
  chooseUpTo: 2,
  approval: 3,
  score: 4,
  cumulative: 5,
  ranking: 6,
} as const;
export const Decision = { counted: 0, threshold: 1 } as const;
export const Unit = { heads: 1, weight: 2, both: 3 } as const;
export const Base = { present: 0, all: 1, decided: 2 } as const;

const ELIGIBLE = 1;
const OPTION_GROUPS = 2;
const COSTS = 4;
const KNOWN_BITS = 7;
const MOST_OPTIONS = 1024;
const BYTE = 255;

/** A fraction to reach or, when strict, to exceed. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
  readonly strict: boolean;
}

export interface Rule {
  readonly decision: number;
  readonly unit: number;
  readonly base: number;
  readonly quorum: Share | undefined;
  readonly presence: Share | undefined;
  readonly approval: Share | undefined;
}

/** Options count from 1; `eligible` undefined means every group. */
export interface Item {
  readonly method: number;
  readonly options: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly points: number;
  readonly sum: number;
  readonly costCap: bigint;
  readonly rule: Rule;
  readonly eligible: ReadonlySet<number> | undefined;
  readonly optionGroups: readonly number[] | undefined;
  readonly costs: readonly bigint[] | undefined;
}

/** Whether ballots give points to options. */
export function isPointed(item: Item): boolean {
  return item.method === Method.score || item.method === Method.cumulative;
}

/** Bytes of one option number. */
export function numberWidth(item: Item): number {
  return item.options <= BYTE ? 1 : 2;
}

/** Bytes of one option's points. */
export function pointsWidth(item: Item): number {
  return item.points <= BYTE ? 1 : 2;
}

/** Whether a set of options is written as a bitmap: the shorter form, also at equal length. */
export function usesBitmap(item: Item): boolean {
  const isSet = item.method === Method.chooseUpTo || item.method === Method.approval;
  return isSet && Math.ceil(item.options / 8) <= item.maximum * numberWidth(item);
}

/** Bytes of the item's field in the padded choices. */
export function fieldLength(item: Item): number {
  if (item.method === Method.chooseOne) return numberWidth(item);
  if (isPointed(item)) return item.options * pointsWidth(item);
  if (usesBitmap(item)) return Math.ceil(item.options / 8);
  return item.maximum * numberWidth(item);
}

/** The next item of a manifest with this number of groups. */
export function readItem(reader: Reader, number: number, groups: number): Item {
  const field = (name: string) => `item ${number}, ${name}`;
  const method = reader.number(1, field("method"));
  const flags = reader.number(1, field("item flags"));
  const options = reader.number(2, field("options"));
  const minimum = reader.number(2, field("minimum"));
  const maximum = reader.number(2, field("maximum"));
  const points = reader.number(2, field("points"));
  const sum = reader.number(4, field("sum"));
  const costCap = reader.big(8, field("cost cap"));
  const rule = readRule(reader, field);
  reader.check(method >= 1 && method <= 6, field("method"), `${method} is unknown`);
  reader.check((flags & ~KNOWN_BITS) === 0, field("item flags"), "unknown bits");
  reader.check(
    options >= 2 && options <= MOST_OPTIONS,
    field("options"),
    `${options} is not 2 … ${MOST_OPTIONS}`,
  );
  const item: Item = {
    method,
    options,
    minimum,
    maximum,
    points,
    sum,
    costCap,
    rule,
    eligible: flags & ELIGIBLE ? readGroups(reader, groups, field) : undefined,
    optionGroups:
      flags & OPTION_GROUPS
        ? Array.from({ length: options }, () => reader.number(2, field("option groups")))
        : undefined,
    costs:
      flags & COSTS
        ? Array.from({ length: options }, () => reader.big(8, field("costs")))
        : undefined,
  };
  checkItem(reader, item, field);
  return item;
}

function checkItem(reader: Reader, item: Item, field: (name: string) => string): void {
  const check = (holds: boolean, name: string, problem: string) =>
    reader.check(holds, field(name), problem);
  check(item.minimum >= 1, "minimum", "a ballot that is not blank names at least 1 option");
  check(item.minimum <= item.maximum, "maximum", `${item.maximum} is below ${item.minimum}`);
  check(item.maximum <= item.options, "maximum", `${item.maximum} is above the options`);
  check(item.method !== Method.chooseOne || item.maximum === 1, "maximum", "exactly 1 is allowed");
  check(isPointed(item) ? item.points >= 1 : item.points === 1, "points", `${item.points}`);
  check(
    item.method === Method.cumulative ? item.sum >= item.minimum : item.sum === 0,
    "sum",
    `${item.sum}`,
  );
  check(item.costCap === 0n || item.costs !== undefined, "cost cap", "needs the costs");
  check(
    item.rule.decision === Decision.counted || item.method <= Method.approval,
    "decision",
    "a threshold needs ballots that choose option 1 or not",
  );
}

function readRule(reader: Reader, field: (name: string) => string): Rule {
  const decision = reader.number(1, field("decision"));
  const unit = reader.number(1, field("unit"));
  const base = reader.number(1, field("base"));
  const strict = reader.number(1, field("strict"));
  reader.check(decision <= 1, field("decision"), `${decision} is unknown`);
  reader.check(unit >= 1 && unit <= 3, field("unit"), `${unit} is unknown`);
  reader.check(base <= 2, field("base"), `${base} is unknown`);
  reader.check((strict & ~KNOWN_BITS) === 0, field("strict"), "unknown bits");
  const quorum = readShare(reader, field("quorum"), (strict & 1) !== 0);
  const presence = readShare(reader, field("direct presence"), (strict & 4) !== 0);
  const approval = readShare(reader, field("approval"), (strict & 2) !== 0);
  reader.check(
    decision === Decision.counted || approval !== undefined,
    field("approval"),
    "a threshold needs the fraction to reach",
  );
  return { decision, unit, base, quorum, presence, approval };
}

function readShare(reader: Reader, field: string, strict: boolean): Share | undefined {
  const numerator = reader.number(2, field);
  const denominator = reader.number(2, field);
  if (denominator === 0) {
    reader.check(numerator === 0 && !strict, field, "set although its denominator is 0");
    return undefined;
  }
  reader.check(numerator <= denominator, field, `${numerator}/${denominator} is above 1`);
  return { numerator, denominator, strict };
}

function readGroups(
  reader: Reader,
  groups: number,
  field: (name: string) => string,
): ReadonlySet<number> {
  const bits = reader.take(Math.ceil(groups / 8), field("eligible groups"));
  reader.check(!isZero(bits), field("eligible groups"), "at least one group must be eligible");
  const found = new Set<number>();
  for (let bit = 0; bit < 8 * bits.length; bit++) {
    if (((at(bits, bit >> 3) >> (bit & 7)) & 1) === 0) continue;
    reader.check(bit < groups, field("eligible groups"), "a bit beyond the last group is set");
    found.add(bit);
  }
  return found;
}
