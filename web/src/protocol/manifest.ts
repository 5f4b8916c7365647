/** The manifest: everything about an election that is frozen, read from its bytes. */

import { type Item, readItem } from "./agenda.ts";
import { type Bytes, hex, unhex } from "./bytes.ts";
import { type Point, PRIME } from "./escrow.ts";
import { choicesLength } from "./layout.ts";
import { Reader, require } from "./reading.ts";

export const OPEN = 0;
export const SEALED = 1;

const MAX_BYTES = 24_531;
const MAX_GROUPS = 819;
const MAX_ITEMS = 1024;

/** The frozen times, seconds since 1970. */
export interface Timetable {
  readonly opensAt: bigint;
  readonly closesAt: bigint;
  readonly barrierAt: bigint;
  readonly openingAt: bigint;
  readonly keyDeadline: bigint;
  readonly certifyAt: bigint;
  readonly rebindUntil: bigint;
}

/** The roll in figures. */
export interface Roll {
  readonly size: number;
  readonly weight: bigint;
  readonly largestWeight: bigint;
  readonly root: Bytes;
  readonly fileHash: Bytes;
  readonly inFile: boolean;
}

/** A row of the class table; barred pairs are (item from 0, option from 1). */
export interface ClassRow {
  readonly group: number;
  readonly barred: readonly (readonly [number, number])[];
}

/** One election, frozen. */
export interface Manifest {
  readonly secrecy: number;
  readonly choicesLength: number;
  readonly roll: Roll;
  readonly textHash: Bytes;
  readonly seed: Bytes;
  readonly organiser: Bytes;
  readonly timetable: Timetable;
  readonly trusteeKey: Point | null;
  readonly threshold: number;
  readonly registrars: readonly Bytes[];
  readonly clerks: readonly Bytes[];
  readonly groups: readonly { readonly heads: number; readonly weight: bigint }[];
  readonly classes: readonly ClassRow[];
  readonly items: readonly Item[];
}

/** The manifest with these bytes; refuses whatever the factory would not accept. */
export function readManifest(data: Uint8Array): Manifest {
  require(data.length <= MAX_BYTES, "the manifest is too large");
  const reader = new Reader(data);
  require(reader.small(1) === 1, "unknown version");
  const secrecy = reader.small(1);
  require(secrecy <= SEALED, "unknown secrecy");
  const declared = reader.small(2);
  const size = reader.small(4);
  const [weight, largestWeight] = [reader.big(8), reader.big(8)];
  const [root, fileHash, textHash, seed] = [0, 0, 0, 0].map(() => reader.take(32)) as [
    Bytes,
    Bytes,
    Bytes,
    Bytes,
  ];
  const organiser = reader.take(20);
  const timetable = readTimetable(reader);
  const key: Point = [reader.big(32), reader.big(32)];
  const [registrarCount, threshold, clerkCount, flags] = [
    reader.small(1),
    reader.small(1),
    reader.small(1),
    reader.small(1),
  ];
  require(flags <= 1, "unknown flags");
  const [groupCount, classCount, itemCount] = [reader.small(2), reader.small(2), reader.small(2)];
  require(groupCount >= 1 && groupCount <= MAX_GROUPS, "group count out of range");
  require(classCount >= 1, "class count out of range");
  require(itemCount >= 1 && itemCount <= MAX_ITEMS, "item count out of range");
  const registrars = Array.from({ length: registrarCount }, () => reader.take(20));
  const clerks = Array.from({ length: clerkCount }, () => reader.take(20));
  const groups = Array.from({ length: groupCount }, () => ({
    heads: reader.small(4),
    weight: reader.big(8),
  }));
  const classes = readClasses(reader, classCount);
  const items = Array.from({ length: itemCount }, () => readItem(reader, groupCount));
  reader.finish();
  const manifest: Manifest = {
    secrecy,
    choicesLength: declared,
    roll: { size, weight, largestWeight, root, fileHash, inFile: flags === 1 },
    textHash,
    seed,
    organiser,
    timetable,
    trusteeKey: key[0] === 0n && key[1] === 0n ? null : key,
    threshold,
    registrars,
    clerks,
    groups,
    classes,
    items,
  };
  check(manifest);
  return manifest;
}

/** The manifest of 0x text. */
export function manifestOf(text: string): Manifest {
  return readManifest(unhex(text));
}

function readTimetable(reader: Reader): Timetable {
  const times = Array.from({ length: 7 }, () => reader.big(8));
  const [opensAt, closesAt, barrierAt, openingAt, keyDeadline, certifyAt, rebindUntil] = times as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  require(opensAt < closesAt && closesAt <= barrierAt, "times out of order");
  require(barrierAt < openingAt && openingAt <= keyDeadline, "times out of order");
  require(keyDeadline <= certifyAt && rebindUntil <= closesAt, "times out of order");
  return { opensAt, closesAt, barrierAt, openingAt, keyDeadline, certifyAt, rebindUntil };
}

function readClasses(reader: Reader, count: number): ClassRow[] {
  const rows = Array.from({ length: count }, () => [reader.small(2), reader.small(2)] as const);
  let start = 0;
  return rows.map(([group, end]) => {
    require(end >= start, "a class's barred pairs end before they start");
    const barred = Array.from(
      { length: end - start },
      () => [reader.small(2), reader.small(2)] as const,
    );
    start = end;
    return { group, barred };
  });
}

function check(manifest: Manifest): void {
  const { roll, groups, items } = manifest;
  checkPeople(manifest);
  checkRoll(manifest);
  checkKey(manifest);
  require(manifest.choicesLength === choicesLength(items), "choices length unlike the agenda");
  for (const row of manifest.classes) {
    require(row.group < groups.length, "a class of no group");
    row.barred.forEach(([item, option], at) => {
      const before = row.barred[at - 1];
      require(before === undefined ||
        before[0] < item ||
        (before[0] === item && before[1] < option), "barred options are not ascending");
      require(option >= 1 && option <= (items[item]?.options ?? 0), "a barred option is unknown");
    });
  }
  require(roll.size === groups.reduce((sum, each) => sum + each.heads, 0), "heads do not add up");
  require(roll.weight ===
    groups.reduce((sum, each) => sum + each.weight, 0n), "weights do not add up");
}

function checkPeople({ registrars, threshold, clerks, organiser, textHash }: Manifest): void {
  const count = registrars.length;
  require(count === 0
    ? threshold === 0
    : 2 * threshold > count && threshold <= count, "the threshold is no majority");
  require(clerks.length !== 1, "one clerk alone cannot act");
  const names = [...registrars, ...clerks].map(hex);
  require(new Set(names).size === names.length, "an address is named twice");
  require([...registrars, ...clerks, organiser, textHash].every((each) =>
    each.some(Boolean),
  ), "an address or hash is zero");
}

function checkRoll({ roll }: Manifest): void {
  const { largestWeight: largest, weight, size } = roll;
  require(size >= 1 && largest >= 1n && largest <= weight, "roll out of range");
  const count = BigInt(size);
  require(count + largest - 1n <= weight &&
    weight <= count * largest, "the roll's weight is not such a sum");
  require(roll.root.some(Boolean) && roll.fileHash.some(Boolean), "a hash of the roll is zero");
}

function checkKey({ secrecy, trusteeKey }: Manifest): void {
  require((secrecy === SEALED) === (trusteeKey !== null), "trustees' key unlike the secrecy");
  if (trusteeKey !== null) {
    const [x, y] = trusteeKey;
    require(x < PRIME && y < PRIME, "a coordinate is not below the prime");
    require((y * y - x * x * x - 3n) % PRIME === 0n, "the trustees' key is not on the curve");
  }
}
