/** The receipt: a short code, a picture of it, and where the ballot stands. Never the choice. */

import type { KeptAct } from "../../keys/store.ts";
import { unhex } from "../../protocol/bytes.ts";
import { WITHDRAWAL } from "../../protocol/messages.ts";
import { shortCode } from "../../protocol/receipts.ts";
import { button, make } from "../../ui/elements.ts";
import { type Modules, qrCode, qrPicture } from "../../ui/qr.ts";
import { moment, t } from "../../ui/text.ts";
import type { Api, BallotStatus } from "../api.ts";

const LOOKS = [1_000, 1_500, 2_000, 2_000, 3_000, 5_000, 5_000, 10_000, 10_000, 20_000] as const;

/** Where anybody looks a receipt up. */
export function checkPath(election: string, code: string): string {
  return `/check/${election}?code=${code}`;
}

/** The receipt of an act; its status follows the service for a while. */
export function receiptCard(title: string, act: KeptAct, api: Api): HTMLElement {
  const digest = unhex(act.digest ?? "0x");
  const code = shortCode(digest);
  const path = checkPath(act.election, code);
  const modules = qrCode(new URL(path, location.origin).href);
  const status = make("p", { class: "receipt-status", role: "status" }, t("접수되었습니다."));
  const withdrawn = act.kind === WITHDRAWAL;
  const card = make(
    "section",
    { class: "receipt", "aria-label": t("투표 확인증") },
    make("h2", {}, withdrawn ? t("투표 취소 확인증") : t("투표 확인증")),
    make("p", { class: "receipt-title" }, title),
    make("p", { class: "receipt-code mono" }, code),
    qrPicture(modules, t("확인증을 찾는 QR 코드")),
    status,
    make("p", { class: "quiet" }, t("보낸 시각: {time}", { time: moment(act.at) })),
    make("p", { class: "quiet" }, t("확인증에는 무엇을 골랐는지 적혀 있지 않습니다.")),
    make(
      "div",
      { class: "actions" },
      button(t("그림으로 저장"), () => void save(title, code, modules, act.at), {
        class: "button-quiet",
      }),
      make("a", { class: "button-quiet", href: path }, t("내 표 확인하기")),
    ),
  );
  void follow(status, act, api);
  return card;
}

/** Tell where the ballot stands until it is recorded, or nobody looks any more. */
async function follow(line: HTMLElement, act: KeptAct, api: Api): Promise<void> {
  for (const wait of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (!line.isConnected || act.digest === null) {
      return;
    }
    try {
      const told = await api.ballot(act.digest);
      line.textContent = statusText(told);
      if (told.state === "final") {
        return;
      }
    } catch {
      // The receipt stands without it; the next look may succeed.
    }
  }
}

/** Where a ballot stands, in a sentence. */
export function statusText({ state, blockTime }: BallotStatus): string {
  switch (state) {
    case "queued":
    case "sent":
      return t("접수되었습니다. 기록하는 중입니다.");
    case "recorded":
    case "final":
      return blockTime === null
        ? t("기록되었습니다.")
        : t("{time}에 기록되었습니다.", { time: moment(blockTime) });
    case "superseded":
      return t("나중에 보낸 표로 바뀌었습니다.");
    case "outdated":
      return t("다른 기기나 현장에서 보낸 표로 바뀌었습니다.");
    default:
      return t("기록되지 못했습니다. 담당자에게 이 확인증을 보여 주세요.");
  }
}

/** Give the receipt as a picture, drawn here and sent nowhere. */
async function save(title: string, code: string, modules: Modules, at: number): Promise<void> {
  const canvas = make("canvas", { width: 720, height: 1000 });
  const pen = canvas.getContext("2d");
  if (pen === null) {
    return;
  }
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#1e2124";
  pen.textAlign = "center";
  const font = getComputedStyle(document.body).fontFamily;
  const write = (text: string, y: number, size: number, weight = 400) => {
    pen.font = `${weight} ${size}px ${font}`;
    pen.fillText(text, canvas.width / 2, y, canvas.width - 80);
  };
  write(t("투표 확인증"), 90, 44, 700);
  write(title, 150, 30);
  write(code, 230, 46, 700);
  const side = Math.floor(520 / modules.length);
  const left = (canvas.width - side * modules.length) / 2;
  modules.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) {
        pen.fillRect(left + x * side, 290 + y * side, side, side);
      }
    });
  });
  write(t("보낸 시각: {time}", { time: moment(at) }), 890, 28);
  write(t("확인증에는 무엇을 골랐는지 적혀 있지 않습니다."), 940, 26);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (picture !== null) {
    const url = URL.createObjectURL(picture);
    make("a", { href: url, download: `hanpyo-${code}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}
