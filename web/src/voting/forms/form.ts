/** What all ballot forms have in common. */

import type { Marks } from "../../protocol/choices.ts";
import { make } from "../../ui/elements.ts";
import { amount, t } from "../../ui/text.ts";
import type { Question } from "../election.ts";

/** Options from which a list gets a search field. */
export const LONG = 12;

/** A form that shows an item; it tells `changed` whatever the voter marks. */
export interface Form {
  readonly element: HTMLElement;
}

/** Makes the form of an item. */
export type FormMaker = (question: Question, marks: Marks, changed: (marks: Marks) => void) => Form;

/** Why an option cannot be chosen by this voter; null when it can. */
export function closedReason(question: Question, option: number): string | null {
  return question.barred.has(option) ? t("우리 소속에서는 고를 수 없습니다") : null;
}

/** The name of an option. */
export function optionName(question: Question, option: number): string {
  return question.options[option - 1] ?? "";
}

/** What an option costs, in words; empty where options cost nothing. */
export function costOf(question: Question, option: number): string {
  const cost = question.item.costs?.[option - 1];
  return cost === undefined ? "" : t("{cost}원", { cost: amount(cost) });
}

/** The name of an option's group; empty where there are no groups. */
export function groupOf(question: Question, option: number): string {
  const group = question.item.optionGroups?.[option - 1];
  if (group === undefined) {
    return "";
  }
  return question.groupNames[group] || t("묶음 {n}", { n: group + 1 });
}

/** A line that is read out whenever it changes. */
export function liveLine(className = "counter") {
  return make("p", { class: className, role: "status" });
}

/** The label of one option: name, cost and why it is closed. */
export function optionLabel(question: Question, option: number): Node[] {
  const reason = closedReason(question, option);
  const cost = costOf(question, option);
  return [
    make("span", { class: "option-name" }, optionName(question, option)),
    ...(cost ? [make("span", { class: "option-cost" }, cost)] : []),
    ...(reason ? [make("span", { class: "option-why" }, reason)] : []),
  ];
}
