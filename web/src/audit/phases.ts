/** Where an election stands: times and valid data alone move it on (section 2). */

import { SEALED } from "../protocol/manifest.ts";
import type { Manifest } from "./manifest.ts";
import { say, type Text } from "./text.ts";

export type Phase =
  | "draft"
  | "frozen"
  | "voting"
  | "closed"
  | "opening"
  | "certified"
  | "cancelled"
  | "undetermined";

export const PHASES: Readonly<Record<Phase, Text>> = {
  draft: say("draft", "준비 중"),
  frozen: say("frozen", "확정됨"),
  voting: say("voting", "투표 중"),
  closed: say("closed", "마감됨"),
  opening: say("opening", "개표 중"),
  certified: say("certified", "결과 확정"),
  cancelled: say("cancelled", "취소됨"),
  undetermined: say("undetermined", "결과 없음"),
};

/** The phase of a frozen election, neither cancelled nor certified, at a block time. */
export function phaseAt(manifest: Manifest, now: bigint, keyKnown: boolean): Phase {
  const times = manifest.timetable;
  if (now < times.opensAt) return "frozen";
  if (now < times.closesAt) return "voting";
  if (now < times.openingAt) return "closed";
  const isLate = now > times.keyDeadline;
  return manifest.secrecy === SEALED && !keyKnown && isLate ? "undetermined" : "opening";
}
