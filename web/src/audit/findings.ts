/** What was found, under the names of the checks it concerns, and how much was checked. */

import { join, same, say, type Text } from "./text.ts";

/** One thing found, with the ballot, batch and transaction it concerns where it concerns one. */
export interface Finding {
  readonly text: Text;
  readonly voter?: number;
  readonly batch?: number;
  readonly transaction?: string;
}

export type Where = Omit<Finding, "text">;

/** What was found at a place, in words. */
export function wordsOf(finding: Finding): Text {
  const places: Text[] = [];
  if (finding.voter !== undefined) {
    places.push(say(`voter ${finding.voter}`, `선거인 ${finding.voter}`));
  }
  if (finding.batch !== undefined) {
    places.push(say(`batch ${finding.batch}`, `묶음 ${finding.batch}`));
  }
  if (finding.transaction !== undefined) {
    places.push(say(`transaction ${finding.transaction}`, `거래 ${finding.transaction}`));
  }
  return places.length === 0
    ? finding.text
    : join("", join(", ", ...places), same(": "), finding.text);
}

/** Numbers of things checked. */
export type Counted =
  | "acts"
  | "answers"
  | "bad escrows"
  | "batches"
  | "counted ballots"
  | "credentials"
  | "desk acts"
  | "entitlements"
  | "escrows"
  | "lists"
  | "pending openings"
  | "signatures"
  | "skipped"
  | "slots"
  | "strata"
  | "timed events";

/** Collects while the checks run; a finding belongs to `transaction` unless it names another. */
export class Findings {
  transaction: string | undefined;
  readonly #failures = new Map<string, Finding[]>();
  readonly #notes = new Map<string, Finding[]>();
  readonly #counts = new Map<Counted, number>();

  /** Something does not agree. */
  fail(check: string, text: Text, where: Where = {}): void {
    this.#add(this.#failures, check, text, where);
  }

  /** Something the reader must know. */
  note(check: string, text: Text, where: Where = {}): void {
    this.#add(this.#notes, check, text, where);
  }

  count(what: Counted, more = 1): void {
    this.#counts.set(what, this.counted(what) + more);
  }

  counted(what: Counted): number {
    return this.#counts.get(what) ?? 0;
  }

  failures(check: string): readonly Finding[] {
    return this.#failures.get(check) ?? [];
  }

  notes(check: string): readonly Finding[] {
    return this.#notes.get(check) ?? [];
  }

  #add(found: Map<string, Finding[]>, check: string, text: Text, where: Where): void {
    const transaction = where.transaction ?? this.transaction;
    const finding = { text, ...where, ...(transaction === undefined ? {} : { transaction }) };
    const known = found.get(check);
    if (known === undefined) found.set(check, [finding]);
    else known.push(finding);
  }
}
