/** What was frozen: the code that runs the election, the manifest, the text and the roll. */

import { checksum } from "../chain/address.ts";
import {
  at,
  type Bytes,
  bigBytes,
  concat,
  equal,
  hex,
  isZero,
  keccak,
  readHex,
  tag,
} from "../chain/bytes.ts";
import {
  type Artifact,
  ELECTION,
  fixedAddresses,
  MODULES,
  matches,
  VERIFIERS,
  WIDE_MODULE,
} from "./artifacts.ts";
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
import { Place } from "./storage.ts";
import { say, type Text } from "./text.ts";

const LEAVES_A_STEP = 500;

/** What the visitor expects or gives beside the evidence. */
export interface Expected {
  readonly organiser?: Bytes | undefined;
  readonly manifestHash?: Bytes | undefined;
  readonly rollFile?: Bytes | undefined;
}

/** Every contract that runs the election is the packaged one; their system hash if all are known. */
export function checkCode(evidence: Evidence, findings: Findings): Bytes | undefined {
  for (const [address, code] of evidence.told.code) {
    if (equal(keccak(code), evidence.codeHash(address))) continue;
    const shown = checksum(readHex(address));
    const text = say(
      `the code told for ${shown} is not the code in the state`,
      `${shown}의 코드라고 한 것이 체인에 있는 코드와 다릅니다`,
    );
    findings.fail("code", text);
  }
  const code = evidence.codeOf(hex(evidence.implementation));
  const fixed = fixedAddresses(ELECTION, code);
  if (fixed.length !== MODULES.length) {
    findings.fail("code", unlike(ELECTION, evidence.implementation));
    return undefined;
  }
  const addresses = [evidence.implementation, ...fixed.slice(1)];
  MODULES.forEach((own, place) => {
    const address = at(addresses, place);
    if (!matches(own, evidence.codeOf(hex(address)))) {
      findings.fail("code", unlike(own, address));
    }
  });
  if (!equal(at(fixed, 0), evidence.implementation)) {
    const text = say(
      "the implementation names another contract than itself",
      "구현 컨트랙트가 자기 아닌 다른 컨트랙트를 가리킵니다",
    );
    findings.fail("code", text);
  }
  checkVerifiers(evidence, at(addresses, MODULES.indexOf(WIDE_MODULE)), findings);
  const hashes = addresses.map((address) => evidence.codeHash(hex(address)));
  return keccak(tag("system"), ...hashes);
}

function unlike(own: Artifact, address: Bytes): Text {
  const shown = checksum(address);
  return say(
    `the contract at ${shown} is not the packaged ${own.name} of this version`,
    `${shown}의 컨트랙트가 이 버전의 ${own.name}과 다릅니다`,
  );
}

function checkVerifiers(evidence: Evidence, wide: Bytes, findings: Findings): void {
  const fixed = fixedAddresses(WIDE_MODULE, evidence.codeOf(hex(wide)));
  fixed.slice(0, VERIFIERS.length).forEach((address, place) => {
    const own = at(VERIFIERS, place);
    if (!matches(own, evidence.codeOf(hex(address)))) findings.fail("code", unlike(own, address));
  });
}

/** The manifest is bound to code and storage, its text is known, it was frozen; its stored hash. */
export function checkManifest(
  evidence: Evidence,
  system: Bytes | undefined,
  expected: Expected,
  findings: Findings,
): Bytes {
  const { manifest, manifestBytes } = evidence;
  const stored = bigBytes(evidence.slot(Place.manifestHash), 32);
  const fail = (en: string, ko: string) => findings.fail("manifest", say(en, ko));
  const made = system && keccak(tag("manifest"), system, keccak(manifestBytes));
  if (made !== undefined && !equal(made, stored)) {
    fail(
      "the manifest hash in storage is not that of manifest and code",
      "저장된 규칙 지문이 규칙과 코드의 것이 아닙니다",
    );
  }
  const { manifestHash } = expected;
  if (manifestHash !== undefined && !equal(manifestHash, stored)) {
    fail(
      `the manifest hash is ${hex(stored)}, not the one expected`,
      `규칙 지문이 ${hex(stored)}로, 기대한 것이 아닙니다`,
    );
  }
  checkOrganiser(manifest.organiser, expected, findings);
  if (isZero(manifest.seed)) {
    fail("the 32 random bytes are zero", "난수 32바이트가 0입니다");
  }
  const texts = evidence.entries.flatMap(({ event }) =>
    event.kind === "TextPublished" ? [event.text] : [],
  );
  if (texts.length === 0) {
    const text = say("the text is not published yet", "안건 글이 아직 공개되지 않았습니다");
    findings.note("manifest", text);
  } else if (texts.some((text) => !equal(keccak(text), manifest.textHash))) {
    fail(
      "the published text is not the one that the manifest binds",
      "공개된 안건 글이 확정된 글이 아닙니다",
    );
  }
  checkFreezing(evidence, stored, findings);
  return stored;
}

function checkOrganiser(organiser: Bytes, expected: Expected, findings: Findings): void {
  const shown = checksum(organiser);
  const wanted = expected.organiser;
  if (wanted !== undefined && !equal(wanted, organiser)) {
    const text = say(
      `the organiser is ${shown}, not ${checksum(wanted)}`,
      `주최자가 ${checksum(wanted)}이 아니라 ${shown}입니다`,
    );
    findings.fail("manifest", text);
  }
  if (wanted === undefined && expected.manifestHash === undefined) {
    const text = say(
      `the organiser ${shown} is not verified: none was expected`,
      `주최자 ${shown}은 확인하지 않았습니다. 기대하는 주최자를 적지 않았습니다`,
    );
    findings.note("manifest", text);
  }
}

function checkFreezing(evidence: Evidence, stored: Bytes, findings: Findings): void {
  const frozen = evidence.entries.flatMap(({ event }) =>
    event.kind === "Frozen" ? [event.manifestHash] : [],
  );
  const [first] = frozen;
  if (first === undefined) {
    const text = say("the election is not frozen yet", "아직 확정되지 않은 투표입니다");
    findings.note("manifest", text);
  } else if (frozen.length !== 1 || !equal(first, stored)) {
    const text = say(
      "it was frozen twice, or with another manifest hash",
      "두 번 확정되었거나 다른 규칙으로 확정되었습니다",
    );
    findings.fail("manifest", text);
  }
}

/** The roll rebuilt from its published leaves; undefined when it is not at hand or not whole. */
export function* checkRoll(
  evidence: Evidence,
  rollFile: Bytes | undefined,
  findings: Findings,
): Work<readonly RollEntry[] | undefined> {
  const { roll } = evidence.manifest;
  const parts = publishedParts(evidence, findings);
  const data = parts.length > 0 && !roll.inFile ? concat(...parts) : rollFile;
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
