/** A voter whose key is on another device: use that one, or move here with a second proof. */

import { button, find, make } from "../../ui/elements.ts";
import { busyButton, note, show, working } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import { type Api, type Me, Refused, type Session } from "../api.ts";
import { explain } from "../trouble.ts";
import { factorScreen, methodName } from "./entering.ts";

/** When to look again, in milliseconds: the service takes 30 such requests in ten minutes. */
const LOOKS = [2, 2, 3, 3, 5, 5, 10, 10, 15, 15, 20, 30].map((each) => each * 1_000);

/** What the screen needs of the flow. */
export interface Moving {
  readonly api: Api;
  readonly election: string;
  readonly me: Me;
  makeKey(): Promise<string>;
  entered(session: Session): void;
  moved(): void;
}

/** Say where the key is and offer the ways on. */
export function moveScreen(moving: Moving): void {
  const fault = make("p", { class: "fault", role: "alert" });
  show(
    t("다른 기기에서 투표를 시작했습니다"),
    make("p", { class: "lead" }, t("한 사람은 한 기기로만 투표합니다.")),
    note("", t("그 기기가 있으면 거기에서 링크를 눌러 주세요. 이미 보낸 표는 그대로 있습니다.")),
    make("h2", {}, t("그 기기를 쓸 수 없습니까?")),
    make(
      "p",
      {},
      t(
        "이 기기로 옮길 수 있습니다. 처음과 다른 방법으로 한 번 더 확인합니다. 옮기면 명부에 적힌 연락처로 알려 드립니다.",
      ),
    ),
    fault,
    make(
      "div",
      { class: "actions" },
      busyButton(t("이 기기로 옮기기"), () => move(moving, fault), {
        class: "button button-large",
      }),
    ),
  );
}

async function move(moving: Moving, fault: HTMLElement): Promise<void> {
  try {
    const address = await moving.makeKey();
    await moving.api.rebind({ type: "address", address });
    await waitMoved(moving, address);
  } catch (error) {
    if (error instanceof Refused && error.code === "second_factor_missing") {
      await another(moving);
      return;
    }
    const told = explain(error);
    fault.textContent = `${told.what} ${told.todo}`;
  }
}

/** One more proof, over a channel that the first did not use. */
async function another(moving: Moving): Promise<void> {
  const { methods } = await moving.api.methods(moving.election);
  const codes = methods.filter((each) => each === "mail" || each === "sms");
  if (codes.length === 0) {
    show(
      t("이 기기로 옮길 수 없습니다"),
      note("-warn", t("처음 투표한 기기를 쓰거나, 신분증을 가지고 담당자를 찾아가 주세요.")),
    );
    return;
  }
  factorScreen(
    {
      api: moving.api,
      election: moving.election,
      entered: async (session) => {
        moving.entered(session);
        moveScreen(moving);
      },
    },
    codes,
  );
  find("#app .screen").append(
    make(
      "p",
      { class: "quiet" },
      t("처음과 다른 방법을 골라 주세요: {list}", {
        list: codes.map(methodName).join(", "),
      }),
    ),
  );
}

/** The move is done once the registrars' order is on the record; then the key gets its credential. */
async function waitMoved(moving: Moving, address: string): Promise<void> {
  show(t("기기를 옮기고 있습니다"), working(t("1분쯤 걸립니다. 창을 닫지 말고 기다려 주세요.")));
  for (const wait of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      await moving.api.bind({ type: "address", address });
      moving.moved();
      return;
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
    }
  }
  show(
    t("아직 옮기지 못했습니다"),
    note("-warn", t("조금 뒤에 다시 확인해 주세요. 이미 보낸 표는 그대로 있습니다.")),
    make("div", { class: "actions" }, button(t("다시 확인하기"), moving.moved)),
  );
}
