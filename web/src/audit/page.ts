/** The auditor's page: choose what to check, watch it being checked, read every check's reason. */

import { find, make } from "../ui/elements.ts";
import { makeForm, type Proposal } from "./form.ts";
import type { Stage, Step } from "./progress.ts";
import { asJsonText, type Report } from "./report.ts";
import { problemOf, run } from "./running.ts";
import { say, type Text } from "./text.ts";
import { type Say, showReport } from "./view.ts";

const STAGES: Readonly<Record<Stage, Text>> = {
  read: say("Reading the evidence", "증거를 읽고 있습니다"),
  code: say("Comparing the contracts", "컨트랙트를 대조하고 있습니다"),
  roll: say("Rebuilding the roll", "명부를 다시 만들고 있습니다"),
  ballots: say("Checking every signature and ballot", "서명과 표를 하나씩 확인하고 있습니다"),
  openings: say("Opening every envelope", "봉투를 하나씩 열어 보고 있습니다"),
  count: say("Counting again", "다시 세고 있습니다"),
};

/** Put the auditor into an element, in the page's language. */
export function startPage(root: HTMLElement, proposal: Proposal): void {
  const isKorean = document.documentElement.lang !== "en";
  const speak: Say = (text) => (isKorean ? text.ko : text.en);
  new AuditorPage(root, proposal, speak).show();
}

class AuditorPage {
  readonly #root: HTMLElement;
  readonly #speak: Say;
  readonly #form: ReturnType<typeof makeForm>;
  readonly #start: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #progress: HTMLElement;
  readonly #bar: HTMLProgressElement;
  readonly #stage: HTMLElement;
  readonly #result: HTMLElement;
  #running: AbortController | undefined;

  constructor(root: HTMLElement, proposal: Proposal, speak: Say) {
    this.#root = root;
    this.#speak = speak;
    this.#form = makeForm(proposal, speak);
    this.#start = make("button", { class: "button" }, speak(say("Check", "검증하기")));
    this.#stop = make(
      "button",
      { type: "button", class: "button button-quiet", hidden: true },
      speak(say("Stop", "멈추기")),
    );
    this.#stage = make("p", { role: "status" });
    this.#bar = make("progress", {
      max: 1,
      value: 0,
      "aria-label": speak(say("Progress", "진행")),
    });
    this.#progress = make(
      "div",
      { class: "auditor-progress", hidden: true },
      this.#stage,
      this.#bar,
    );
    this.#result = make("div", { class: "auditor-result" });
  }

  show(): void {
    const { element } = this.#form;
    element.append(make("div", { class: "actions" }, this.#start, this.#stop));
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#check();
    });
    this.#stop.addEventListener("click", () => this.#running?.abort());
    this.#root.replaceChildren(element, this.#progress, this.#result);
  }

  async #check(): Promise<void> {
    if (this.#running !== undefined) return;
    const running = new AbortController();
    this.#running = running;
    this.#busy(true);
    this.#result.replaceChildren();
    try {
      this.#finish(await this.#examine(running.signal));
    } catch (error) {
      const stopped = say("Stopped. Nothing was decided.", "멈췄습니다. 확인된 것은 없습니다.");
      this.#explain(running.signal.aborted ? stopped : problemOf(error));
    } finally {
      this.#running = undefined;
      this.#busy(false);
    }
  }

  async #examine(signal: AbortSignal): Promise<Report> {
    const tell = (step: Step) => this.#tell(step);
    const chosen = await this.#form.read();
    const { expected } = chosen;
    const job = "file" in chosen ? { expected, file: chosen.file, name: chosen.file.name } : chosen;
    return await run(job, tell, signal);
  }

  #busy(isBusy: boolean): void {
    this.#start.disabled = isBusy;
    this.#stop.hidden = !isBusy;
    this.#progress.hidden = !isBusy;
    this.#root.setAttribute("aria-busy", `${isBusy}`);
  }

  #tell({ stage, done, total }: Step): void {
    const words = this.#speak(STAGES[stage]);
    if (this.#stage.textContent !== words) this.#stage.textContent = words;
    this.#bar.value = total === 0 ? 0 : done / total;
  }

  #finish(report: Report): void {
    const download = make(
      "a",
      {
        class: "button button-quiet",
        download: `hanpyo-audit-${report.blockNumber}.json`,
        href: URL.createObjectURL(new Blob([asJsonText(report)], { type: "application/json" })),
      },
      this.#speak(say("Save the whole report (JSON)", "보고서 전체 저장(JSON)")),
    );
    this.#result.replaceChildren(
      showReport(report, this.#speak),
      make("div", { class: "actions" }, download),
    );
    find<HTMLElement>("#report-title", this.#result).focus();
  }

  /** Why there is no report, and what may help. */
  #explain(text: Text): void {
    const help = say(
      "Nothing was sent anywhere but to the node that you named. Check what you entered and try again.",
      "적어 주신 노드 말고는 아무 데도 보내지 않았습니다. 적은 내용을 확인하고 다시 해 주세요.",
    );
    this.#result.replaceChildren(
      make(
        "div",
        { class: "note-warn", role: "alert" },
        make("p", {}, make("b", {}, this.#speak(text))),
        make("p", {}, this.#speak(help)),
      ),
    );
  }
}
