/** The events are all there: every batch is rebuilt from them and compared with storage. */

import { equal } from "../chain/bytes.ts";
import type { Log } from "../chain/log.ts";
import { SEALED } from "../protocol/manifest.ts";
import {
  type Act,
  batchRecord,
  batchRoot,
  Kind,
  leafOf,
  mappingSlot,
  orderOf,
  sealsOf,
} from "./acts.ts";
import type { BatchRecorded, Recorded } from "./events.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { Place } from "./storage.ts";
import { say, type Text } from "./text.ts";

const CHECK = "batches";

interface First {
  readonly event: Recorded;
  readonly log: Log;
}

/** Rebuild each batch's tree and seals from the ballots' events, and compare with storage. */
export function checkBatches(evidence: Evidence, findings: Findings): void {
  const seen = new Set<number>();
  let firsts: First[] = [];
  let number = 0;
  for (const { event, log } of evidence.entries) {
    if (event.kind === "BatchRecorded") {
      number += 1;
      findings.count("batches");
      if (event.number !== number) {
        const text = say(
          `its event comes where batch ${number}'s should`,
          `묶음 ${number}이 나와야 할 곳에 나옵니다`,
        );
        findings.fail(CHECK, text, { batch: event.number, transaction: log.transaction });
        number = event.number;
      }
      checkBatch(evidence, event, log.transaction, firsts, findings);
      firsts = [];
    } else if (event.kind === "Rebound") seen.add(event.voter);
    else if (event.kind === "Recorded") {
      const { terms, voter } = event;
      if (orderOf(terms) === 0 && terms.kind === Kind.ballot && !seen.has(voter)) {
        firsts.push({ event, log });
      }
      seen.add(voter);
    }
  }
  for (const first of firsts) unbatched(first, findings);
}

/** One batch, given the firsts told since the batch before. */
function checkBatch(
  evidence: Evidence,
  batch: BatchRecorded,
  transaction: string,
  firsts: readonly First[],
  findings: Findings,
): void {
  const where = { batch: batch.number, transaction };
  for (const first of firsts) {
    if (first.log.transaction !== transaction) unbatched(first, findings);
  }
  const acts = firsts
    .filter((first) => first.log.transaction === transaction)
    .map(({ event }) => ({ terms: event.terms, content: event.content, escrow: event.escrowHash }));
  const fault = faultOf(acts, batch, evidence.manifest.secrecy === SEALED);
  if (fault !== undefined) findings.fail(CHECK, fault, where);
  const stored = evidence.storage.get(mappingSlot(Place.batches, batch.number));
  if (stored !== batchRecord(batch.root, batch.seals)) {
    const text = say(
      "its event is not what the contract stored",
      "이벤트가 컨트랙트에 저장된 것과 다릅니다",
    );
    findings.fail(CHECK, text, where);
  }
}

function faultOf(acts: readonly Act[], batch: BatchRecorded, sealed: boolean): Text | undefined {
  if (acts.length !== batch.firsts) {
    return say(
      `${acts.length} events of ${batch.firsts} first ballots`,
      `처음 낸 표 ${batch.firsts}장 가운데 이벤트는 ${acts.length}개입니다`,
    );
  }
  if (acts.length === 0 || !equal(batchRoot(acts.map(leafOf)), batch.root)) {
    return say(
      "the ballots' events do not make its root",
      "표의 이벤트들이 묶음의 뿌리를 만들지 못합니다",
    );
  }
  if (!equal(sealsOf(acts, sealed), batch.seals)) {
    return say(
      "the ballots' escrows do not make its seals",
      "표의 개표용 봉투들이 묶음의 봉인을 만들지 못합니다",
    );
  }
  return undefined;
}

function unbatched({ event, log }: First, findings: Findings): void {
  const text = say("a first ballot that no batch holds", "어느 묶음에도 없는 표입니다");
  findings.fail(CHECK, text, { voter: event.voter, transaction: log.transaction });
}
