/** Long lists: a search field and a choice of group above the options, which stay in the page. */

import { make } from "../../ui/elements.ts";
import { amount, t } from "../../ui/text.ts";
import type { Question } from "../election.ts";
import { groupOf, LONG, liveLine, optionName } from "./form.ts";

/** Put search and groups above `rows`, one an option in order; nothing where the list is short. */
export function searchable(question: Question, rows: readonly HTMLElement[]): Node[] {
  const names = rows.map((_, at) => folded(optionName(question, at + 1)));
  const groups = rows.map((_, at) => groupOf(question, at + 1));
  const choices = [...new Set(groups)].filter(Boolean);
  if (rows.length < LONG) {
    return [];
  }
  const found = liveLine("found");
  const search = make("input", {
    type: "search",
    id: "search",
    autocomplete: "off",
    enterkeyhint: "search",
  });
  const select = make(
    "select",
    { id: "group" },
    make("option", { value: "" }, t("모든 묶음")),
    ...choices.map((each) => make("option", { value: each }, each)),
  );
  const show = () => {
    const wanted = folded(search.value);
    let count = 0;
    rows.forEach((row, at) => {
      const fits =
        (names[at] ?? "").includes(wanted) && (!select.value || groups[at] === select.value);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    });
    found.textContent =
      count === rows.length
        ? t("모두 {n}개입니다.", { n: amount(count) })
        : t("{n}개를 찾았습니다.", { n: amount(count) });
  };
  search.addEventListener("input", show);
  select.addEventListener("change", show);
  show();
  return [
    make(
      "div",
      { class: "search" },
      make("div", { class: "field" }, make("label", { for: "search" }, t("이름으로 찾기")), search),
      choices.length > 1 &&
        make("div", { class: "field" }, make("label", { for: "group" }, t("묶음")), select),
    ),
    found,
  ];
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, "");
}
