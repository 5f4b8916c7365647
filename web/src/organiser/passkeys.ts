/** Passkeys of staff: shown to sign in, or made as a second factor. */

import { assertion, enrolment } from "../keys/passkeys.ts";
import { button, make } from "../ui/elements.ts";
import { t } from "../ui/text.ts";
import { fieldOf, post, Refused } from "./api.ts";

/** Put the button into the page, and what it says when it fails. */
export function showPasskeys(place: HTMLElement): void {
  const adds = place.dataset["passkey"] === "add";
  const [csrf, next] = [place.dataset["csrf"] ?? "", place.dataset["next"] ?? "/staff"];
  const status = make("p", { role: "status", hidden: true, class: "note-bad" });
  if (!("PublicKeyCredential" in window)) {
    place.append(make("p", {}, t("이 브라우저에서는 패스키를 쓸 수 없습니다.")));
    return;
  }
  const name = make("input", { id: "passkey-label", maxlength: 200, value: t("이 기기") });
  const label = make("label", { for: "passkey-label" }, t("패스키 이름"));
  const press = button(adds ? t("패스키 만들기") : t("패스키로 확인하기"), run, {
    class: "button button-full",
  });
  place.append(...(adds ? [make("div", { class: "field" }, label, name)] : []), press, status);

  async function run(): Promise<void> {
    press.disabled = true;
    status.hidden = true;
    try {
      await (adds ? add(name.value.trim() || t("이 기기"), csrf) : show(csrf));
      location.assign(next);
    } catch (error) {
      status.textContent = said(error);
      status.hidden = false;
      press.disabled = false;
    }
  }
}

async function show(csrf: string): Promise<void> {
  const options = await post("/v1/staff/session/passkey/options", {}, csrf);
  const credential = await assertion(fieldOf(options, "publicKey"));
  await post("/v1/staff/session/passkey", { credential }, csrf);
}

async function add(name: string, csrf: string): Promise<void> {
  const options = await post("/v1/staff/me/passkeys/options", {}, csrf);
  const credential = await enrolment(fieldOf(options, "publicKey"));
  await post("/v1/staff/me/passkeys", { name, credential }, csrf);
}

function said(error: unknown): string {
  if (error instanceof DOMException) {
    return t("패스키 확인을 그만두었습니다. 다시 해 보세요.");
  }
  if (error instanceof Refused && error.code === "fresh_second_factor_needed") {
    return t("확인한 지 오래되었습니다. 로그아웃한 다음 다시 로그인해 주세요.");
  }
  if (error instanceof Refused && error.code === "") {
    return t("인터넷이 끊겼습니다. 연결을 확인하고 다시 해 주세요.");
  }
  return t("패스키를 확인하지 못했습니다. 다시 해 보거나 다른 방법을 쓰세요.");
}
