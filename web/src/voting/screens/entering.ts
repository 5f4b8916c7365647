/** Screens on which a member shows who they are: letter codes, sent codes, birth date, passkey. */

import { button, find, make } from "../../ui/elements.ts";
import { busyButton, note, show } from "../../ui/screen.ts";
import { t } from "../../ui/text.ts";
import { type Api, type Challenge, Refused, type Session } from "../api.ts";
import { explain } from "../trouble.ts";
import { answered } from "./proving.ts";

/** What the entering screens need of the flow. */
export interface Door {
  readonly api: Api;
  readonly election: string;
  entered(session: Session): Promise<void>;
}

/** The screen of a visitor without a session. */
export function enterScreen(door: Door, methods: readonly string[], said = ""): void {
  const first = methods.filter((each) =>
    ["letter", "mail", "sms", "passkey", "wallet"].includes(each),
  );
  const provider = methods.find((each) => each === "oidc" || each.startsWith("oidc:"));
  show(
    t("투표하러 오셨습니까?"),
    said !== "" && note("-warn", said),
    methods.includes("link") &&
      make("p", { class: "lead" }, t("문자나 메일로 받은 링크를 누르면 바로 투표할 수 있습니다.")),
    ...first.map((each) => entryOf(door, each)),
    provider !== undefined && make("div", { class: "card" }, providerButton(door, provider)),
  );
}

/** The screen of one more factor; with several, the member chooses. */
export function factorScreen(door: Door, missing: readonly string[]): void {
  const [only] = missing;
  if (only !== undefined && missing.length === 1) {
    void factorOf(door, only);
    return;
  }
  show(
    t("한 번 더 확인합니다"),
    make("p", { class: "lead" }, t("편한 방법을 하나 골라 주세요.")),
    make(
      "div",
      { class: "choices" },
      ...missing.map((each) =>
        button(methodName(each), () => void factorOf(door, each), {
          class: "button-quiet button-large button-full",
        }),
      ),
    ),
  );
}

async function factorOf(door: Door, method: string): Promise<void> {
  if (method === "birth") {
    birthScreen(door);
    return;
  }
  try {
    const challenge = await door.api.beginAnother(method);
    if (method === "mail" || method === "sms") {
      codeScreen(door, challenge, () => door.api.beginAnother(method));
    } else {
      await answered(door, challenge);
    }
  } catch (error) {
    failed(error, () => void factorOf(door, method));
  }
}

function birthScreen(door: Door): void {
  const form = textForm({
    id: "birth",
    label: t("생년월일"),
    hint: t("숫자 여덟 자리로 적어 주세요. 예: 19610203"),
    attributes: { inputmode: "numeric", autocomplete: "bday", maxlength: 12 },
    action: t("확인"),
    work: async (birthDate) => {
      const { challenge } = await door.api.beginAnother("birth");
      await door.entered(await door.api.verify(challenge, { birthDate }));
    },
  });
  show(t("한 번 더 확인합니다"), form);
}

function codeScreen(door: Door, begun: Challenge, again: () => Promise<Challenge>): void {
  let challenge = begun;
  const digits = Number(begun.show["digits"] ?? 6);
  const isMail = begun.method === "mail";
  const form = textForm({
    id: "code",
    label: t("받은 숫자 {n}자리", { n: digits }),
    hint: isMail
      ? t("명부에 있는 주소이면 메일로 숫자가 갑니다. 10분 안에 적어 주세요.")
      : t("명부에 있는 번호이면 문자로 숫자가 갑니다. 10분 안에 적어 주세요."),
    attributes: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 },
    action: t("확인"),
    work: async (code) => door.entered(await door.api.verify(challenge.challenge, { code })),
  });
  const more = busyButton(
    t("숫자를 다시 받기"),
    async () => {
      try {
        challenge = await again();
        find<HTMLElement>(".fault", form).textContent = t("숫자를 다시 보냈습니다.");
      } catch (error) {
        find<HTMLElement>(".fault", form).textContent = refusalText(error);
      }
    },
    { class: "button-quiet" },
  );
  show(t("받은 숫자를 적어 주세요"), form, make("div", { class: "actions" }, more));
}

function entryOf(door: Door, method: string): HTMLElement {
  if (method === "passkey" || method === "wallet") {
    const enter = busyButton(methodName(method), async () => {
      try {
        await answered(door, await door.api.begin(door.election, method, ""));
      } catch (error) {
        failed(error, () => location.reload());
      }
    });
    return make("div", { class: "card" }, enter);
  }
  if (method === "letter") {
    const form = textForm({
      id: "letter",
      label: t("편지에 적힌 코드"),
      hint: t("영문자와 숫자 18자리입니다. 띄어쓰기와 대소문자는 상관없습니다."),
      attributes: {
        autocomplete: "off",
        autocapitalize: "characters",
        maxlength: 60,
        class: "code-input",
      },
      action: t("코드로 들어가기"),
      work: async (code) => door.entered(await door.api.enterByLetter(door.election, code)),
    });
    return make("div", { class: "card" }, form);
  }
  const isMail = method === "mail";
  const form = textForm({
    id: method,
    label: isMail ? t("메일 주소") : t("휴대전화 번호"),
    hint: t("명부에 적혀 있으면 숫자를 보내 드립니다."),
    attributes: isMail
      ? { type: "email", autocomplete: "email", maxlength: 254 }
      : { type: "tel", autocomplete: "tel", maxlength: 40 },
    action: t("숫자 받기"),
    work: async (contact) => {
      const begin = () => door.api.begin(door.election, method, contact);
      codeScreen(door, await begin(), begin);
    },
  });
  return make("div", { class: "card" }, form);
}

function providerButton(door: Door, method: string): HTMLElement {
  return busyButton(methodName(method), async () => {
    try {
      await answered(door, await door.api.begin(door.election, method, ""));
    } catch (error) {
      failed(error, () => location.reload());
    }
  });
}

interface TextForm {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly action: string;
  readonly work: (text: string) => Promise<void>;
}

/** A form of one text field; a refusal stands beside the field and the text stays. */
function textForm({ id, label, hint, attributes, action, work }: TextForm): HTMLFormElement {
  const input = make("input", {
    id,
    name: id,
    required: true,
    "aria-describedby": `${id}-hint ${id}-fault`,
    ...attributes,
  });
  const fault = make("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  let busy = false;
  const submit = make("button", { class: "button button-large button-full" }, action);
  const form = make(
    "form",
    { novalidate: true },
    make(
      "div",
      { class: "field" },
      make("label", { for: id }, label),
      make("span", { class: "hint", id: `${id}-hint` }, hint),
      input,
      fault,
    ),
    submit,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (busy) {
      return;
    }
    input.removeAttribute("aria-invalid");
    if (text === "") {
      refuse(t("빈칸을 채워 주세요."));
      return;
    }
    busy = true;
    submit.setAttribute("aria-disabled", "true");
    fault.textContent = "";
    work(text)
      .catch((error: unknown) => refuse(refusalText(error)))
      .finally(() => {
        busy = false;
        submit.removeAttribute("aria-disabled");
      });
  });
  function refuse(text: string): void {
    input.setAttribute("aria-invalid", "true");
    fault.textContent = text;
    input.focus();
  }
  return form;
}

function refusalText(error: unknown): string {
  if (error instanceof Refused) {
    switch (error.code) {
      case "proof_refused":
        return t("맞지 않습니다. 적은 것을 확인하고 다시 해 주세요.");
      case "mistyped_code":
        return t("코드를 잘못 적었습니다. 편지와 견주어 보고 다시 적어 주세요.");
      case "invalid":
        return t("적은 모양이 올바르지 않습니다. 다시 적어 주세요.");
      default:
    }
  }
  const { what, todo } = explain(error);
  return `${what} ${todo}`;
}

function failed(error: unknown, again: () => void): void {
  show(
    t("확인하지 못했습니다"),
    note("-bad", refusalText(error)),
    make("div", { class: "actions" }, button(t("다시 해 보기"), again)),
  );
}

/** A method as members call it. */
export function methodName(method: string): string {
  const [kind] = method.split(":");
  switch (kind) {
    case "mail":
      return t("메일로 숫자 받기");
    case "sms":
      return t("문자로 숫자 받기");
    case "birth":
      return t("생년월일 적기");
    case "passkey":
      return t("이 기기의 지문이나 얼굴로 확인하기");
    case "oidc":
      return t("다른 서비스 계정으로 확인하기");
    case "letter":
      return t("편지의 코드 적기");
    case "wallet":
      return t("내 서명 프로그램으로 확인하기");
    default:
      return method;
  }
}
