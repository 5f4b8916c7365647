/** The ballot, an item a screen, and the review of the whole before it is sent. */

import { faultOf, type Marks } from "../../protocol/choices.ts";
import { button, make } from "../../ui/elements.ts";
import { note, show } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import type { Question } from "../election.ts";
import { faultText, formMaker, spelled } from "../forms/index.ts";

/** One item: its texts, its form, and the way on. */
export interface Marking {
  readonly question: Question;
  readonly place: number;
  readonly count: number;
  readonly marks: Marks;
  changed(marks: Marks): void;
  back(): void;
  next(): void;
}

/** Show the screen of one item. */
export function itemScreen(given: Marking): void {
  const { question, place, count } = given;
  let marks = given.marks;
  const next = button("", () => go(), { class: "button button-large" });
  const wipe = button(t("고른 것 지우기"), () => itemScreen({ ...given, marks: clear() }), {
    class: "button-quiet",
  });
  const fault = make("p", { class: "fault", role: "alert" });
  const label = () => {
    const last = place === count ? t("모아 보기") : t("다음");
    next.textContent = marks.length > 0 ? last : t("고르지 않고 다음");
    next.classList.toggle("button-quiet", marks.length === 0);
    next.classList.toggle("button", marks.length > 0);
    wipe.hidden = marks.length === 0;
  };
  const form = formMaker(question)(question, marks, (changed) => {
    marks = changed;
    fault.textContent = "";
    given.changed(changed);
    label();
  });
  label();
  const screen = show(
    question.title,
    question.description !== "" && make("p", { class: "description" }, question.description),
    documents(question),
    question.eligible
      ? form.element
      : note("", t("이 안건은 우리 소속에서 투표하지 않습니다. 다음으로 가 주세요.")),
    fault,
    make(
      "div",
      { class: "bottom" },
      button(t("이전"), given.back, { class: "button-quiet button-large" }),
      next,
    ),
    make("div", { class: "actions" }, wipe),
  );
  screen.prepend(progress(place, count));

  function clear(): Marks {
    given.changed([]);
    return [];
  }

  function go(): void {
    const found = faultOf(question.item, marks, question.barred);
    if (found === null) {
      given.next();
    } else {
      fault.textContent = faultText(question, found);
      fault.scrollIntoView({ block: "center" });
    }
  }
}

/** What was marked, an item a row, with a way back to each. */
export function summary(
  questions: readonly Question[],
  marks: readonly Marks[],
  mend: ((item: number) => void) | null,
): HTMLElement {
  return make(
    "ol",
    { class: "summary" },
    ...questions.map((question, at) => {
      const chosen = spelled(question, marks[at] ?? []);
      const said =
        chosen.length > 0
          ? make("ul", { class: "chosen" }, ...chosen.map((each) => make("li", {}, each)))
          : make("p", { class: "blank" }, t("고르지 않음 (기권도 아닌 빈 표)"));
      const change =
        mend !== null &&
        question.eligible &&
        button(t("고치기"), () => mend(at), {
          class: "button-quiet",
          "aria-label": t("{title} 고치기", { title: question.title }),
        });
      return make(
        "li",
        { class: "card" },
        make("div", { class: "summary-text" }, make("h2", {}, question.title), said),
        change,
      );
    }),
  );
}

function progress(place: number, count: number): HTMLElement {
  const text = t("안건 {n} / {count}", { n: place, count });
  return make(
    "div",
    { class: "progress" },
    make("p", { class: "eyebrow" }, text),
    make("progress", { max: count, value: place, "aria-label": text }),
  );
}

function documents(question: Question): HTMLElement | null {
  if (question.documents.length === 0) {
    return null;
  }
  return make(
    "details",
    { class: "documents" },
    make("summary", {}, t("자료 보기 ({n}개)", { n: question.documents.length })),
    make(
      "ul",
      {},
      ...question.documents.map(({ title, url }) =>
        make(
          "li",
          {},
          make(
            "a",
            { href: url, target: "_blank", rel: "noopener noreferrer" },
            t("{title} (새 창)", { title }),
          ),
        ),
      ),
    ),
  );
}
