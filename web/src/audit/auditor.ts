/** The audit itself: evidence in, report out, every check in its place and always in one order. */

import { equal, hex, readHex } from "../chain/bytes.ts";
import { Untrustworthy } from "../chain/errors.ts";
import type { Domain } from "../protocol/domain.ts";
import { checkBatches } from "./batched.ts";
import { checkCode } from "./contracts.ts";
import { Uncountable } from "./counting/votes.ts";
import { checkDecision, decide } from "./decision.ts";
import { Evidence, type Told } from "./evidence.ts";
import { Findings } from "./findings.ts";
import { checkManifest, type Expected } from "./frozen.ts";
import { countItem } from "./methods.ts";
import { checkOpenings } from "./openings.ts";
import { type Phase, phaseAt } from "./phases.ts";
import type { Work } from "./progress.ts";
import { type PublishedText, readPublished } from "./published.ts";
import { Replay } from "./replay.ts";
import { type Check, type ItemResult, judge, type Report, untrusted } from "./report.ts";
import { checkRoll } from "./rolled.ts";
import { checkState } from "./state.ts";
import { summarise } from "./summary.ts";
import { type Count, checkTally, count } from "./tally.ts";
import { same, say } from "./text.ts";
import { checkTiming } from "./timing.ts";

/**
 * Check evidence that is at hand.
 *
 * Evidence that contradicts itself is a failed check. Throws `UnknownElection`, and
 * `AuditImpossible` where the evidence is incomplete.
 */
export function* examine(told: Told, expected: Expected = {}): Work<Report> {
  try {
    return yield* examineEvidence(new Evidence(told), expected);
  } catch (error) {
    if (error instanceof Untrustworthy) {
      return { ...untrusted(readHex(told.election), error), ...head(told) };
    }
    throw error;
  }
}

function head(told: Told) {
  return {
    election: told.election,
    chainId: told.chainId,
    blockNumber: told.header.number,
    blockHash: hex(told.header.hash),
    source: told.source,
  };
}

/** Check evidence whose clone and manifest hold; throws `Untrustworthy` when its proofs do not. */
export function* examineEvidence(evidence: Evidence, expected: Expected): Work<Report> {
  const { told, manifest } = evidence;
  const findings = new Findings();
  yield { stage: "code", done: 0, total: 1 };
  checkChain(evidence, findings);
  const system = checkCode(evidence, findings);
  const stored = checkManifest(evidence, system, expected, findings);
  const roll = yield* checkRoll(evidence, expected.rollFile, findings);
  const domain: Domain = {
    chainId: told.chainId,
    election: readHex(told.election, 20) as Domain["election"],
    manifestHash: stored as Domain["manifestHash"],
  };
  const replay = new Replay(evidence, domain, roll, findings);
  yield* replay.run();
  checkBatches(evidence, findings);
  checkState(evidence, replay, findings);
  checkTiming(evidence, findings);
  const phase = phaseOf(evidence, replay);
  if (manifest.trusteeKey !== null) {
    yield* checkOpenings(manifest.trusteeKey, replay, domain, findings);
  }
  checkSettlement(replay, findings);
  const counted = yield* count(replay);
  checkTally(evidence, counted, findings);
  const text = readPublished(manifest, lastText(evidence));
  const decided = decide(evidence, counted, phase, text.titles);
  const [items, counting] = yield* countItems(evidence, counted, phase, text, decided, findings);
  checkDecision(evidence, items, findings);
  checkCertification(replay, phase, findings);
  return {
    ...head(told),
    phase,
    checks: [...summarise(evidence, replay, findings, phase, roll !== undefined), counting],
    items,
    votingCode: text.votingCode,
  };
}

function checkChain(evidence: Evidence, findings: Findings): void {
  const { told } = evidence;
  for (const text of told.disagreements) findings.fail("chain", text);
  for (const [log, reason] of evidence.strange) {
    findings.fail("events", same(reason), { transaction: log.transaction });
  }
  for (const log of told.logs) {
    const header = told.headers.get(log.block);
    if (header === undefined || equal(header.hash, log.blockHash)) continue;
    const text = say(
      `an event is said to be in another block ${log.block} than the header's`,
      `이벤트가 머리말과 다른 블록 ${log.block}에 있다고 합니다`,
    );
    findings.fail("chain", text, { transaction: log.transaction });
  }
  for (const [name, transaction] of told.transactions) {
    const { chainId } = transaction;
    if (chainId === undefined || chainId === told.chainId) continue;
    const text = say(
      `signed for chain id ${chainId}, the evidence is of ${told.chainId}`,
      `체인 ${chainId}의 서명인데 증거는 체인 ${told.chainId}의 것입니다`,
    );
    findings.fail("chain", text, { transaction: name });
  }
  if (evidence.isEmbedded) {
    const text = say(
      "this is an embedded chain: its operator controls it and its time",
      "내장 체인입니다. 운영자가 체인과 그 시각을 다스립니다",
    );
    findings.note("chain", text);
  }
}

function phaseOf(evidence: Evidence, replay: Replay): Phase {
  const kinds = new Set(evidence.entries.map(({ event }) => event.kind));
  if (kinds.has("Cancelled")) return "cancelled";
  if (!kinds.has("Frozen")) return "draft";
  if (replay.record.certified) return "certified";
  const now = evidence.told.header.timestamp;
  return phaseAt(evidence.manifest, now, replay.key !== undefined);
}

/** Tell how many voters with several acts wait to be settled; certification refuses them. */
function checkSettlement(replay: Replay, findings: Findings): void {
  const { unsettled } = replay.record;
  if (unsettled === 0) return;
  const text = say(
    `${unsettled} voters with several acts are not settled yet`,
    `여러 번 투표한 선거인 ${unsettled}명이 아직 정리되지 않았습니다`,
  );
  findings.note("settlement", text);
}

function lastText(evidence: Evidence) {
  const texts = evidence.entries.flatMap(({ event }) =>
    event.kind === "TextPublished" ? [event.text] : [],
  );
  return texts[texts.length - 1];
}

/** Every item counted by the method that the text names, once the result is certified. */
function* countItems(
  evidence: Evidence,
  counted: Count,
  phase: Phase,
  text: PublishedText,
  decided: readonly ItemResult[],
  findings: Findings,
): Work<[ItemResult[], Check]> {
  const items = [...decided];
  let named = 0;
  for (const [number, counting] of text.counting.entries()) {
    const item = items[number];
    if (counting === undefined || item === undefined || phase !== "certified") continue;
    named += 1;
    try {
      const { lines, selected } = yield* countItem(evidence.manifest, number, counted, counting);
      items[number] = { ...item, counting: lines, selected };
    } catch (error) {
      if (!(error instanceof Uncountable)) throw error;
      const words = say(
        `item ${number + 1} is not counted here: ${error.text.en}`,
        `안건 ${number + 1}은 여기서 세지 않습니다: ${error.text.ko}`,
      );
      findings.note("counting", words);
    }
  }
  const passed =
    named === 0
      ? say("no item is decided by a counting method", "세는 방법으로 정하는 안건이 없습니다")
      : say(
          `${named} items counted by the method that the text names`,
          `안건 ${named}개를 글에 적힌 방법으로 다시 셌습니다`,
        );
  return [items, judge("counting", [], passed, findings.notes("counting"))];
}

function checkCertification(replay: Replay, phase: Phase, findings: Findings): void {
  const { certified, record } = replay;
  const check = "certification";
  if (certified !== undefined) {
    const ours = `(${record.live}, ${record.liveWeight}, ${record.voided.size})`;
    const theirs = `(${certified.ballots}, ${certified.weight}, ${certified.voided})`;
    if (ours === theirs) return;
    const text = say(
      `certified ${theirs} ballots, weight and void, the record has ${ours}`,
      `확정된 표·무게·무효는 ${theirs}, 기록으로는 ${ours}입니다`,
    );
    findings.fail(check, text);
  } else if (phase === "undetermined") {
    const text = say(
      "undetermined: the trustees' key was not released",
      "결과 없음: 개표 열쇠가 공개되지 않았습니다",
    );
    findings.note(check, text);
  } else if (phase === "cancelled") {
    const text = say(
      "the election was cancelled before voting",
      "투표가 시작되기 전에 취소되었습니다",
    );
    findings.note(check, text);
  } else {
    const text = say(`not certified yet: ${phase}`, "아직 결과가 확정되지 않았습니다");
    findings.note(check, text);
  }
}
