/** What the factory asks of a manifest beyond its form (docs/protocol.md sections 2 and 8). */

import { hex, isZero } from "../chain/bytes.ts";
import { fieldLength } from "./agenda.ts";
import { EncodingFault } from "./errors.ts";
import { type ClassRow, type Manifest, Secrecy, SUBJECT } from "./manifest.ts";

const MOST_OPENING_GAS = 4_000_000;
/** The field of BN254, over which y² = x³ + 3 is the curve of the trustees' key. */
const PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

/** Throws `EncodingFault` naming the field that the factory would have refused. */
export function checkManifest(manifest: Manifest): void {
  const { roll, groups, classes, items } = manifest;
  const people = new Set(manifest.registrars.map(hex));
  const length = items.reduce((sum, item) => sum + fieldLength(item), 0);
  const heads = groups.reduce((sum, group) => sum + group.heads, 0);
  const weight = groups.reduce((sum, group) => sum + group.weight, 0n);
  const rules: readonly (readonly [boolean, string, string])[] = [
    [!manifest.clerks.some((clerk) => people.has(hex(clerk))), "clerks", "one is a registrar"],
    [!isZero(manifest.organiser), "organiser", "is zero"],
    [!isZero(manifest.textHash), "textHash", "is zero"],
    [roll.size >= 1, "rollSize", "the roll is empty"],
    [roll.largestWeight >= 1n, "largestWeight", "weights are at least 1"],
    [
      BigInt(roll.size) + roll.largestWeight - 1n <= roll.weight &&
        roll.weight <= BigInt(roll.size) * roll.largestWeight,
      "rollWeight",
      `${roll.weight} is no sum of such weights`,
    ],
    [!isZero(roll.root), "rollRoot", "is zero"],
    [!isZero(roll.fileHash), "rollHash", "is zero"],
    [heads === roll.size, "groups", "their heads do not add up to the roll's size"],
    [weight === roll.weight, "groups", "their weights do not add up to the roll's weight"],
    [length === manifest.choicesLength, "choicesLength", `the agenda makes ${length}`],
  ];
  for (const [holds, field, problem] of rules) refuseUnless(holds, field, problem);
  checkKey(manifest);
  classes.forEach((row, number) => {
    checkClass(manifest, row, `class ${number}`);
  });
  refuseUnless(worstOpening(manifest) <= MOST_OPENING_GAS, "items", "one opening costs too much");
}

function checkKey(manifest: Manifest): void {
  const [x, y] = manifest.trusteeKey;
  refuseUnless(manifest.secrecy <= Secrecy.sealed, "secrecy", `${manifest.secrecy} is unknown`);
  if (manifest.secrecy === Secrecy.open) {
    refuseUnless(x === 0n && y === 0n, "trusteeX", "an open election has no trustees' key");
    return;
  }
  refuseUnless(x < PRIME && y < PRIME, "trusteeX", "a coordinate is not below the prime");
  refuseUnless((y * y - x ** 3n - 3n) % PRIME === 0n, "trusteeX", "is not on the curve");
}

function checkClass(manifest: Manifest, row: ClassRow, field: string): void {
  refuseUnless(row.group < manifest.groups.length, field, `there is no group ${row.group}`);
  let last = -1;
  for (const [item, option] of row.barred) {
    const place = item * 65_536 + option;
    refuseUnless(place > last, field, "barred options are not strictly ascending");
    last = place;
    const options = manifest.items[item]?.options ?? 0;
    refuseUnless(option >= 1 && option <= options, field, `item ${item} has no option ${option}`);
  }
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

function refuseUnless(condition: boolean, field: string, problem: string): void {
  if (!condition) throw new EncodingFault(SUBJECT, field, problem);
}
