/** One screen at a time inside a page: shown, named in the title, and read out from its heading. */

import { button, find, make } from "./elements.ts";
import { t } from "./text.ts";

const SLOW = 1_000;
const site = document.title.split(" · ").at(-1) ?? "";

/** Show a screen in place of the one before. */
export function show(title: string, ...content: (Node | string | null | false)[]): HTMLElement {
  const heading = make("h1", { tabindex: -1 }, title);
  const screen = make("section", { class: "screen" }, heading, ...content);
  find("#app").replaceChildren(screen);
  document.title = `${title} · ${site}`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  return screen;
}

/** A line that says that something is going on. */
export function working(text: string): HTMLElement {
  return make("p", { class: "working", role: "status" }, text);
}

/** A button whose work is done once, however often it is pressed; it says so after a second. */
export function busyButton(
  label: string,
  work: () => Promise<void>,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  let busy = false;
  const made = button(
    label,
    () => {
      if (busy) {
        return;
      }
      busy = true;
      made.setAttribute("aria-disabled", "true");
      const slow = setTimeout(() => {
        made.textContent = t("기다려 주세요…");
      }, SLOW);
      void work().finally(() => {
        clearTimeout(slow);
        busy = false;
        made.removeAttribute("aria-disabled");
        made.textContent = label;
      });
    },
    attributes,
  );
  return made;
}

/** A note with a heading: good, bad, warn, or plain. */
export function note(kind: "" | "-good" | "-bad" | "-warn", ...lines: (string | Node)[]) {
  const content = lines.map((line) => (typeof line === "string" ? make("p", {}, line) : line));
  return make("div", { class: `note${kind}` }, ...content);
}
