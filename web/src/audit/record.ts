/**
 * The model of the contract's record (section 7 and 9): what it does with each act, by state alone.
 *
 * Whether signatures hold is told by the caller; every method is one call of the contract.
 */

import type { Bytes } from "../chain/bytes.ts";
import { SEALED } from "../protocol/manifest.ts";
import {
  type Act,
  batchRoot,
  Channel,
  Desk,
  EMPTY_SLOT,
  FINAL_EPOCH,
  isBallot,
  Kind,
  leafOf,
  MOST_REVISION,
  orderOf,
  type Slot,
  State,
  sealsOf,
  slotAfter,
} from "./acts.ts";
import type { Manifest } from "./manifest.ts";
import { type Phase, phaseAt } from "./phases.ts";
import { Skip } from "./skips.ts";
import { say, type Text } from "./text.ts";

/** An act in a well-formed batch with what its signatures prove; see `Signed`. */
export interface Offer {
  readonly act: Act;
  readonly own: boolean;
  readonly attested: boolean;
  readonly desk: number | undefined;
  readonly clean: boolean;
}

/** A call that the contract reverts, changing nothing. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}

/** The firsts of one batch and what storage keeps of them. */
export interface Batched {
  readonly firsts: number;
  readonly root: Bytes;
  readonly seals: Bytes;
}

/** The state of one frozen election. */
export class ElectionRecord {
  readonly manifest: Manifest;
  readonly firsts = new Map<number, Act>();
  readonly acts = new Map<number, Act>();
  readonly slots = new Map<number, Slot>();
  readonly checkedIn = new Set<number>();
  readonly settled = new Set<number>();
  readonly opened = new Map<number, Bytes>();
  readonly voided = new Set<number>();
  live = 0;
  liveWeight = 0n;
  keyKnown = false;
  certified = false;
  /** The batch recorded last. */
  batch: Batched | undefined;

  constructor(manifest: Manifest) {
    this.manifest = manifest;
  }

  get isSealed(): boolean {
    return this.manifest.secrecy === SEALED;
  }

  phase(now: bigint): Phase {
    return this.certified ? "certified" : phaseAt(this.manifest, now, this.keyKnown);
  }

  /** The voter's live ballot, if any. */
  liveAct(voter: number): Act | undefined {
    const later = this.acts.get(voter);
    if (later === undefined) return this.firsts.get(voter);
    return isBallot(later) ? later : undefined;
  }

  slot(voter: number): Slot {
    return this.slots.get(voter) ?? EMPTY_SLOT;
  }

  /** Voters with an act in a slot that are not settled. */
  get unsettled(): number {
    return this.acts.size - this.settled.size;
  }

  /** Live ballots of a sealed election that are neither opened nor void. */
  get unopened(): number {
    return this.live - this.opened.size - this.voided.size;
  }

  /** Offer one batch at a block time: for each act why it was skipped, undefined if recorded. */
  cast(offers: readonly Offer[], now: bigint): (number | undefined)[] {
    const firsts: Act[] = [];
    const reasons = offers.map(
      (offer) => this.#refused(offer, now) ?? this.#perform(offer, firsts),
    );
    if (firsts.length > 0) {
      this.batch = {
        firsts: firsts.length,
        root: batchRoot(firsts.map(leafOf)),
        seals: sealsOf(firsts, this.isSealed),
      };
    }
    return reasons;
  }

  /** Raise a voter's minimum epoch by one. */
  rebind(voter: number, epoch: number, now: bigint): void {
    const slot = this.slot(voter);
    const phase = this.phase(now);
    demand(phase === "frozen" || phase === "voting", "the voting is over", "투표가 끝났습니다");
    demand(
      now < this.manifest.timetable.rebindUntil,
      "rebinding has ended",
      "열쇠를 바꿀 수 있는 기간이 끝났습니다",
    );
    demand(voter < this.manifest.roll.size, "there is no such voter", "그런 선거인이 없습니다");
    demand(
      epoch === slot.minimumEpoch + 1,
      "the epoch is not the minimum epoch + 1",
      "열쇠 차례가 다음 차례가 아닙니다",
    );
    demand(
      epoch < FINAL_EPOCH,
      "the last epoch belongs to the desk",
      "마지막 차례는 접수대의 것입니다",
    );
    const state = slot.state | (this.firsts.has(voter) ? State.hasFirst : 0);
    this.slots.set(voter, { ...slot, minimumEpoch: epoch, state });
  }

  /** Put the live ballot of a voter with several acts into the count; false if it was. */
  settle(voter: number, now: bigint): boolean {
    demand(
      now >= this.manifest.timetable.barrierAt,
      "the barrier has not passed",
      "접수 마감이 지나지 않았습니다",
    );
    demand(
      this.acts.has(voter),
      "the voter has no act in a slot",
      "이 선거인에게는 나중 표가 없습니다",
    );
    if (this.settled.has(voter)) return false;
    const slot = this.slot(voter);
    this.slots.set(voter, { ...slot, state: slot.state | State.settled });
    this.settled.add(voter);
    return true;
  }

  /** Void a live ballot whose escrow was proven bad. */
  voidBallot(voter: number, now: bigint): void {
    demand(this.isSealed, "the election is not sealed", "봉인된 투표가 아닙니다");
    demand(this.phase(now) === "opening", "the election is not being opened", "개표 중이 아닙니다");
    demand(this.keyKnown, "the trustees' key is not released", "개표 열쇠가 공개되지 않았습니다");
    demand(
      this.liveAct(voter) !== undefined,
      "the voter has no live ballot",
      "이 선거인에게는 유효한 표가 없습니다",
    );
    demand(!this.voided.has(voter), "the ballot is void already", "이미 무효로 된 표입니다");
    this.voided.add(voter);
    this.opened.delete(voter);
  }

  /** Declare the count complete. */
  certify(now: bigint): void {
    demand(this.phase(now) === "opening", "the election is not being opened", "개표 중이 아닙니다");
    demand(
      now >= this.manifest.timetable.certifyAt,
      "it is too early to certify",
      "확정하기에 이릅니다",
    );
    demand(
      this.unsettled === 0,
      `${this.unsettled} voters are not settled`,
      `선거인 ${this.unsettled}명의 표가 정리되지 않았습니다`,
    );
    if (this.isSealed) {
      demand(this.keyKnown, "the trustees' key is not released", "개표 열쇠가 공개되지 않았습니다");
      demand(
        this.unopened === 0,
        `${this.unopened} ballots are not opened`,
        `표 ${this.unopened}장이 개표되지 않았습니다`,
      );
    }
    this.certified = true;
  }

  /** The reasons that come before any state of the voter. */
  #refused({ act: { terms }, ...offer }: Offer, now: bigint): number | undefined {
    const { timetable: times, roll } = this.manifest;
    const isDesk = offer.desk !== undefined;
    const isOpen = isDesk
      ? times.opensAt <= now && now < times.barrierAt
      : this.phase(now) === "voting";
    if (!isOpen) return Skip.notOpen;
    if (terms.voter >= roll.size) return Skip.unknownVoter;
    if (!isDesk && !offer.own) return Skip.signature;
    if (!offer.attested) return Skip.attestation;
    return isDesk && !isDeskAct(offer.desk, terms.channel, offer.clean) ? Skip.range : undefined;
  }

  #perform(offer: Offer, firsts: Act[]): number | undefined {
    const { manifest } = this;
    const { voter, weight, kind, revision, class_, channel } = offer.act.terms;
    if (offer.desk === Desk.checkIn) {
      if (this.checkedIn.has(voter)) return Skip.superseded;
      this.checkedIn.add(voter);
      return undefined;
    }
    if (weight < 1n || weight > manifest.roll.largestWeight) return Skip.weight;
    if (kind !== Kind.ballot && kind !== Kind.withdrawal) return Skip.range;
    if (revision > MOST_REVISION) return Skip.range;
    if (kind === Kind.withdrawal && !offer.clean) return Skip.content;
    if (class_ >= manifest.classes.length) return Skip.class_;
    const isAssembly = channel === Channel.online && this.checkedIn.has(voter);
    const act = isAssembly
      ? { ...offer.act, terms: { ...offer.act.terms, channel: Channel.onlineAssembly } }
      : offer.act;
    const isFirst =
      offer.desk === undefined &&
      orderOf(act.terms) === 0 &&
      isBallot(act) &&
      !this.firsts.has(voter) &&
      !this.slots.has(voter);
    return isFirst ? this.#recordFirst(act, firsts) : this.#recordLater(act, offer.desk);
  }

  #recordFirst(act: Act, firsts: Act[]): number | undefined {
    if (this.liveWeight + act.terms.weight > this.manifest.roll.weight) return Skip.weightTotal;
    this.#enliven(act);
    this.firsts.set(act.terms.voter, act);
    firsts.push(act);
    return undefined;
  }

  #recordLater(act: Act, desk: number | undefined): number | undefined {
    const { voter, weight, epoch } = act.terms;
    const slot = this.slot(voter);
    if (epoch !== epochFor(slot, desk)) return Skip.epoch;
    const before = this.acts.get(voter) ?? this.firsts.get(voter);
    if (before !== undefined && orderOf(act.terms) <= orderOf(before.terms)) {
      return Skip.superseded;
    }
    const wasLive = this.liveAct(voter) !== undefined;
    if (isBallot(act) && !wasLive) {
      if (this.liveWeight + weight > this.manifest.roll.weight) return Skip.weightTotal;
      this.#enliven(act);
    } else if (!isBallot(act) && wasLive) {
      this.live -= 1;
      this.liveWeight = weight > this.liveWeight ? 0n : this.liveWeight - weight;
    }
    this.acts.set(voter, act);
    this.slots.set(voter, slotAfter(slot, act, this.firsts.has(voter)));
    return undefined;
  }

  #enliven(act: Act): void {
    this.live += 1;
    this.liveWeight += act.terms.weight;
  }
}

function isDeskAct(desk: number | undefined, channel: number, clean: boolean): boolean {
  if (desk === Desk.named) return channel === Channel.paper || channel === Channel.proxy;
  if (desk === Desk.inPerson) return channel === Channel.inPerson;
  return desk === Desk.checkIn && clean;
}

function epochFor(slot: Slot, desk: number | undefined): number {
  if (desk === undefined) return slot.minimumEpoch;
  return desk === Desk.inPerson ? FINAL_EPOCH : slot.minimumEpoch + 1;
}

function demand(condition: boolean, en: string, ko: string): void {
  if (!condition) throw new Refusal(say(en, ko));
}
