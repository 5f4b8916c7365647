/**
 * What a voter has marked so far, in this tab alone: it survives a reload, ends with the tab, and
 * is wiped once the ballot is taken.
 */

import type { Marks } from "../protocol/choices.ts";

/** Marks by item, and the act that was the last one when the voter began. */
export interface Draft {
  readonly basedOn: string;
  readonly marks: readonly Marks[];
}

/** Drafts of one voter of one election. */
export class Drafts {
  readonly #name: string;
  readonly #items: number;

  constructor(election: string, voter: number, items: number) {
    this.#name = `hanpyo.draft.${election}.${voter}`;
    this.#items = items;
  }

  /** The draft in this tab; null where there is none that fits the agenda. */
  load(): Draft | null {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.#name) ?? "null") as Draft | null;
      return found !== null && found.marks.length === this.#items ? found : null;
    } catch {
      return null;
    }
  }

  /** A draft with nothing marked. */
  begin(basedOn: string): Draft {
    const draft = { basedOn, marks: Array.from({ length: this.#items }, (): Marks => []) };
    this.save(draft);
    return draft;
  }

  save(draft: Draft): void {
    try {
      sessionStorage.setItem(this.#name, JSON.stringify(draft));
    } catch {
      // Without storage the draft lives as long as the page.
    }
  }

  wipe(): void {
    sessionStorage.removeItem(this.#name);
  }
}

const SESSION = "hanpyo.session.";

/** Remember a session in this tab, or forget it. */
export function keepSession(election: string, token: string | null): void {
  try {
    if (token === null) {
      sessionStorage.removeItem(SESSION + election);
    } else {
      sessionStorage.setItem(SESSION + election, token);
    }
  } catch {
    // Without storage a reload asks for the link again.
  }
}

/** The session of this tab. */
export function keptSession(election: string): string | null {
  try {
    return sessionStorage.getItem(SESSION + election);
  } catch {
    return null;
  }
}
