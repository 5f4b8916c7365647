/**
 * The manifest: everything about an election that is frozen (docs/protocol.md section 2), read from
 * its bytes and validated anew. What the factory would have refused is refused here.
 */

import { at, type Bytes, hex, isZero } from "../chain/bytes.ts";
import { type Item, readItem } from "./agenda.ts";
import { EncodingFault } from "./errors.ts";
import { checkManifest } from "./manifestrules.ts";
import { Reader } from "./reader.ts";

export const Secrecy = { open: 0, sealed: 1, encrypted: 2 } as const;
export const CHANNELS = 5;

export const SUBJECT = "manifest";
const MOST_BYTES = 24_531;
const MOST_STRATA = 4_096;
const MOST_ITEMS = 1_024;
const ROLL_IN_FILE = 1;
const LANES = [8n, 16n, 32n, 64n, 128n];
export interface Timetable {
  readonly opensAt: bigint;
  readonly closesAt: bigint;
  readonly barrierAt: bigint;
  readonly openingAt: bigint;
  readonly keyDeadline: bigint;
  readonly certifyAt: bigint;
  readonly rebindUntil: bigint;
}

/** What the manifest says of the roll. */
export interface RollSummary {
  readonly size: number;
  readonly weight: bigint;
  readonly largestWeight: bigint;
  readonly root: Bytes;
  readonly fileHash: Bytes;
  readonly inFile: boolean;
}

export interface Group {
  readonly heads: number;
  readonly weight: bigint;
}

/** A class's group, and the (item from 0, option from 1) pairs barred to it. */
export interface ClassRow {
  readonly group: number;
  readonly barred: readonly (readonly [item: number, option: number])[];
}

/** How one stratum's tally is packed: `lane` bits a cell, `words` words a plane. */
export interface TallyLayout {
  readonly cells: number;
  readonly lane: bigint;
  readonly planes: number;
  readonly cellsPerWord: number;
  readonly words: number;
}

export interface Manifest {
  readonly secrecy: number;
  readonly choicesLength: number;
  readonly roll: RollSummary;
  readonly textHash: Bytes;
  readonly seed: Bytes;
  readonly organiser: Bytes;
  readonly times: Timetable;
  readonly trusteeKey: readonly [x: bigint, y: bigint];
  readonly registrars: readonly Bytes[];
  readonly threshold: number;
  readonly clerks: readonly Bytes[];
  readonly groups: readonly Group[];
  readonly classes: readonly ClassRow[];
  readonly items: readonly Item[];
  /** The first tally cell of each item. */
  readonly bases: readonly number[];
  readonly layout: TallyLayout;
}

/** The unit of sub-totals in which an act of this channel and class counts. */
export function stratumOf(manifest: Manifest, channel: number, class_: number): number {
  return channel * manifest.groups.length + at(manifest.classes, class_).group;
}

/** The manifest with these bytes; throws `EncodingFault` naming the field at fault. */
export function decodeManifest(data: Bytes): Manifest {
  const reader = new Reader(data, SUBJECT);
  reader.check(data.length <= MOST_BYTES, "size", `above ${MOST_BYTES} bytes`);
  const version = reader.number(1, "version");
  reader.check(version === 1, "version", `${version} is unknown`);
  const secrecy = reader.number(1, "secrecy");
  const choicesLength = reader.number(2, "choicesLength");
  const size = reader.number(4, "rollSize");
  const weight = reader.big(8, "rollWeight");
  const largestWeight = reader.big(8, "largestWeight");
  const root = reader.take(32, "rollRoot");
  const fileHash = reader.take(32, "rollHash");
  const textHash = reader.take(32, "textHash");
  const seed = reader.take(32, "seed");
  const organiser = reader.take(20, "organiser");
  const times = readTimes(reader);
  const trusteeKey = [reader.big(32, "trusteeX"), reader.big(32, "trusteeY")] as const;
  const registrarCount = reader.number(1, "registrarCount");
  const threshold = reader.number(1, "threshold");
  const clerkCount = reader.number(1, "clerkCount");
  const flags = reader.number(1, "flags");
  const groupCount = reader.number(2, "groupCount");
  const classCount = reader.number(2, "classCount");
  const itemCount = reader.number(2, "itemCount");
  checkCounts(reader, registrarCount, threshold, clerkCount, flags);
  checkTables(reader, groupCount, classCount, itemCount);
  const registrars = readPeople(reader, registrarCount, "registrars");
  const clerks = readPeople(reader, clerkCount, "clerks");
  const groups = Array.from({ length: groupCount }, () => ({
    heads: reader.number(4, "groups"),
    weight: reader.big(8, "groups"),
  }));
  const classes = readClasses(reader, classCount);
  const items = Array.from({ length: itemCount }, (_, number) =>
    readItem(reader, number, groupCount),
  );
  reader.finish();
  const roll = {
    size,
    weight,
    largestWeight,
    root,
    fileHash,
    inFile: (flags & ROLL_IN_FILE) !== 0,
  };
  const manifest: Manifest = {
    secrecy,
    choicesLength,
    roll,
    textHash,
    seed,
    organiser,
    times,
    trusteeKey,
    registrars,
    threshold,
    clerks,
    groups,
    classes,
    items,
    bases: basesOf(items),
    layout: layoutOf(items, roll),
  };
  checkManifest(manifest);
  return manifest;
}

function readTimes(reader: Reader): Timetable {
  const [opensAt, closesAt, barrierAt, openingAt, keyDeadline, certifyAt, rebindUntil] = [
    0, 1, 2, 3, 4, 5, 6,
  ].map(() => reader.big(8, "timetable")) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  reader.check(opensAt < closesAt, "closesAt", "is not after opensAt");
  reader.check(closesAt <= barrierAt, "barrierAt", "is before closesAt");
  reader.check(barrierAt < openingAt, "openingAt", "is not after barrierAt");
  reader.check(openingAt <= keyDeadline, "keyDeadline", "is before openingAt");
  reader.check(keyDeadline <= certifyAt, "certifyAt", "is before keyDeadline");
  reader.check(rebindUntil <= closesAt, "rebindUntil", "is after closesAt");
  return { opensAt, closesAt, barrierAt, openingAt, keyDeadline, certifyAt, rebindUntil };
}

function checkCounts(
  reader: Reader,
  registrars: number,
  threshold: number,
  clerks: number,
  flags: number,
): void {
  reader.check(
    registrars === 0
      ? threshold === 0
      : registrars < 2 * threshold && 2 * threshold <= 2 * registrars,
    "threshold",
    `${threshold} of ${registrars} is not a majority`,
  );
  reader.check(clerks !== 1, "clerkCount", "one clerk alone cannot act");
  reader.check(flags <= ROLL_IN_FILE, "flags", "unknown bits");
}

function checkTables(reader: Reader, groups: number, classes: number, items: number): void {
  reader.check(groups >= 1 && CHANNELS * groups <= MOST_STRATA, "groupCount", `${groups}`);
  reader.check(classes >= 1, "classCount", `${classes}`);
  reader.check(items >= 1 && items <= MOST_ITEMS, "itemCount", `${items}`);
}

function readPeople(reader: Reader, count: number, field: string): readonly Bytes[] {
  const people = Array.from({ length: count }, () => reader.take(20, field));
  reader.check(!people.some(isZero), field, "the zero address");
  reader.check(new Set(people.map(hex)).size === count, field, "an address is named twice");
  return people;
}

function readClasses(reader: Reader, count: number): readonly ClassRow[] {
  const rows = Array.from(
    { length: count },
    () => [reader.number(2, "classes"), reader.number(2, "classes")] as const,
  );
  let start = 0;
  return rows.map(([group, end]) => {
    reader.check(end >= start, "classes", "a class's barred pairs end before they start");
    const barred = Array.from(
      { length: end - start },
      () => [reader.number(2, "barred"), reader.number(2, "barred")] as const,
    );
    start = end;
    return { group, barred };
  });
}

function basesOf(items: readonly Item[]): readonly number[] {
  let base = 0;
  return items.map((item) => {
    const own = base;
    base += item.options + 2;
    return own;
  });
}

function layoutOf(items: readonly Item[], roll: RollSummary): TallyLayout {
  const points = items.reduce((most, item) => Math.max(most, item.points), 0);
  const most = BigInt(roll.size) * roll.largestWeight * BigInt(points);
  const lane = LANES.find((width) => most < 1n << width);
  if (lane === undefined) throw new EncodingFault(SUBJECT, "rollSize", "the tally has no lane");
  const cells = items.reduce((sum, item) => sum + item.options + 2, 0);
  const cellsPerWord = Number(256n / lane);
  return {
    cells,
    lane,
    planes: roll.largestWeight > 1n ? 2 : 1,
    cellsPerWord,
    words: Math.ceil(cells / cellsPerWord),
  };
}
