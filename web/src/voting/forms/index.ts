/** The form of each method, and what a ballot says in words. */

import { givesPoints, RANKING } from "../../protocol/agenda.ts";
import type { Fault, Marks } from "../../protocol/choices.ts";
import { amount, t } from "../../ui/text.ts";
import type { Question } from "../election.ts";
import { choosing } from "./choosing.ts";
import { type FormMaker, optionName } from "./form.ts";
import { points } from "./points.ts";
import { ranking } from "./ranking.ts";

/** The maker of an item's form. */
export function formMaker(question: Question): FormMaker {
  if (givesPoints(question.item)) {
    return points;
  }
  return question.item.method === RANKING ? ranking : choosing;
}

/** What was marked, a line an option. */
export function spelled(question: Question, marks: Marks): string[] {
  return marks.map(([option, value], at) => {
    const name = optionName(question, option);
    if (givesPoints(question.item)) {
      return t("{name}: {n}점", { name, n: amount(value) });
    }
    return question.item.method === RANKING ? t("{n}순위 {name}", { n: at + 1, name }) : name;
  });
}

/** What a voter has to mend before going on. */
export function faultText(question: Question, fault: Fault): string {
  const { minimum, maximum } = question.item;
  switch (fault) {
    case "fewer options than the minimum":
      return t("{n}개 이상 골라 주세요. 고르지 않으려면 모두 빼 주세요.", { n: minimum });
    case "more options than the maximum":
      return t("{n}개까지만 고를 수 있습니다.", { n: maximum });
    case "cost above the cap":
      return t("예산을 넘었습니다. 몇 개를 빼 주세요.");
    case "options of different groups":
      return t("한 묶음 안에서만 고를 수 있습니다.");
    default:
      return t("이대로는 무효가 됩니다. 고른 것을 고쳐 주세요.");
  }
}
