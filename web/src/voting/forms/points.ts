/** Score and cumulative voting: points for each option, with the total that is left. */

import { CUMULATIVE } from "../../protocol/agenda.ts";
import type { Marks } from "../../protocol/choices.ts";
import { button, make } from "../../ui/elements.ts";
import { amount, t } from "../../ui/text.ts";
import { closedReason, type FormMaker, liveLine, optionLabel, optionName } from "./form.ts";
import { searchable } from "./longlist.ts";

/** The form of items in which options get points. */
export const points: FormMaker = (question, marks, changed) => {
  const { item } = question;
  const given = new Map(marks.filter(([, value]) => value > 0));
  const total = () => [...given.values()].reduce((sum, value) => sum + value, 0);
  const limit = (option: number) => {
    const own = given.get(option) ?? 0;
    if (closedReason(question, option) !== null || (own === 0 && given.size >= item.maximum)) {
      return own;
    }
    const rest = item.method === CUMULATIVE ? item.sumLimit - total() + own : item.points;
    return Math.max(0, Math.min(item.points, rest));
  };
  const line = liveLine();
  const steppers = question.options.map((_, at) => stepper(at + 1));
  const rows = steppers.map((each) => each.row);

  function stepper(option: number) {
    const name = optionName(question, option);
    const field = make("input", {
      type: "number",
      inputmode: "numeric",
      min: 0,
      step: 1,
      "aria-label": t("{name}에 줄 점수", { name }),
    });
    const less = button("−", () => set(option, (given.get(option) ?? 0) - 1), {
      class: "step",
      "aria-label": t("{name} 1점 빼기", { name }),
    });
    const more = button("+", () => set(option, (given.get(option) ?? 0) + 1), {
      class: "step",
      "aria-label": t("{name} 1점 더하기", { name }),
    });
    field.addEventListener("change", () => set(option, Number(field.value)));
    const label = make("span", { class: "option-text" }, ...optionLabel(question, option));
    const row = make(
      "div",
      { class: "option option-points" },
      label,
      make("span", { class: "stepper" }, less, field, more),
    );
    return { row, field, less, more };
  }

  function set(option: number, wanted: number): void {
    const value = Number.isFinite(wanted) ? Math.trunc(wanted) : 0;
    const kept = Math.max(0, Math.min(value, limit(option)));
    given.delete(option);
    if (kept > 0) {
      given.set(option, kept);
    }
    show();
    changed(inOrder(given));
  }

  function show(): void {
    steppers.forEach(({ row, field, less, more }, at) => {
      const own = given.get(at + 1) ?? 0;
      const most = limit(at + 1);
      field.value = String(own);
      field.max = String(most);
      field.disabled = most === 0 && own === 0;
      less.disabled = own === 0;
      more.disabled = own >= most;
      row.classList.toggle("option-chosen", own > 0);
    });
    line.textContent =
      item.method === CUMULATIVE
        ? t("모두 {sum}점을 나누어 줍니다. {n}점 주었고 {left}점 남았습니다.", {
            sum: amount(item.sumLimit),
            n: amount(total()),
            left: amount(item.sumLimit - total()),
          })
        : t("하나에 {most}점까지 줄 수 있습니다. {n}개에 점수를 주었습니다.", {
            most: amount(item.points),
            n: given.size,
          });
  }

  show();
  const element = make(
    "fieldset",
    { class: "options" },
    make("legend", { class: "visually-hidden" }, question.title),
    ...searchable(question, rows),
    line,
    ...rows,
  );
  return { element };
};

function inOrder(given: ReadonlyMap<number, number>): Marks {
  return [...given].sort(([one], [other]) => one - other);
}
