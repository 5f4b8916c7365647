/** Why acts of well-formed batches are not recorded (docs/protocol.md section 7). */

import { say, type Text } from "./text.ts";

/** Why an act of a well-formed batch was not recorded, by number. */
export const Skip = {
  notOpen: 1,
  unknownVoter: 2,
  signature: 3,
  attestation: 4,
  weight: 5,
  weightTotal: 6,
  superseded: 7,
  epoch: 8,
  range: 9,
  content: 10,
  class_: 11,
} as const;

const SKIP_WORDS: readonly Text[] = [
  say("", ""),
  say("not open", "기간이 아님"),
  say("unknown voter", "없는 선거인 번호"),
  say("signature", "서명"),
  say("attestation", "인증"),
  say("weight", "표의 무게"),
  say("weight total", "무게의 합"),
  say("superseded", "더 나중 표가 있음"),
  say("epoch", "열쇠 차례"),
  say("range", "범위"),
  say("content", "내용"),
  say("class", "분류"),
];

/** A skip reason's number and name. */
export function skipWords(reason: number): Text {
  const words = SKIP_WORDS[reason] ?? say("", "");
  return say(`${reason} (${words.en})`, `${reason} (${words.ko})`);
}
