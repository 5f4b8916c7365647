/** A report as people read it: the verdict, every check with its reason, the items decided again. */

import { make } from "../ui/elements.ts";
import { type Finding, wordsOf } from "./findings.ts";
import { PHASES } from "./phases.ts";
import {
  type Check,
  type ItemResult,
  isGood,
  type Outcome,
  type Report,
  type Status,
} from "./report.ts";
import { CHECKS } from "./summary.ts";
import { same, say, type Text } from "./text.ts";

/** Says a text in the page's language. */
export type Say = (text: Text) => string;

const SHOWN = 20;

const STATUSES: Readonly<Record<Status, readonly [kind: string, words: Text]>> = {
  PASS: ["badge-good", say("✓ holds", "✓ 맞음")],
  FAIL: ["badge-bad", say("✗ fails", "✗ 다름")],
  UNCHECKED: ["badge-warn", say("? not checked", "? 확인 못 함")],
  NOTE: ["badge-warn", say("✓ holds, with a note", "✓ 맞음, 알아 둘 점 있음")],
};
const OUTCOMES: Readonly<Record<Outcome, Text>> = {
  pending: say("under way", "진행 중"),
  counted: say("counted", "집계 완료"),
  passed: say("passed", "가결"),
  failed: say("failed", "부결"),
  undetermined: say("no result", "결과 없음"),
  cancelled: say("cancelled", "취소"),
};

/** The whole report; `level` is the heading level of its parts. */
export function showReport(report: Report, speak: Say): HTMLElement {
  return make(
    "section",
    { class: "report", "aria-labelledby": "report-title" },
    verdict(report, speak),
    facts(report, speak),
    make("h2", {}, speak(say("Every check", "확인한 것"))),
    make("ol", { class: "checks" }, ...report.checks.map((check) => showCheck(check, speak))),
    ...(report.items.length === 0
      ? []
      : [
          make("h2", {}, speak(say("The items, decided again", "다시 정한 안건"))),
          ...report.items.map((item) => showItem(item, speak)),
        ]),
  );
}

function verdict(report: Report, speak: Say): HTMLElement {
  const failed = report.checks.filter((check) => check.status === "FAIL").length;
  const good = isGood(report);
  const title = good
    ? say("Nothing is wrong", "이상이 없습니다")
    : say(`${failed} checks fail`, `${failed}가지가 맞지 않습니다`);
  const told = good
    ? say(
        "Everything that could be recomputed from the record agrees with it.",
        "기록에서 다시 계산할 수 있는 것은 모두 기록과 같습니다.",
      )
    : say(
        "The record, or what was told of it, contradicts itself. Each failed check says where.",
        "기록, 또는 전해 들은 기록이 서로 맞지 않습니다. 어디가 다른지 아래에 적혀 있습니다.",
      );
  return make(
    "div",
    { class: good ? "note-good" : "note-bad", role: "status" },
    make("h2", { id: "report-title", tabindex: "-1" }, speak(title)),
    make("p", {}, speak(told)),
  );
}

function facts(report: Report, speak: Say): HTMLElement {
  const phases: Readonly<Record<string, Text>> = PHASES;
  const phase = Object.hasOwn(phases, report.phase) ? phases[report.phase] : undefined;
  const rows: [Text, string][] = [
    [say("Election", "투표"), report.election],
    [say("Chain", "체인"), `${report.chainId}`],
    [say("Trusted", "믿은 것"), speak(report.source)],
    [say("Block hash", "블록 해시"), report.blockHash],
    [say("Phase", "단계"), speak(phase ?? same(report.phase))],
    ...report.votingCode.map(([name, integrity]): [Text, string] => [
      say(`Voting code ${name}`, `투표 프로그램 ${name}`),
      integrity,
    ]),
  ];
  return make(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([name, value]) => [
      make("dt", {}, speak(name)),
      make("dd", { class: "mono" }, value),
    ]),
  );
}

function showCheck(check: Check, speak: Say): HTMLElement {
  const titles: Readonly<Record<string, Text>> = CHECKS;
  const title = Object.hasOwn(titles, check.name) ? titles[check.name] : undefined;
  const [kind, words] = STATUSES[check.status];
  return make(
    "li",
    { class: "card check-result", "data-check": check.name, "data-status": check.status },
    make(
      "h3",
      {},
      make("span", { class: `badge ${kind}` }, speak(words)),
      ` ${speak(title ?? same(check.name))} `,
      make("code", { class: "quiet" }, check.name),
    ),
    make("p", { class: "reason" }, speak(check.reason)),
    check.findings.length > 1 ? showFindings(check.findings, speak) : null,
  );
}

function showFindings(findings: readonly Finding[], speak: Say): HTMLElement {
  const more = findings.length - SHOWN;
  return make(
    "details",
    {},
    make(
      "summary",
      {},
      speak(say(`All ${findings.length} findings`, `모두 보기: ${findings.length}건`)),
    ),
    make(
      "ul",
      {},
      ...findings.slice(0, SHOWN).map((finding) => make("li", {}, speak(wordsOf(finding)))),
      more > 0
        ? make(
            "li",
            {},
            speak(
              say(
                `and ${more} more, in the report to download`,
                `그 밖에 ${more}건은 내려받는 보고서에 있습니다`,
              ),
            ),
          )
        : null,
    ),
  );
}

function showItem(item: ItemResult, speak: Say): HTMLElement {
  const last = item.heads.length - 1;
  const isWeighted = item.heads.some((heads, cell) => heads !== item.weights[cell]);
  const rows: [string, number][] = [
    ...item.options.map((title, place): [string, number] => [title, place + 1]),
    [speak(say("Blank", "무기표")), 0],
    [speak(say("Invalid", "무효")), last],
  ];
  const heading = `${item.number + 1}. ${item.title}: ${speak(OUTCOMES[item.outcome])}`;
  return make(
    "section",
    { class: "card", "data-item": item.number, "data-outcome": item.outcome },
    make("h3", {}, heading),
    make(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": heading },
      make(
        "table",
        {},
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make("th", { scope: "col" }, speak(say("Option", "선택지"))),
            make("th", { scope: "col", class: "figure" }, speak(say("Votes", "표"))),
            isWeighted
              ? make("th", { scope: "col", class: "figure" }, speak(say("Weight", "무게")))
              : null,
            item.selected === undefined
              ? null
              : make("th", { scope: "col" }, speak(say("Selected", "선정"))),
          ),
        ),
        make(
          "tbody",
          {},
          ...rows.map(([title, cell]) =>
            make(
              "tr",
              {},
              make("th", { scope: "row" }, title),
              make("td", { class: "figure" }, `${item.heads[cell]}`),
              isWeighted ? make("td", { class: "figure" }, `${item.weights[cell]}`) : null,
              item.selected === undefined
                ? null
                : make("td", {}, cell > 0 && item.selected.includes(cell) ? "✓" : ""),
            ),
          ),
        ),
      ),
    ),
    make(
      "ul",
      {},
      make("li", {}, speak(presence(item))),
      ...item.requirements.map((each) => make("li", {}, speak(requirementWords(each)))),
      ...item.counting.map((line) => make("li", {}, speak(line))),
    ),
  );
}

function presence(item: ItemResult): Text {
  const [heads, weight] = item.present;
  const [of, all] = item.eligible;
  const weights =
    of === all ? ["", ""] : [` (weight ${weight} of ${all})`, ` (무게 ${all} 가운데 ${weight})`];
  return say(
    `present ${heads} of ${of}${weights[0]}`,
    `출석 ${of}명 가운데 ${heads}명${weights[1]}`,
  );
}

function requirementWords(each: ItemResult["requirements"][number]): Text {
  const unit = each.unit === "heads" ? say("heads", "사람 수") : say("weight", "무게");
  const met = each.met ? say("met", "채움") : say("not met", "못 채움");
  return say(
    `${each.partName.en} ${each.part} of ${each.base} (${each.baseName.en}, ${unit.en}): ` +
      `${each.needed.en} ${met.en}`,
    `${each.partName.ko} ${each.part} / ${each.baseName.ko} ${each.base} (${unit.ko}): ` +
      `${each.needed.ko} ${met.ko}`,
  );
}
