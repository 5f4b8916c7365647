/** The acts of one batch as its calldata has them against the events told of them. */

import { equal } from "../chain/bytes.ts";
import { Channel, sameTerms } from "./acts.ts";
import type { ActEvent, BatchRecorded, Recorded, Skipped } from "./events.ts";
import type { Findings } from "./findings.ts";
import type { ElectionRecord } from "./record.ts";
import type { Signed } from "./signed.ts";
import { skipWords } from "./skips.ts";
import { say, type Text } from "./text.ts";

const CHECK = "calldata";

/** Compares with `record`, the model after the batch. */
export class Comparison {
  readonly #record: ElectionRecord;
  readonly #findings: Findings;

  constructor(record: ElectionRecord, findings: Findings) {
    this.#record = record;
    this.#findings = findings;
  }

  /** One act as the model decided it against the event told for it. */
  compare(act: Signed, reason: number | undefined, event: ActEvent | undefined): void {
    const voter = act.act.terms.voter;
    this.#findings.count("acts");
    if (event === undefined) {
      const text = say(
        "the calldata holds an act that no event tells of",
        "거래 원문에 있는 표가 이벤트에 없습니다",
      );
      this.#fail(text, voter);
    } else if (event.kind === "Skipped") this.#compareSkip(act, reason, event);
    else if (reason !== undefined)
      this.#findings.fail("record", wronglyRecorded(reason), { voter });
    else if (event.kind === "Recorded") this.#compareRecorded(act, event);
  }

  /** Events that no act of the calldata stands behind. */
  compareSurplus(told: readonly ActEvent[], aligned: readonly (number | undefined)[]): void {
    const used = new Set(aligned);
    told.forEach((event, place) => {
      if (used.has(place)) return;
      const text = say(
        "an event tells of an act that the calldata lacks",
        "이벤트에 있는 표가 거래 원문에 없습니다",
      );
      this.#fail(text, event.voter);
    });
  }

  /** The batch's root from the calldata against its event, where it told one. */
  compareRoot(told: readonly BatchRecorded[]): void {
    const [first] = told;
    if (first === undefined) return;
    const made = this.#record.batch;
    const agrees =
      told.length === 1 &&
      made !== undefined &&
      made.firsts === first.firsts &&
      equal(made.root, first.root) &&
      equal(made.seals, first.seals);
    if (agrees) return;
    const text = say(
      "the calldata makes another batch than the event",
      "거래 원문이 만드는 묶음이 이벤트와 다릅니다",
    );
    this.#findings.fail(CHECK, text, { batch: first.number });
  }

  #compareSkip(act: Signed, reason: number | undefined, event: Skipped): void {
    const voter = act.act.terms.voter;
    this.#findings.count("skipped");
    if (!equal(event.digest, act.digest)) {
      const text = say(
        "the event of a skipped act names another digest",
        "기록되지 않은 표의 이벤트가 다른 표를 가리킵니다",
      );
      this.#fail(text, voter);
    }
    if (reason === event.reason) return;
    const due =
      reason === undefined
        ? say("although it was in order", "그러나 문제없는 표였습니다")
        : say(`not for ${skipWords(reason).en}`, `맞는 사유는 ${skipWords(reason).ko}입니다`);
    const text = say(
      `skipped for reason ${event.reason}, ${due.en}`,
      `사유 ${event.reason}로 기록되지 않았습니다. ${due.ko}`,
    );
    this.#findings.fail("record", text, { voter });
  }

  #compareRecorded(act: Signed, event: Recorded): void {
    const { content, escrow } = act.act;
    const isAssembly =
      act.act.terms.channel === Channel.online && this.#record.checkedIn.has(act.act.terms.voter);
    const terms = isAssembly
      ? { ...act.act.terms, channel: Channel.onlineAssembly }
      : act.act.terms;
    const faults: [boolean, string, string][] = [
      [!sameTerms(event.terms, terms), "terms", "표의 조건"],
      [!equal(event.content, content), "envelope or choices", "봉투나 선택"],
      [!equal(event.escrowHash, escrow), "escrow", "개표용 봉투"],
    ];
    for (const [isFound, en, ko] of faults) {
      if (!isFound) continue;
      const text = say(
        `event and calldata differ in the ${en}`,
        `이벤트와 거래 원문의 ${ko}이 다릅니다`,
      );
      this.#fail(text, terms.voter);
    }
  }

  #fail(text: Text, voter: number): void {
    this.#findings.fail(CHECK, text, { voter });
  }
}

/** An act told as recorded that the contract's rules refuse. */
export function wronglyRecorded(reason: number): Text {
  const words = skipWords(reason);
  return say(
    `recorded, although it had to be skipped: ${words.en}`,
    `기록되면 안 되는 표가 기록되었습니다: ${words.ko}`,
  );
}
