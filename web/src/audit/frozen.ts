/** What was frozen: the manifest, bound to code and storage, and its text. */

import { checksum } from "../chain/address.ts";
import { type Bytes, bigBytes, equal, hex, isZero, keccak, tag } from "../chain/bytes.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { Place } from "./storage.ts";
import { say } from "./text.ts";

/** What the visitor expects or gives beside the evidence. */
export interface Expected {
  readonly organiser?: Bytes | undefined;
  readonly manifestHash?: Bytes | undefined;
  /** The only block whose evidence a file may hold. */
  readonly blockHash?: Bytes | undefined;
  readonly rollFile?: Bytes | undefined;
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
