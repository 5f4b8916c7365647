/** What an election tells: each event of docs/protocol.md section 10. */

import type { Bytes } from "../chain/bytes.ts";
import type { Log } from "../chain/log.ts";
import type { Terms } from "./acts.ts";

/** Bytes of an escrow before the choices: a compressed point. */
export const ESCROW_HEAD = 33;

/** An act recorded: a sealed ballot (envelope, escrow), an open one (choices), or neither. */
export interface Recorded {
  readonly kind: "Recorded";
  readonly voter: number;
  readonly terms: Terms;
  readonly key: Bytes;
  readonly content: Bytes;
  readonly escrow: Bytes | undefined;
  readonly escrowHash: Bytes;
  readonly choices: Bytes | undefined;
}

export interface Skipped {
  readonly kind: "Skipped";
  readonly voter: number;
  readonly digest: Bytes;
  readonly reason: number;
}

export interface CheckedIn {
  readonly kind: "CheckedIn";
  readonly voter: number;
}

export interface BatchRecorded {
  readonly kind: "BatchRecorded";
  readonly number: number;
  readonly root: Bytes;
  readonly seals: Bytes;
  readonly firsts: number;
}

/** What a batch's event says of one act. */
export type ActEvent = Recorded | Skipped | CheckedIn;

export type Event =
  | ActEvent
  | BatchRecorded
  | { readonly kind: "TextPublished"; readonly text: Bytes }
  | { readonly kind: "RollPublished"; readonly first: number; readonly entries: Bytes }
  | { readonly kind: "Frozen"; readonly manifestHash: Bytes }
  | { readonly kind: "Cancelled" }
  | { readonly kind: "Rebound"; readonly voter: number; readonly epoch: number }
  | { readonly kind: "Settled"; readonly voter: number; readonly slot: bigint }
  | { readonly kind: "KeyReleased"; readonly secret: bigint; readonly lost: boolean }
  | { readonly kind: "Opened"; readonly voter: number; readonly choices: Bytes }
  | { readonly kind: "Voided"; readonly voter: number }
  | {
      readonly kind: "Certified";
      readonly ballots: number;
      readonly weight: bigint;
      readonly voided: number;
    };

/** One event and where it stands. */
export interface Entry {
  readonly event: Event;
  readonly log: Log;
}

/** The voter that an event concerns. */
export function voterOf(event: Event): number | undefined {
  return "voter" in event ? event.voter : undefined;
}
