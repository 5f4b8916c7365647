/**
 * The envelope challenge: open a sealed envelope instead of casting it, check it elsewhere.
 *
 * The envelope's number is shown before the voter decides. An envelope that was opened is spoilt:
 * it is never signed, and the ballot is sealed anew.
 */

import { hex } from "../../protocol/bytes.ts";
import { context } from "../../protocol/domain.ts";
import { shortCode } from "../../protocol/receipts.ts";
import { button, make } from "../../ui/elements.ts";
import { busyButton, note, show } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import type { Prepared } from "../booth.ts";
import type { Opened } from "../election.ts";

/** What the screen needs of the flow. */
export interface Challenging {
  readonly election: Opened;
  readonly prepared: Prepared;
  readonly voter: number;
  readonly summary: HTMLElement;
  spoil(): void;
  cast(): Promise<void>;
  back(): void;
}

/** The offer on the review screen; most voters pass it by. */
export function envelopeNote(open: () => void): HTMLElement {
  return make(
    "details",
    { class: "card" },
    make("summary", {}, t("고른 대로 담기는지 확인하고 싶습니까?")),
    make(
      "p",
      {},
      t(
        "표는 봉투에 담겨 보내집니다. 보내기 전에 봉투 하나를 열어, 고른 대로 담겼는지 다른 기기에서 확인할 수 있습니다. 열어 본 봉투는 보내지 않습니다.",
      ),
    ),
    button(t("봉투를 만들어 확인하기"), open, { class: "button-quiet" }),
  );
}

/** Show the sealed envelope's number; then it is cast, or opened. */
export function challengeScreen(given: Challenging): void {
  const { prepared } = given;
  const number = shortCode(prepared.envelope ?? new Uint8Array(32));
  show(
    t("봉투를 만들었습니다"),
    make("p", { class: "lead" }, t("먼저 봉투 번호를 종이나 다른 기기에 적어 두세요.")),
    make("p", { class: "receipt-code mono" }, number),
    note(
      "",
      t("이제 이 봉투를 보내거나, 보내지 않고 열어 볼 수 있습니다. 둘 다 할 수는 없습니다."),
    ),
    make(
      "div",
      { class: "actions" },
      busyButton(t("이 봉투로 투표하기"), given.cast, { class: "button button-large" }),
      button(t("보내지 않고 열어 보기"), () => openedScreen(given, number), {
        class: "button-quiet button-large",
      }),
    ),
  );
}

function openedScreen(given: Challenging, number: string): void {
  const { prepared, election, voter } = given;
  given.spoil();
  const facts = {
    election: hex(election.domain.election),
    chainId: election.domain.chainId.toString(),
    context: hex(context(election.domain)),
    voter,
    epoch: prepared.epoch,
    revision: prepared.revision,
    choices: hex(prepared.choices),
    salt: hex(prepared.salt ?? new Uint8Array(32)),
    envelope: hex(prepared.envelope ?? new Uint8Array(32)),
  };
  const text = JSON.stringify(facts, null, 1);
  const file = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  show(
    t("봉투를 열었습니다"),
    note(
      "-warn",
      t("이 봉투는 보내지 않았고 앞으로도 보내지 않습니다. 투표하려면 새 봉투로 보내 주세요."),
    ),
    make("h2", {}, t("봉투 번호")),
    make("p", { class: "receipt-code mono" }, number),
    make("h2", {}, t("들어 있던 내용")),
    given.summary,
    make(
      "details",
      { class: "card" },
      make("summary", {}, t("다른 기기에서 계산해 보기")),
      make("p", {}, t("아래 값으로 봉투 번호를 다시 계산할 수 있습니다.")),
      make("pre", { class: "mono", tabindex: 0, "aria-label": t("봉투를 여는 값") }, text),
      make("a", { class: "button-quiet", href: file, download: "envelope.json" }, t("파일로 저장")),
    ),
    make(
      "div",
      { class: "actions" },
      button(t("돌아가서 투표하기"), given.back, { class: "button button-large" }),
    ),
  );
}
