/** Rankings by tap: an option that is tapped takes the next place; nothing is dragged. */

import { button, make } from "../../ui/elements.ts";
import { t } from "../../ui/text.ts";
import { closedReason, type FormMaker, liveLine, optionLabel, optionName } from "./form.ts";
import { searchable } from "./longlist.ts";

/** The form of items in which options are put in order. */
export const ranking: FormMaker = (question, marks, changed) => {
  const order = marks.map(([option]) => option);
  const list = make("ol", { class: "ranked", "aria-label": t("내가 정한 순서") });
  const line = liveLine();
  const buttons = question.options.map((_, at) => {
    const option = at + 1;
    const made = button(null, () => toggle(option), { class: "option option-rank" });
    made.append(
      make("span", { class: "rank", "aria-hidden": "true" }),
      make("span", { class: "option-text" }, ...optionLabel(question, option)),
    );
    return made;
  });

  function toggle(option: number): void {
    const at = order.indexOf(option);
    if (at >= 0) {
      order.splice(at, 1);
    } else if (order.length < question.item.maximum) {
      order.push(option);
    }
    tell();
  }

  function move(at: number, by: number): void {
    const [option] = order.splice(at, 1);
    if (option !== undefined) {
      order.splice(at + by, 0, option);
      tell();
      const label = by < 0 ? ".rank-up" : ".rank-down";
      const row = list.children[at + by];
      const wanted = row?.querySelector<HTMLButtonElement>(`${label}:enabled`);
      (wanted ?? row?.querySelector<HTMLButtonElement>("button:enabled"))?.focus();
    }
  }

  function tell(): void {
    show();
    changed(order.map((option) => [option, 1] as const));
  }

  function show(): void {
    const full = order.length >= question.item.maximum;
    buttons.forEach((each, at) => {
      const place = order.indexOf(at + 1);
      each.setAttribute("aria-pressed", String(place >= 0));
      each.classList.toggle("option-chosen", place >= 0);
      each.disabled = place < 0 && (full || closedReason(question, at + 1) !== null);
      const rank = each.querySelector(".rank");
      if (rank) {
        rank.textContent = place >= 0 ? String(place + 1) : "";
      }
    });
    line.textContent = t("고르는 차례대로 순위가 됩니다. {most}개 중 {n}개를 골랐습니다.", {
      most: question.item.maximum,
      n: order.length,
    });
    list.replaceChildren(...order.map(rankedRow));
    list.hidden = order.length === 0;
  }

  function rankedRow(option: number, at: number): HTMLLIElement {
    const name = optionName(question, option);
    const up = button("▲", () => move(at, -1), {
      class: "step rank-up",
      "aria-label": t("{name} 위로", { name }),
    });
    const down = button("▼", () => move(at, 1), {
      class: "step rank-down",
      "aria-label": t("{name} 아래로", { name }),
    });
    const out = button("✕", () => toggle(option), {
      class: "step",
      "aria-label": t("{name} 빼기", { name }),
    });
    up.disabled = at === 0;
    down.disabled = at === order.length - 1;
    return make(
      "li",
      {},
      make("span", { class: "ranked-name" }, t("{n}순위", { n: at + 1 }), " ", make("b", {}, name)),
      make("span", { class: "stepper" }, up, down, out),
    );
  }

  show();
  const element = make(
    "fieldset",
    { class: "options" },
    make("legend", { class: "visually-hidden" }, question.title),
    list,
    ...searchable(question, buttons),
    line,
    ...buttons,
  );
  return { element };
};
