/**
 * Handing a key in: the file is opened here and held against the election's public key. Its secret
 * goes to the service only when the opening time has come, by the record's clock and by this
 * device's own, and the trustee presses the button.
 */

import { hex, word } from "../protocol/bytes.ts";
import { ORDER, publicKey } from "../protocol/escrow.ts";
import { make } from "../ui/elements.ts";
import { t } from "../ui/text.ts";
import { post, Refused } from "./api.ts";
import { KeyFileRefused, unlock } from "./keystore.ts";
import { field, Status } from "./parts.ts";

const LARGEST_FILE = 100_000;
const MILLISECONDS = 1000;

/** Put the form into the page. */
export function handIn(place: HTMLElement): void {
  const ready = place.dataset["ready"] === "1";
  const file = field("key-file", t("열쇠 파일"), "", { type: "file", accept: ".json" });
  const options = { type: "password", autocomplete: "off" };
  const password = field("password", t("열쇠 파일의 비밀번호"), "", options);
  const status = new Status();
  const label = ready ? t("열쇠를 내고 표 열기") : t("이 투표의 열쇠인지 확인하기");
  const press = make("button", { class: "button button-large" }, label);
  const form = make("form", { class: "narrow" }, file.row, password.row, press, ...status.parts);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  place.append(form);

  async function run(): Promise<void> {
    press.disabled = true;
    try {
      const secret = await opened(file.input.files?.[0], password.input.value, status.working);
      if (!fits(secret, place)) {
        status.said("note-bad", t("다른 투표의 열쇠입니다. 이 투표의 열쇠 파일을 골라 주세요."));
      } else if (ready && Date.now() < Number(place.dataset["opening"]) * MILLISECONDS) {
        status.said(
          "note-bad",
          t("이 기기의 시계로는 아직 개표 시각이 아닙니다. 아무것도 보내지 않았습니다."),
        );
      } else if (ready) {
        await post(
          `/v1/elections/${place.dataset["election"]}/key`,
          { secret: hex(word(secret)) },
          null,
        );
        form.replaceWith(
          make(
            "p",
            { class: "note-good", role: "status" },
            t("열쇠를 받았습니다. 곧 공개되고 표를 엽니다."),
          ),
        );
      } else {
        status.said("note-good", t("이 투표의 열쇠가 맞습니다. 아무것도 보내지 않았습니다."));
      }
    } catch (error) {
      status.said("note-bad", said(error));
    }
    password.input.value = "";
    press.disabled = false;
  }
}

async function opened(
  file: File | undefined,
  password: string,
  progress: (done: number) => void,
): Promise<bigint> {
  if (file === undefined || file.size > LARGEST_FILE) {
    throw new KeyFileRefused("file");
  }
  return unlock(await file.text(), password, progress);
}

function fits(secret: bigint, place: HTMLElement): boolean {
  if (secret <= 0n || secret >= ORDER) {
    return false;
  }
  const [x, y] = publicKey(secret);
  return BigInt(place.dataset["x"] ?? "") === x && BigInt(place.dataset["y"] ?? "") === y;
}

function said(error: unknown): string {
  if (error instanceof KeyFileRefused) {
    return error.reason === "password"
      ? t("비밀번호가 맞지 않습니다. 다시 적어 주세요.")
      : t("열쇠 파일이 아닙니다. 만들 때 저장한 파일을 골라 주세요.");
  }
  const code = error instanceof Refused ? error.code : "";
  const known: Readonly<Record<string, string>> = {
    key_too_early: t("아직 낼 수 없습니다. 개표 시각이 지난 다음 이 화면을 다시 여세요."),
    key_too_late: t("기한이 지났습니다. 이 투표의 결과는 정할 수 없습니다."),
    too_many_requests: t("짧은 시간에 너무 많이 했습니다. 1분 뒤에 다시 해 주세요."),
  };
  return (
    known[code] ?? t("열쇠를 내지 못했습니다. 연결을 확인하고 다시 해 주세요. 파일은 그대로입니다.")
  );
}
