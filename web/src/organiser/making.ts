/** A trustee's key made in this browser: the file is saved, the public half is shown. */

import { publicKey, randomScalar } from "../protocol/escrow.ts";
import { make } from "../ui/elements.ts";
import { t } from "../ui/text.ts";
import { lock } from "./keystore.ts";
import { field, Status } from "./parts.ts";

const SHORTEST = 8;

/** Put the form into the page. */
export function makeKey(place: HTMLElement): void {
  const hint = t("여덟 글자 이상. 잊으면 되찾을 길이 없으니 적어서 따로 두세요.");
  const options = { type: "password", autocomplete: "new-password", minlength: SHORTEST };
  const first = field("password", t("열쇠 파일의 비밀번호"), hint, options);
  const again = field("again", t("비밀번호 한 번 더"), "", options);
  const status = new Status();
  const press = make("button", { class: "button button-large" }, t("열쇠 만들기"));
  const form = make("form", { class: "narrow" }, first.row, again.row, press, ...status.parts);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  place.append(form);

  async function run(): Promise<void> {
    const password = first.input.value;
    if (password !== again.input.value) {
      status.said("note-bad", t("두 비밀번호가 서로 다릅니다. 다시 적어 주세요."));
      return;
    }
    press.disabled = true;
    const secret = randomScalar();
    const file = await lock(secret, password, status.working);
    form.replaceWith(made(file, publicKey(secret)));
  }
}

function made(file: string, [x, y]: readonly [bigint, bigint]): HTMLElement {
  const url = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  const text = `0x${x.toString(16)}\n0x${y.toString(16)}`;
  const shown = make("textarea", { id: "public", class: "mono", rows: 4, readonly: true });
  shown.value = text;
  const copied = make("span", { role: "status" });
  const copy = make("button", { type: "button", class: "button-quiet" }, t("공개 열쇠 복사"));
  copy.addEventListener("click", () => {
    shown.select();
    void navigator.clipboard.writeText(text).then(() => {
      copied.textContent = t("복사했습니다.");
    });
  });
  const heading = make("h2", { tabindex: -1 }, t("열쇠를 만들었습니다"));
  queueMicrotask(() => heading.focus());
  return make(
    "section",
    { class: "narrow" },
    heading,
    make("h3", {}, t("1. 열쇠 파일을 저장하세요")),
    make("p", {}, t("이 화면을 닫으면 다시 받을 수 없습니다. 두 곳에 저장해 두세요.")),
    make(
      "div",
      { class: "actions" },
      make("a", { class: "button", href: url, download: "trustee-key.json" }, t("열쇠 파일 저장")),
    ),
    make("h3", {}, t("2. 공개 열쇠를 주최자에게 보내세요")),
    make(
      "div",
      { class: "field" },
      make("label", { for: "public" }, t("공개 열쇠 (남에게 보여도 됩니다)")),
      shown,
    ),
    make("div", { class: "actions" }, copy, copied),
  );
}
