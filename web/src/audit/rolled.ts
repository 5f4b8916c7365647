/** The roll rebuilt from what was published of it, and held against the manifest. */

import { type Bytes, equal, hex, joined, keccak } from "../chain/bytes.ts";
import { EncodingFault } from "./errors.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import type { Work } from "./progress.ts";
import {
  decodeRoll,
  ENTRY_BYTES,
  EntryKind,
  groupTotals,
  type RollEntry,
  rollLeaf,
  rollRoot,
} from "./roll.ts";
import { say } from "./text.ts";

const LEAVES_A_STEP = 500;

/** The roll rebuilt from its published leaves; undefined when it is not at hand or not whole. */
export function* checkRoll(
  evidence: Evidence,
  rollFile: Bytes | undefined,
  findings: Findings,
): Work<readonly RollEntry[] | undefined> {
  const { roll } = evidence.manifest;
  const parts = publishedParts(evidence, findings);
  const data = parts.length > 0 && !roll.inFile ? joined(parts) : rollFile;
  const isFrozen = evidence.entries.some(({ event }) => event.kind === "Frozen");
  if (data === undefined || (data.length < ENTRY_BYTES * roll.size && !isFrozen)) return undefined;
  if (rollFile !== undefined && !equal(keccak(rollFile), roll.fileHash)) {
    const text = say(
      "the roll file given is not the one that the manifest binds",
      "준 명부 파일이 확정된 명부가 아닙니다",
    );
    findings.fail("roll", text);
  }
  let entries: RollEntry[];
  try {
    entries = decodeRoll(data);
  } catch (error) {
    if (!(error instanceof EncodingFault)) throw error;
    findings.fail("roll", error.text);
    return undefined;
  }
  const leaves: Bytes[] = [];
  for (const entry of entries) {
    leaves.push(rollLeaf(entry, leaves.length));
    if (leaves.length % LEAVES_A_STEP === 0) {
      yield { stage: "roll", done: leaves.length, total: entries.length };
    }
  }
  checkSummary(evidence, entries, leaves, data, findings);
  checkGroups(evidence, entries, findings);
  return entries;
}

/** The parts of the roll in its events; voter numbers run without gap or repetition. */
function publishedParts(evidence: Evidence, findings: Findings): Bytes[] {
  let expected = 0;
  return evidence.entries.flatMap(({ event, log }) => {
    if (event.kind !== "RollPublished") return [];
    if (event.first !== expected || event.entries.length % ENTRY_BYTES !== 0) {
      const text = say(
        `entries from voter ${event.first} on come where voter ${expected} should`,
        `선거인 ${expected}부터 나와야 할 곳에 선거인 ${event.first}부터 나옵니다`,
      );
      findings.fail("roll", text, { transaction: log.transaction });
    }
    expected = event.first + Math.floor(event.entries.length / ENTRY_BYTES);
    return [event.entries];
  });
}

function checkSummary(
  evidence: Evidence,
  entries: readonly RollEntry[],
  leaves: readonly Bytes[],
  data: Bytes,
  findings: Findings,
): void {
  const { roll } = evidence.manifest;
  const bare = (digest: Bytes) => hex(digest).slice(2);
  const weight = entries.reduce((sum, entry) => sum + entry.weight, 0n);
  let largest = 0n;
  for (const entry of entries) if (entry.weight > largest) largest = entry.weight;
  const facts: [string, string, number | bigint | string, number | bigint | string][] = [
    ["number of entries", "인원", entries.length, roll.size],
    ["weight", "무게", weight, roll.weight],
    ["largest weight", "가장 큰 무게", largest, roll.largestWeight],
    ["Merkle root", "머클 뿌리", bare(rollRoot(leaves)), bare(roll.root)],
    ["file hash", "파일 지문", bare(keccak(data)), bare(roll.fileHash)],
  ];
  for (const [en, ko, ours, theirs] of facts) {
    if (ours === theirs) continue;
    const text = say(
      `its ${en} is ${ours}, the manifest says ${theirs}`,
      `${ko}: 명부는 ${ours}, 확정된 규칙은 ${theirs}입니다`,
    );
    findings.fail("roll", text);
  }
}

function checkGroups(evidence: Evidence, entries: readonly RollEntry[], findings: Findings): void {
  const { manifest } = evidence;
  let totals: { heads: number; weight: bigint }[];
  try {
    totals = groupTotals(entries, manifest.classes);
  } catch (error) {
    if (!(error instanceof EncodingFault)) throw error;
    findings.fail("roll", error.text);
    return;
  }
  const attested = entries.filter((entry) => entry.kind === EntryKind.attested).length;
  if (attested > 0 && manifest.registrars.length === 0) {
    const text = say(
      `manifest, registrars: ${attested} attested roll entries need at least one registrar`,
      `인증이 필요한 선거인이 ${attested}명인데 명부 관리자가 없습니다`,
    );
    findings.fail("roll", text);
    return;
  }
  manifest.groups.forEach((group, number) => {
    const found = totals[number] ?? { heads: 0, weight: 0n };
    if (found.heads === group.heads && found.weight === group.weight) return;
    const text = say(
      `group ${number} has ${found.heads} entries of weight ${found.weight}, ` +
        `the manifest says ${group.heads} of ${group.weight}`,
      `집단 ${number}: 명부는 ${found.heads}명 무게 ${found.weight}, ` +
        `확정된 규칙은 ${group.heads}명 무게 ${group.weight}입니다`,
    );
    findings.fail("roll", text);
  });
}
