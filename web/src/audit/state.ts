/** The replayed record against the contract's storage: counters, flags, bitmaps and slots. */

import { mappingSlot, packSlot } from "./acts.ts";
import type { Event } from "./events.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import type { ElectionRecord } from "./record.ts";
import type { Replay } from "./replay.ts";
import { ENTRY_BYTES } from "./roll.ts";
import { bitmapsInUse, bitmapWords, bitsOf, Place, readCounters, readProgress } from "./storage.ts";
import { same, say, type Text, truth } from "./text.ts";

/** Name everything that storage and the events say differently. */
export function checkState(evidence: Evidence, replay: Replay, findings: Findings): void {
  checkCounters(evidence, replay.record, findings);
  checkProgress(evidence, replay, findings);
  checkBitmaps(evidence, replay.record, findings);
  checkSlots(evidence, replay.record, findings);
}

function checkCounters(evidence: Evidence, record: ElectionRecord, findings: Findings): void {
  const stored = readCounters(evidence.slot(Place.counters));
  const facts: [string, string, number | bigint, bigint][] = [
    ["batches", "묶음", findings.counted("batches"), stored.batches],
    ["live", "유효한 표", record.live, stored.live],
    ["live weight", "유효한 표의 무게", record.liveWeight, stored.liveWeight],
    ["touched", "다시 낸 선거인", record.acts.size, stored.touched],
    ["settled", "정리된 선거인", record.settled.size, stored.settled],
    ["opened", "개표된 표", record.opened.size, stored.opened],
    ["voided", "무효가 된 표", record.voided.size, stored.voided],
  ];
  for (const [en, ko, ours, theirs] of facts) {
    if (BigInt(ours) === theirs) continue;
    const text = say(
      `${en}: the events make ${ours}, the contract holds ${theirs}`,
      `${ko}: 이벤트로는 ${ours}, 컨트랙트에는 ${theirs}입니다`,
    );
    findings.fail("events", text);
  }
}

function checkProgress(evidence: Evidence, replay: Replay, findings: Findings): void {
  const kinds = new Set<Event["kind"]>(evidence.entries.map(({ event }) => event.kind));
  const stored = readProgress(evidence.slot(Place.progress), evidence.slot(Place.counters));
  const published = evidence.entries.reduce(
    (sum, { event }) =>
      event.kind === "RollPublished" ? sum + Math.floor(event.entries.length / ENTRY_BYTES) : sum,
    0,
  );
  const facts: [string, string, boolean | number, boolean | bigint][] = [
    ["initialised", "시작됨", true, stored.initialised],
    ["text published", "글 공개", kinds.has("TextPublished"), stored.textPublished],
    ["frozen", "확정", kinds.has("Frozen"), stored.frozen],
    ["cancelled", "취소", kinds.has("Cancelled"), stored.cancelled],
    ["certified", "결과 확정", replay.certified !== undefined, stored.certified],
    ["any check in", "현장 확인", kinds.has("CheckedIn"), stored.anyCheckIn],
    ["secrecy lost", "비밀 상실", replay.key?.lost ?? false, stored.secrecyLost],
    ["roll published", "공개된 명부", published, stored.rollPublished],
  ];
  const shown = (value: boolean | number | bigint): Text =>
    typeof value === "boolean" ? truth(value) : same(`${value}`);
  for (const [en, ko, ours, theirs] of facts) {
    if (typeof ours === "number" ? BigInt(ours) === theirs : ours === theirs) continue;
    const [own, held] = [shown(ours), shown(theirs)];
    const text = say(
      `${en}: the events say ${own.en}, the contract holds ${held.en}`,
      `${ko}: 이벤트로는 ${own.ko}, 컨트랙트에는 ${held.ko}입니다`,
    );
    findings.fail("events", text);
  }
  if (evidence.slot(Place.secret) !== (replay.key?.secret ?? 0n)) {
    const text = say(
      "the trustees' secret in storage is not the one in the event",
      "저장된 개표 열쇠가 이벤트의 것과 다릅니다",
    );
    findings.fail("events", text);
  }
}

function checkBitmaps(evidence: Evidence, record: ElectionRecord, findings: Findings): void {
  const told: ReadonlyMap<number, readonly [string, string, Iterable<number>]> = new Map([
    [Place.acted, ["acted", "투표함", [...record.firsts.keys(), ...record.slots.keys()]]],
    [Place.touched, ["acted more than once", "다시 투표함", record.acts.keys()]],
    [Place.checkedIn, ["was checked in", "현장 확인됨", record.checkedIn]],
    [Place.opened, ["was opened", "개표됨", record.opened.keys()]],
    [Place.voided, ["was voided", "무효가 됨", record.voided]],
  ]);
  const indices = Array.from({ length: bitmapWords(evidence.manifest) }, (_, index) => index);
  for (const base of bitmapsInUse(evidence.slot(Place.progress), evidence.slot(Place.counters))) {
    const [en, ko, voters] = told.get(base) ?? ["", "", []];
    const ours = new Set(voters);
    const stored = new Set(bitsOf(indices.map((index) => evidence.slot(mappingSlot(base, index)))));
    for (const voter of missingFrom(ours, stored)) {
      const text = say(
        `${en} on chain, but no event tells of it`,
        `체인에는 ‘${ko}’이라 되어 있으나 이벤트가 없습니다`,
      );
      findings.fail("events", text, { voter });
    }
    for (const voter of missingFrom(stored, ours)) {
      const text = say(
        `${en} by the events, but not on chain`,
        `이벤트로는 ‘${ko}’이나 체인에는 그렇지 않습니다`,
      );
      findings.fail("events", text, { voter });
    }
  }
}

/** What `whole` has and `part` lacks, ascending. */
function missingFrom(part: ReadonlySet<number>, whole: ReadonlySet<number>): number[] {
  return [...whole].filter((voter) => !part.has(voter)).sort((one, other) => one - other);
}

/** Every voter with more than a first: the slot that the model makes is the slot in storage. */
function checkSlots(evidence: Evidence, record: ElectionRecord, findings: Findings): void {
  const voters = new Set([...record.slots.keys(), ...record.acts.keys()]);
  for (const voter of [...voters].sort((one, other) => one - other)) {
    const stored = evidence.storage.get(mappingSlot(Place.slots, voter));
    if (packSlot(record.slot(voter)) === stored) continue;
    const text = say(
      "the slot in storage is not what the acts make",
      "저장된 칸이 표들이 만드는 것과 다릅니다",
    );
    findings.fail("record", text, { voter });
  }
  findings.count("slots", voters.size);
}
