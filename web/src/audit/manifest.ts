/**
 * The manifest as the audit needs it: read and held against the protocol's rules, and with the
 * layout of the tally that follows from it (docs/protocol.md sections 2, 7 and 8).
 */

import { at, type Bytes } from "../chain/bytes.ts";
import type { Item } from "../protocol/agenda.ts";
import { EncodingError } from "../protocol/bytes.ts";
import { type Manifest as Frozen, type Roll, readManifest } from "../protocol/manifest.ts";
import { EncodingFault } from "./errors.ts";

export const CHANNELS = 5;

const SUBJECT = "manifest";
const LANES = [8n, 16n, 32n, 64n, 128n];
const MOST_OPENING_GAS = 4_000_000;

/** How one stratum's tally is packed: `lane` bits a cell, `words` words a plane. */
export interface TallyLayout {
  readonly cells: number;
  readonly lane: bigint;
  readonly planes: number;
  readonly cellsPerWord: number;
  readonly words: number;
}

export interface Manifest extends Frozen {
  /** The first tally cell of each item. */
  readonly bases: readonly number[];
  readonly layout: TallyLayout;
}

/** The unit of sub-totals in which an act of this channel and class counts. */
export function stratumOf(manifest: Manifest, channel: number, class_: number): number {
  return channel * manifest.groups.length + at(manifest.classes, class_).group;
}

/** The manifest with these bytes; throws `EncodingFault` for what the factory would have refused. */
export function decodeManifest(data: Bytes): Manifest {
  const frozen = read(data);
  const { items, roll } = frozen;
  const manifest = { ...frozen, bases: basesOf(items), layout: layoutOf(items, roll) };
  if (worstOpening(manifest) > MOST_OPENING_GAS) {
    throw new EncodingFault(SUBJECT, "items", "one opening costs too much");
  }
  return manifest;
}

function read(data: Bytes): Frozen {
  try {
    return readManifest(data);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new EncodingFault(SUBJECT, "bytes", error.message);
  }
}

function basesOf(items: readonly Item[]): readonly number[] {
  let base = 0;
  return items.map((item) => {
    const own = base;
    base += item.options + 2;
    return own;
  });
}

function layoutOf(items: readonly Item[], roll: Roll): TallyLayout {
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

/** The bound on the gas of one opening (docs/protocol.md section 8). */
function worstOpening(manifest: Manifest): number {
  const { items, layout } = manifest;
  const options = items.reduce((sum, item) => sum + item.options, 0);
  const touched = Math.min(
    layout.words,
    items.reduce((sum, item) => sum + item.maximum, 0),
  );
  return (
    60_000 +
    250 * manifest.choicesLength +
    400 * items.length +
    120 * options +
    22_200 * layout.planes * touched
  );
}
