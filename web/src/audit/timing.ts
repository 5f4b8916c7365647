/** Nothing happened outside its time, by the timestamps of the blocks. */

import type { Timetable } from "../protocol/manifest.ts";
import { Channel } from "./acts.ts";
import { type Entry, type Event, voterOf } from "./events.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { say } from "./text.ts";

const CHECK = "timing";
const FOREVER = 1n << 64n;

/** Hold every event against the frozen times. */
export function checkTiming(evidence: Evidence, findings: Findings): void {
  const { timetable: times } = evidence.manifest;
  for (const { event, log } of evidence.entries) {
    const now = evidence.timeOf(log.block);
    const period = periodOf(event, times);
    if (now === undefined || period === undefined) continue;
    findings.count("timed events");
    const [start, end] = period;
    if (now < start || now >= end) {
      const voter = voterOf(event);
      const text = say(
        `${event.kind} at ${now}, outside ${start} to ${end}`,
        `${event.kind}: 시각 ${now}은 기간 ${start} … ${end} 밖입니다`,
      );
      const { transaction } = log;
      findings.fail(CHECK, text, voter === undefined ? { transaction } : { voter, transaction });
    }
    checkKey({ event, log }, now, times, findings);
  }
  if (!evidence.isLinked) {
    const text = say(
      "the blocks' times are as told; not every block is linked to the trusted one",
      "블록 시각은 들은 그대로입니다. 모든 블록이 믿는 블록까지 이어지지는 않습니다",
    );
    findings.note(CHECK, text);
  }
}

function checkKey({ event, log }: Entry, now: bigint, times: Timetable, findings: Findings): void {
  if (event.kind !== "KeyReleased") return;
  const isEarly = now < times.barrierAt;
  if (isEarly !== event.lost) {
    const text = say(
      "the key's event says otherwise about the loss of secrecy",
      "비밀 상실에 대해 열쇠의 이벤트가 다르게 말합니다",
    );
    findings.fail(CHECK, text);
  }
  if (isEarly) {
    const text = say(
      `secrecy was lost from block ${log.block} on: the key came early`,
      `블록 ${log.block}부터 비밀이 지켜지지 않았습니다. 개표 열쇠가 일찍 나왔습니다`,
    );
    findings.note(CHECK, text);
  }
}

/** From when, and until before when, an event may happen; undefined where nothing says. */
function periodOf(event: Event, times: Timetable): readonly [bigint, bigint] | undefined {
  switch (event.kind) {
    case "TextPublished":
    case "RollPublished":
    case "Frozen":
    case "Cancelled":
      return [0n, times.opensAt];
    case "Recorded":
      return [
        times.opensAt,
        event.terms.channel === Channel.paper ||
        event.terms.channel === Channel.proxy ||
        event.terms.channel === Channel.inPerson
          ? times.barrierAt
          : times.closesAt,
      ];
    case "CheckedIn":
      return [times.opensAt, times.barrierAt];
    case "Rebound":
      return [0n, times.rebindUntil];
    case "Settled":
      return [times.barrierAt, FOREVER];
    case "KeyReleased":
      return [0n, times.keyDeadline + 1n];
    case "Opened":
    case "Voided":
      return [times.openingAt, FOREVER];
    case "Certified":
      return [times.certifyAt, FOREVER];
    default:
      return undefined;
  }
}
