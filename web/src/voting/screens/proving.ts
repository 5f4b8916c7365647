/** Proofs that no text field takes: another service's account, a wallet, a passkey. */

import { assertion } from "../../keys/passkeys.ts";
import { discover, signIn, type Wallet } from "../../keys/wallets.ts";
import { make } from "../../ui/elements.ts";
import { busyButton, note, show } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import type { Challenge } from "../api.ts";
import { explain } from "../trouble.ts";
import type { Door } from "./entering.ts";

const PROVIDER = "hanpyo.provider";

/** Where the member went to another service from. */
export interface Departure {
  readonly challenge?: string;
  readonly election?: string;
}

/** What `answered` kept before the browser left; once. */
export function departure(): Departure {
  const kept = sessionStorage.getItem(PROVIDER) ?? "{}";
  sessionStorage.removeItem(PROVIDER);
  return JSON.parse(kept) as Departure;
}

/** Answer a challenge: the browser leaves, a wallet or a passkey signs, or a wallet is chosen. */
export async function answered(door: Door, begun: Challenge): Promise<void> {
  const { challenge, method, show: shown } = begun;
  if (typeof shown["authorizationUrl"] === "string") {
    leave(door, challenge, new URL(shown["authorizationUrl"]));
  } else if (method === "wallet") {
    await byWallet(door, begun);
  } else if (method === "passkey") {
    const credential = await assertion(shown["options"]);
    await door.entered(await door.api.verify(challenge, { credential }));
  }
}

/** Go to the provider; without encryption only from a page that has none itself. */
function leave(door: Door, challenge: string, url: URL): void {
  if (url.protocol !== "https:" && url.protocol !== location.protocol) {
    throw new TypeError(`no page of a provider: ${url.protocol}`);
  }
  sessionStorage.setItem(PROVIDER, JSON.stringify({ challenge, election: door.election }));
  location.assign(url);
}

async function byWallet(door: Door, begun: Challenge): Promise<void> {
  const wallets = await discover();
  const [first] = wallets;
  if (first !== undefined && wallets.length === 1) {
    await sign(door, begun, first);
    return;
  }
  const fault = make("p", { class: "fault", role: "alert" });
  const choices = wallets.map((each) =>
    busyButton(
      each.name,
      async () => {
        try {
          fault.textContent = "";
          await sign(door, begun, each);
        } catch (error) {
          const { what, todo } = explain(error);
          fault.textContent = `${what} ${todo}`;
        }
      },
      { class: "button-quiet button-large button-full" },
    ),
  );
  show(
    t("어느 것으로 서명하시겠습니까?"),
    choices.length === 0 &&
      note(
        "-warn",
        t("이 브라우저에는 서명 프로그램이 없습니다."),
        t("그 프로그램이 있는 브라우저에서 이 화면을 열어 주세요."),
      ),
    make("div", { class: "choices" }, ...choices),
    fault,
  );
}

async function sign(door: Door, { challenge, show: shown }: Challenge, chosen: Wallet) {
  await door.entered(await door.api.verify(challenge, await signIn(chosen, shown)));
}
