/**
 * The whole record replayed in chain order through the model of the contract.
 *
 * Every call whose calldata is at hand is decided anew: signatures, credentials, then the model says
 * which acts are recorded and why the others are not, and the events must say the same. Calls that
 * came through another contract are replayed from their events.
 */

import { at, type Bytes, hex } from "../chain/bytes.ts";
import type { Domain } from "../protocol/domain.ts";
import { type Act, actHash, packSlot } from "./acts.ts";
import { type Batch, decodeBatch } from "./batches.ts";
import { type BatchCall, type Call, directCall } from "./calls.ts";
import { Comparison, wronglyRecorded } from "./comparing.ts";
import { AuditImpossible, EncodingFault } from "./errors.ts";
import type { CheckedIn, Event, Recorded } from "./events.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { Judge, type RollEntries } from "./judging.ts";
import type { Step, Work } from "./progress.ts";
import { ElectionRecord, Refusal } from "./record.ts";
import { SignatureReader, type Signed } from "./signed.ts";
import { say } from "./text.ts";
import { alignWith, isAct, isBatchRecorded, isOfBatch, offerOf, signedOf } from "./toldacts.ts";

/** A recorded act with the bytes behind its hashes, as its event tells them. */
export interface Ballot {
  readonly act: Act;
  readonly escrow: Bytes | undefined;
  readonly choices: Bytes | undefined;
}

type EventOf<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>;

/** One pass over the events; afterwards `record` is the state that the events make. */
export class Replay {
  readonly evidence: Evidence;
  readonly record: ElectionRecord;
  certified: EventOf<"Certified"> | undefined;
  key: EventOf<"KeyReleased"> | undefined;
  readonly #ballots = new Map<string, Ballot>();
  readonly #reader: SignatureReader;
  readonly #judge: Judge;
  readonly #findings: Findings;
  #now = 0n;

  constructor(evidence: Evidence, domain: Domain, roll: RollEntries, findings: Findings) {
    this.evidence = evidence;
    this.record = new ElectionRecord(evidence.manifest);
    this.#reader = new SignatureReader(evidence.manifest, domain);
    this.#judge = new Judge(this.#reader, roll, findings);
    this.#findings = findings;
  }

  /** Replay everything. */
  *run(): Work<void> {
    const { entries } = this.evidence;
    let start = 0;
    while (start < entries.length) {
      const { block, transaction } = at(entries, start).log;
      let end = start;
      while (end < entries.length) {
        const { log } = at(entries, end);
        if (log.block !== block || log.transaction !== transaction) break;
        end += 1;
      }
      const now = this.evidence.timeOf(block);
      if (now === undefined) {
        throw new AuditImpossible(
          say(
            `the evidence lacks the header of block ${block}`,
            `증거에 블록 ${block}의 머리말이 없습니다`,
          ),
        );
      }
      this.#now = now;
      this.#findings.transaction = transaction;
      yield* this.#transaction(
        transaction,
        entries.slice(start, end).map((entry) => entry.event),
        { stage: "ballots", done: start, total: entries.length },
      );
      start = end;
    }
    this.#findings.transaction = undefined;
  }

  /** The bytes behind a recorded act. */
  ballot(act: Act): Ballot | undefined {
    return this.#ballots.get(hex(actHash(act)));
  }

  *#transaction(name: string, events: readonly Event[], step: Step): Work<void> {
    const call = this.#call(name);
    if (call !== undefined && call.form !== "rebind" && events.every(isOfBatch)) {
      const isReplayed = yield* this.#batch(call, events, step);
      if (isReplayed) return;
    }
    let start = 0;
    while (start < events.length) {
      const event = at(events, start);
      if (!isOfBatch(event)) {
        this.#other(event, call);
        start += 1;
        continue;
      }
      let end = start;
      while (end < events.length && isOfBatch(at(events, end))) end += 1;
      this.#noteUnchecked(name);
      this.#wrapped(events.slice(start, end));
      start = end;
      yield step;
    }
  }

  #call(name: string): Call | undefined {
    const transaction = this.evidence.told.transactions.get(name);
    if (transaction === undefined) return undefined;
    if (hex(transaction.hash) !== name) {
      const text = say(
        "the transaction does not hash to its name: it was altered",
        "거래 원문이 이름과 맞지 않습니다. 고쳐진 것입니다",
      );
      this.#findings.fail("calldata", text);
    }
    return directCall(this.evidence.told.election, transaction);
  }

  /** Decide the batch anew; false when its bytes are no batch that could have succeeded. */
  *#batch(call: BatchCall, events: readonly Event[], step: Step): Work<boolean> {
    const batch = this.#decode(call);
    if (batch === undefined) return false;
    const acts: Signed[] = [];
    for (const act of this.#reader.acts(batch)) {
      acts.push(act);
      yield { ...step, done: step.done + acts.length };
    }
    const told = events.filter(isAct);
    const places = alignWith(acts, told);
    const aligned = places.map((place) => (place === undefined ? undefined : told[place]));
    const judged = this.#judge.judge(acts, aligned, batch);
    const reasons = this.record.cast(judged.map(offerOf), this.#now);
    const comparison = new Comparison(this.record, this.#findings);
    judged.forEach((act, place) => {
      const event = aligned[place];
      comparison.compare(act, reasons[place], event);
      if (event?.kind === "Recorded") this.#keep(event);
    });
    comparison.compareSurplus(told, places);
    comparison.compareRoot(events.filter(isBatchRecorded));
    return true;
  }

  #decode(call: BatchCall): Batch | undefined {
    try {
      return decodeBatch(call.form, call.data, this.evidence.manifest);
    } catch (error) {
      if (!(error instanceof EncodingFault)) throw error;
      const text = say(
        `the chain took a batch that should revert: ${error.message}`,
        `받아들여질 수 없는 묶음이 받아들여졌습니다: ${error.text.ko}`,
      );
      this.#findings.fail("calldata", text);
      return undefined;
    }
  }

  #noteUnchecked(name: string): void {
    const isAtHand = this.evidence.told.transactions.has(name);
    const text = isAtHand
      ? say("came through another contract", "다른 컨트랙트를 거쳐 왔습니다")
      : say("has no calldata at hand", "거래 원문이 없습니다");
    this.#findings.note(
      "calldata",
      say(
        `a batch ${text.en}: signatures and credentials are enforced by the contract, ` +
          "not checked here",
        `한 묶음은 ${text.ko}. 서명과 인증은 컨트랙트가 확인했고, 여기서는 확인하지 못했습니다`,
      ),
    );
  }

  /** Acts known from their events alone, batch by batch. */
  #wrapped(events: readonly Event[]): void {
    let pending: (Recorded | CheckedIn)[] = [];
    for (const event of events) {
      if (event.kind === "BatchRecorded") {
        this.#told(pending);
        pending = [];
      } else if (event.kind === "Recorded" || event.kind === "CheckedIn") pending.push(event);
    }
    this.#told(pending);
  }

  #told(events: readonly (Recorded | CheckedIn)[]): void {
    const acts = events.map(signedOf);
    const reasons = this.record.cast(acts.map(offerOf), this.#now);
    events.forEach((event, place) => {
      const act = at(acts, place);
      const reason = reasons[place];
      if (reason !== undefined) {
        this.#findings.fail("record", wronglyRecorded(reason), { voter: event.voter });
      }
      this.#judge.judgeEntitlement(act);
      if (event.kind === "Recorded") this.#keep(event);
    });
  }

  #keep(event: Recorded): void {
    const act = { terms: event.terms, content: event.content, escrow: event.escrowHash };
    const { escrow, choices } = event;
    this.#ballots.set(hex(actHash(act)), { act, escrow, choices });
  }

  /** Everything that is not an act. */
  #other(event: Event, call: Call | undefined): void {
    try {
      if (event.kind === "Rebound") this.#rebound(event, call);
      else if (event.kind === "Settled") this.#settled(event);
      else if (event.kind === "KeyReleased") {
        this.key = event;
        this.record.keyKnown = true;
      } else if (event.kind === "Opened") this.#opened(event);
      else if (event.kind === "Voided") this.record.voidBallot(event.voter, this.#now);
      else if (event.kind === "Certified") {
        this.certified = event;
        this.record.certify(this.#now);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const check = event.kind === "Certified" ? "certification" : "record";
      const text = say(
        `${event.kind.toLowerCase()}, although ${error.text.en}`,
        `컨트랙트가 할 수 없는 일이 적혀 있습니다 (${event.kind}): ${error.text.ko}`,
      );
      this.#findings.fail(check, text, "voter" in event ? { voter: event.voter } : {});
    }
  }

  #rebound({ voter, epoch }: EventOf<"Rebound">, call: Call | undefined): void {
    if (call?.form !== "rebind") {
      const text = say(
        "rebound through another contract: enforced by the contract, not checked here",
        "다른 컨트랙트를 거쳐 열쇠가 바뀌었습니다. 컨트랙트가 확인했고, 여기서는 확인하지 못했습니다",
      );
      this.#findings.note("credentials", text, { voter });
    } else if (
      call.voter !== BigInt(voter) ||
      call.epoch !== BigInt(epoch) ||
      !this.#reader.rebindHolds(call, voter, epoch)
    ) {
      const text = say(
        "the registrars did not sign this rebind",
        "명부 관리자들이 서명하지 않은 열쇠 바꿈입니다",
      );
      this.#findings.fail("credentials", text, { voter });
    }
    this.record.rebind(voter, epoch, this.#now);
  }

  #settled({ voter, slot }: EventOf<"Settled">): void {
    if (slot !== packSlot(this.record.slot(voter))) {
      const text = say(
        "settled with another slot than the events make",
        "이벤트가 만드는 것과 다른 칸으로 정리되었습니다",
      );
      this.#findings.fail("settlement", text, { voter });
    }
    if (!this.record.settle(voter, this.#now)) {
      this.#findings.fail("settlement", say("settled twice", "두 번 정리되었습니다"), { voter });
    }
  }

  /** The choices are held against the escrow later; here only whether one may be opened. */
  #opened({ voter, choices }: EventOf<"Opened">): void {
    const { record } = this;
    const faults: [boolean, string, string][] = [
      [
        !record.isSealed || !record.keyKnown,
        "opened before the trustees' key was out",
        "개표 열쇠가 공개되기 전에 개표되었습니다",
      ],
      [
        record.liveAct(voter) === undefined,
        "opened without a live ballot",
        "유효한 표가 없는데 개표되었습니다",
      ],
      [
        record.opened.has(voter) || record.voided.has(voter),
        "opened twice, or after it was voided",
        "두 번, 또는 무효가 된 뒤에 개표되었습니다",
      ],
    ];
    const fault = faults.find(([isFound]) => isFound);
    if (fault !== undefined) {
      this.#findings.fail("openings", say(fault[1], fault[2]), { voter });
    }
    record.opened.set(voter, choices);
  }
}
