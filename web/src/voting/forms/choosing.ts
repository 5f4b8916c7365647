/** Choose one, choose up to k, approval, and budgets: rows that are tapped. */

import type { Marks } from "../../protocol/choices.ts";
import { make } from "../../ui/elements.ts";
import { amount, t } from "../../ui/text.ts";
import { isSingle, type Question } from "../election.ts";
import { closedReason, type FormMaker, liveLine, optionLabel } from "./form.ts";
import { searchable } from "./longlist.ts";

/** The form of items in which options are chosen or not. */
export const choosing: FormMaker = (question, marks, changed) => {
  const single = isSingle(question.item);
  const chosen = new Set(marks.map(([option]) => option));
  const inputs = question.options.map((_, at) =>
    make("input", {
      type: single ? "radio" : "checkbox",
      name: `item-${question.number}`,
      value: at + 1,
    }),
  );
  const reasons = inputs.map(() => make("span", { class: "option-why" }));
  const rows = inputs.map((input, at) =>
    make(
      "label",
      { class: "option" },
      input,
      make("span", { class: "option-mark", "aria-hidden": "true" }),
      make("span", { class: "option-text" }, ...optionLabel(question, at + 1), reasons[at] ?? null),
    ),
  );
  const line = single ? null : liveLine();
  const show = () => {
    inputs.forEach((input, at) => {
      const why = chosen.has(at + 1) ? null : whyNot(question, chosen, at + 1);
      const [reason] = reasons.slice(at);
      input.checked = chosen.has(at + 1);
      input.disabled = why !== null;
      if (reason) {
        const told = closedReason(question, at + 1) === null && chosen.size < question.item.maximum;
        reason.textContent = told ? (why ?? "") : "";
      }
    });
    if (line) {
      line.textContent = counter(question, chosen);
    }
  };
  inputs.forEach((input, at) => {
    input.addEventListener("change", () => {
      if (single) {
        chosen.clear();
      }
      chosen[input.checked ? "add" : "delete"](at + 1);
      show();
      changed(inOrder(chosen));
    });
  });
  show();
  const element = make(
    "fieldset",
    { class: `options${question.options.length > 40 ? " options-many" : ""}` },
    make("legend", { class: "visually-hidden" }, question.title),
    ...searchable(question, rows),
    line,
    ...rows,
  );
  return { element };
};

/** Why one more option cannot be chosen now; null when it can. */
export function whyNot(
  question: Question,
  chosen: ReadonlySet<number>,
  option: number,
): string | null {
  const { item } = question;
  const closed = closedReason(question, option);
  if (closed !== null || isSingle(item)) {
    return closed;
  }
  if (chosen.size >= item.maximum) {
    return t("더 고르려면 먼저 다른 것을 빼 주세요.");
  }
  const groups = item.optionGroups;
  if (groups && [...chosen].some((each) => groups[each - 1] !== groups[option - 1])) {
    return t("한 묶음 안에서만 고를 수 있습니다.");
  }
  const left = item.costCap - spent(question, chosen);
  return item.costCap > 0n && (item.costs?.[option - 1] ?? 0n) > left
    ? t("남은 예산보다 비쌉니다.")
    : null;
}

/** What the chosen options cost together. */
export function spent(question: Question, chosen: Iterable<number>): bigint {
  const { costs } = question.item;
  return [...chosen].reduce((sum, option) => sum + (costs?.[option - 1] ?? 0n), 0n);
}

function counter(question: Question, chosen: ReadonlySet<number>): string {
  const { item } = question;
  const told = t("{most}개까지 고를 수 있습니다. 지금 {n}개 골랐습니다.", {
    most: item.maximum,
    n: chosen.size,
  });
  if (item.costCap === 0n) {
    return told;
  }
  const cost = spent(question, chosen);
  return `${told} ${t("쓴 예산 {cost}원, 남은 예산 {left}원.", {
    cost: amount(cost),
    left: amount(item.costCap - cost),
  })}`;
}

function inOrder(chosen: ReadonlySet<number>): Marks {
  return [...chosen].sort((one, other) => one - other).map((option) => [option, 1] as const);
}
