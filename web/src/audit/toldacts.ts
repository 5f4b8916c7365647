/** Acts and the events told of them: which are which, and what a call or an event makes of them. */

import { at, ZERO_WORD } from "../chain/bytes.ts";
import { Channel, Desk, Kind } from "./acts.ts";
import { align } from "./align.ts";
import type { ActEvent, BatchRecorded, CheckedIn, Event, Recorded } from "./events.ts";
import type { Offer } from "./record.ts";
import type { Signed } from "./signed.ts";

/** Which desk act makes a channel. */
const CLERKS_KINDS: ReadonlyMap<number, number> = new Map([
  [Channel.paper, Desk.named],
  [Channel.proxy, Desk.named],
  [Channel.inPerson, Desk.inPerson],
]);

/** Whether an event tells what became of one act of a batch. */
export function isAct(event: Event): event is ActEvent {
  return event.kind === "Recorded" || event.kind === "Skipped" || event.kind === "CheckedIn";
}

/** Whether an event closes a batch. */
export function isBatchRecorded(event: Event): event is BatchRecorded {
  return event.kind === "BatchRecorded";
}

/** Whether an event comes from a batch. */
export function isOfBatch(event: Event): boolean {
  return isAct(event) || isBatchRecorded(event);
}

/** For each act the place of the event told for it; both run in the same order. */
export function alignWith(
  acts: readonly Signed[],
  told: readonly ActEvent[],
): readonly (number | undefined)[] {
  const voters = acts.map((act) => act.act.terms.voter);
  const isWhole =
    voters.length === told.length &&
    voters.every((voter, place) => voter === at(told, place).voter);
  if (isWhole) return voters.map((_, place) => place);
  return align(
    voters,
    told.map((event) => event.voter),
  );
}

/** What the model is offered of an act. */
export function offerOf(act: Signed): Offer {
  const { attested, desk, clean } = act;
  return { act: act.act, own: act.own === true, attested, desk, clean };
}

/** An act known from its event alone, taken as the contract took it. */
export function signedOf(event: Recorded | CheckedIn): Signed {
  const plain = { digest: ZERO_WORD, own: true, attested: true, listed: false, clean: true };
  if (event.kind === "CheckedIn") {
    const terms = {
      voter: event.voter,
      weight: 0n,
      class_: 0,
      epoch: 0,
      revision: 0,
      kind: Kind.withdrawal,
      channel: Channel.online,
    };
    const act = { terms, content: ZERO_WORD, escrow: ZERO_WORD };
    return { ...plain, act, key: ZERO_WORD, desk: Desk.checkIn };
  }
  const { channel } = event.terms;
  const terms =
    channel === Channel.onlineAssembly ? { ...event.terms, channel: Channel.online } : event.terms;
  const act = { terms, content: event.content, escrow: event.escrowHash };
  return { ...plain, act, key: event.key, desk: CLERKS_KINDS.get(channel) };
}
