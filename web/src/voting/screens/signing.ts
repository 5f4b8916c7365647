/** Other ways to sign: a wallet in this browser, a passkey of this device. */

import { enrolment } from "../../keys/passkeys.ts";
import type { KeptKey, Place } from "../../keys/store.ts";
import { account, discover, type Wallet } from "../../keys/wallets.ts";
import { make } from "../../ui/elements.ts";
import { busyButton, note } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import type { Api } from "../api.ts";
import { explain } from "../trouble.ts";

/** What the offer needs of the flow. */
export interface Offering {
  readonly api: Api;
  readonly place: Place;
  /** The roll itself names the member's account: nothing else signs for them. */
  readonly listed: boolean;
  readonly passkeys: boolean;
  chosen(key: KeptKey): Promise<void>;
}

/** The ways that this browser has; null when there is none. */
export async function signersOffer(offering: Offering): Promise<HTMLElement | null> {
  const wallets = await discover();
  const fault = make("p", { class: "fault", role: "alert" });
  const choose = (label: string, key: () => Promise<KeptKey>) =>
    busyButton(
      label,
      async () => {
        try {
          fault.textContent = "";
          await offering.chosen(await key());
        } catch (error) {
          const { what, todo } = explain(error);
          fault.textContent = `${what} ${todo}`;
        }
      },
      { class: "button-quiet button-full" },
    );
  const choices = [
    ...wallets.map((each) =>
      choose(t("{name}(으)로 서명하기", { name: each.name }), () => walletKey(offering, each)),
    ),
    ...(offering.passkeys && !offering.listed && "credentials" in navigator
      ? [choose(t("이 기기의 지문이나 얼굴로 서명하기"), () => passkeyKey(offering))]
      : []),
  ];
  if (offering.listed) {
    const missing = t(
      "명부에 적힌 서명 프로그램으로만 투표할 수 있습니다. 그 프로그램이 있는 브라우저에서 링크를 열어 주세요.",
    );
    return make(
      "div",
      { class: "choices" },
      wallets.length === 0 && note("-warn", missing),
      ...choices,
      fault,
    );
  }
  if (choices.length === 0) {
    return null;
  }
  return make(
    "details",
    { class: "card" },
    make("summary", {}, t("다른 방법으로 서명하기")),
    make("div", { class: "choices" }, ...choices),
    fault,
  );
}

async function walletKey({ place }: Offering, wallet: Wallet): Promise<KeptKey> {
  const { election, voter } = place;
  const address = await account(wallet);
  return { kind: "wallet", election, voter, address, wallet: wallet.id };
}

async function passkeyKey({ place, api }: Offering): Promise<KeptKey> {
  const { election, voter } = place;
  const begun = await api.beginPasskey();
  const made = await enrolment(begun.options);
  const { x, y } = await api.enrolPasskey(begun.challenge, made);
  return { kind: "passkey", election, voter, credential: made.id, x, y };
}
