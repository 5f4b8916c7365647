/** Parts of the trustee's forms. */

import { make } from "../ui/elements.ts";
import { t } from "../ui/text.ts";

/** A labelled input with its hint. */
export function field(
  id: string,
  label: string,
  hint: string,
  attributes: Readonly<Record<string, string | number | boolean>>,
): { readonly row: HTMLElement; readonly input: HTMLInputElement } {
  const described = hint === "" ? {} : { "aria-describedby": `${id}-hint` };
  const input = make("input", { id, required: true, ...described, ...attributes });
  const told = hint === "" ? null : make("span", { class: "hint", id: `${id}-hint` }, hint);
  return {
    row: make("div", { class: "field" }, make("label", { for: id }, label), told, input),
    input,
  };
}

/** Where a form says how it goes. */
export class Status {
  readonly bar = make("progress", { max: 1, value: 0, hidden: true });
  readonly note = make("p", { role: "alert", hidden: true });
  readonly parts: readonly HTMLElement[];

  constructor() {
    this.bar.setAttribute("aria-label", t("비밀번호를 확인하는 중"));
    this.parts = [this.bar, this.note];
  }

  /** Something long goes on; `done` from 0 to 1. */
  working = (done: number): void => {
    this.note.hidden = true;
    this.bar.hidden = false;
    this.bar.value = done;
  };

  /** It ended; the text says how. */
  said(kind: "note-good" | "note-bad" | "note", text: string): void {
    this.bar.hidden = true;
    this.note.className = kind;
    this.note.textContent = text;
    this.note.hidden = false;
  }
}
