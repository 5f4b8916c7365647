/** Where an election keeps its state, slot by slot (docs/protocol.md section 10). */

import { mappingSlot } from "./acts.ts";
import type { Manifest } from "./manifest.ts";

export const Place = {
  manifestHash: 0,
  progress: 1,
  counters: 2,
  secret: 3,
  acted: 4,
  touched: 5,
  checkedIn: 6,
  opened: 7,
  voided: 8,
  slots: 9,
  batches: 10,
  turnout: 11,
  tally: 12,
  strata: 13,
} as const;

const STRATA_WORDS = 16;

/** The slots whose places depend on nothing. */
export const FIXED_SLOTS: readonly bigint[] = [
  ...[Place.manifestHash, Place.progress, Place.counters, Place.secret],
  ...Array.from({ length: STRATA_WORDS }, (_, place) => Place.strata + place),
].map(BigInt);

type Slots = ReadonlyMap<bigint, bigint>;

/** The slot of a stratum's tally word. */
export function tallySlot(stratum: number, index: number): bigint {
  return mappingSlot(mappingSlot(Place.tally, stratum), index);
}

/** A field of a storage word, given its lowest bit and its size. */
function field(word: bigint, bit: bigint, size: bigint): bigint {
  return (word >> bit) & ((1n << size) - 1n);
}

/** What has happened, as the contract keeps it. */
export function readProgress(progress: bigint, counters: bigint) {
  return {
    initialised: field(progress, 0n, 8n) !== 0n,
    textPublished: field(progress, 8n, 8n) !== 0n,
    secrecyLost: field(progress, 16n, 8n) !== 0n,
    rollPublished: field(progress, 24n, 32n),
    frozen: field(counters, 0n, 1n) !== 0n,
    cancelled: field(counters, 1n, 1n) !== 0n,
    certified: field(counters, 2n, 1n) !== 0n,
    anyCheckIn: field(counters, 3n, 1n) !== 0n,
  };
}

/** The contract's counters. */
export function readCounters(counters: bigint) {
  return {
    batches: field(counters, 8n, 24n),
    live: field(counters, 32n, 32n),
    liveWeight: field(counters, 64n, 64n),
    touched: field(counters, 128n, 32n),
    settled: field(counters, 160n, 32n),
    opened: field(counters, 192n, 32n),
    voided: field(counters, 224n, 32n),
  };
}

/** The numbers whose bits are set in words at consecutive indices. */
export function bitsOf(words: readonly bigint[]): number[] {
  return words.flatMap((word, index) => {
    const found: number[] = [];
    for (let left = word, bit = 256 * index; left > 0n; left >>= 1n, bit++) {
      if ((left & 1n) === 1n) found.push(bit);
    }
    return found;
  });
}

/** The strata whose bits are set, ascending. */
export function strataInUse(fixed: Slots): number[] {
  const words = FIXED_SLOTS.slice(-STRATA_WORDS).map((slot) => fixed.get(slot) ?? 0n);
  return bitsOf(words);
}

/** How many words a bitmap over all voters has. */
export function bitmapWords(manifest: Manifest): number {
  return Math.ceil(manifest.roll.size / 256);
}

/** The bitmaps that may hold a bit: that of all who acted, others where the counters say so. */
export function bitmapsInUse(progress: bigint, counters: bigint): number[] {
  const counted = readCounters(counters);
  const used: [number, boolean][] = [
    [Place.acted, true],
    [Place.touched, counted.touched > 0n],
    [Place.checkedIn, readProgress(progress, counters).anyCheckIn],
    [Place.opened, counted.opened > 0n],
    [Place.voided, counted.voided > 0n],
  ];
  return used.filter(([, isUsed]) => isUsed).map(([place]) => place);
}
