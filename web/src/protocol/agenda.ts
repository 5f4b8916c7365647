/** Agenda items as the manifest holds them (docs/protocol.md section 2). */

import { type Reader, require } from "./reading.ts";

export const CHOOSE_ONE = 1;
export const CHOOSE_UP_TO = 2;
export const APPROVAL = 3;
export const SCORE = 4;
export const CUMULATIVE = 5;
export const RANKING = 6;

export const COUNTED = 0;
export const THRESHOLD = 1;

export const Unit = { heads: 1, weight: 2, both: 3 } as const;
export const Base = { present: 0, all: 1, decided: 2 } as const;

const MOST_OPTIONS = 1024;
const KNOWN_BITS = 0x07;

/** A fraction to be reached or, when strict, exceeded. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
  readonly strict: boolean;
}

/** How an item is decided; `unit` is one of `Unit`, `base` of `Base`. */
export interface Rule {
  readonly decision: number;
  readonly unit: number;
  readonly base: number;
  readonly quorum: Share | null;
  readonly presence: Share | null;
  readonly approval: Share | null;
}

/** One question on the ballot; `eligible` null means every group, options count from 1. */
export interface Item {
  readonly method: number;
  readonly options: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly points: number;
  readonly sumLimit: number;
  readonly costCap: bigint;
  readonly rule: Rule;
  readonly eligible: ReadonlySet<number> | null;
  readonly optionGroups: readonly number[] | null;
  readonly costs: readonly bigint[] | null;
}

/** Whether options get points. */
export function givesPoints(item: Item): boolean {
  return item.method === SCORE || item.method === CUMULATIVE;
}

/** The next item of a manifest with so many groups. */
export function readItem(reader: Reader, groups: number): Item {
  const method = reader.small(1);
  const flags = reader.small(1);
  require(method >= CHOOSE_ONE && method <= RANKING, "unknown method");
  require((flags & ~KNOWN_BITS) === 0, "unknown item flags");
  const head = {
    method,
    options: reader.small(2),
    minimum: reader.small(2),
    maximum: reader.small(2),
    points: reader.small(2),
    sumLimit: reader.small(4),
    costCap: reader.big(8),
    rule: readRule(reader),
  };
  require(head.options >= 2 && head.options <= MOST_OPTIONS, "options out of range");
  const item: Item = {
    ...head,
    eligible: flags & 1 ? readGroups(reader, groups) : null,
    optionGroups: flags & 2 ? Array.from({ length: head.options }, () => reader.small(2)) : null,
    costs: flags & 4 ? Array.from({ length: head.options }, () => reader.big(8)) : null,
  };
  check(item);
  return item;
}

function check(item: Item): void {
  require(item.minimum >= 1 && item.minimum <= item.maximum, "minimum out of range");
  require(item.maximum <= item.options, "maximum above the options");
  require(item.method !== CHOOSE_ONE || item.maximum === 1, "choose one allows exactly 1");
  require(givesPoints(item) ? item.points >= 1 : item.points === 1, "points out of range");
  require(item.method === CUMULATIVE
    ? item.sumLimit >= item.minimum
    : item.sumLimit === 0, "sum out of range");
  require(item.costCap === 0n || item.costs !== null, "a cost cap needs costs");
  const decidable = item.method <= APPROVAL;
  require(item.rule.decision === COUNTED || decidable, "no threshold for this method");
}

function readRule(reader: Reader): Rule {
  const [decision, unit, base, strict] = [1, 1, 1, 1].map((size) => reader.small(size)) as [
    number,
    number,
    number,
    number,
  ];
  require(decision <= THRESHOLD, "unknown decision");
  require(unit >= 1 && unit <= Unit.both, "unknown unit");
  require(base <= Base.decided, "unknown base");
  require((strict & ~KNOWN_BITS) === 0, "unknown strict bits");
  const quorum = readShare(reader, (strict & 1) !== 0);
  const presence = readShare(reader, (strict & 4) !== 0);
  const approval = readShare(reader, (strict & 2) !== 0);
  require(decision === COUNTED || approval !== null, "a threshold needs its fraction");
  return { decision, unit, base, quorum, presence, approval };
}

function readShare(reader: Reader, strict: boolean): Share | null {
  const numerator = reader.small(2);
  const denominator = reader.small(2);
  if (denominator === 0) {
    require(numerator === 0 && !strict, "a share without a denominator");
    return null;
  }
  require(numerator <= denominator, "a share above 1");
  return { numerator, denominator, strict };
}

function readGroups(reader: Reader, groups: number): ReadonlySet<number> {
  const bits = [...reader.take(Math.ceil(groups / 8))];
  const found = bits.flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit),
  );
  require(found.length > 0, "no group is eligible");
  require(found.every((group) => group < groups), "a bit beyond the last group");
  return new Set(found);
}
