/** The names of the checks, their order, their titles, and what each says when it passes. */

import { hex } from "../chain/bytes.ts";
import { SEALED } from "../protocol/manifest.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { PHASES, type Phase } from "./phases.ts";
import type { Replay } from "./replay.ts";
import { type Check, judge } from "./report.ts";
import { Place } from "./storage.ts";
import { join, say, type Text } from "./text.ts";

/** All checks in the order of the report, with what they look at. */
export const CHECKS = {
  chain: say("chain and block", "체인과 블록"),
  code: say("contract code", "컨트랙트 코드"),
  manifest: say("frozen manifest", "확정된 규칙"),
  roll: say("roll", "명부"),
  events: say("events are complete", "이벤트 완전성"),
  batches: say("batches of ballots", "묶음별 투표지"),
  calldata: say("calldata", "거래 원문"),
  signatures: say("voters' signatures", "선거인 서명"),
  credentials: say("credentials", "명부 관리자 인증"),
  entitlement: say("credentials against the roll", "명부와의 대조"),
  record: say("one ballot a voter", "선거인 한 명에 한 표"),
  timing: say("times", "기간"),
  openings: say("openings", "개표"),
  settlement: say("settlement of later acts", "재투표 정리"),
  tally: say("tally", "집계"),
  decision: say("decision", "의결"),
  certification: say("certification", "확정"),
  counting: say("counting methods", "선정 방식 재계산"),
} as const;

type CheckName = keyof typeof CHECKS;
type Passed = Readonly<Record<Exclude<CheckName, "counting">, Text>>;

/** All checks but the last, which belongs to counting methods, in their order. */
export function summarise(
  evidence: Evidence,
  replay: Replay,
  findings: Findings,
  phase: Phase,
  rollKnown: boolean,
): Check[] {
  const passed: Passed = { ...onState(evidence, replay, findings), ...onActs(evidence, findings) };
  const names = Object.keys(CHECKS).filter((name) => name !== "counting") as (keyof Passed)[];
  return names.map((name) => {
    const failures = findings.failures(name);
    const needsRoll = name === "roll" || name === "entitlement";
    if (needsRoll && !rollKnown && failures.length === 0) {
      return { name, status: "UNCHECKED", reason: unchecked(evidence, phase), findings: [] };
    }
    return judge(name, failures, passed[name], findings.notes(name));
  });
}

function unchecked(evidence: Evidence, phase: Phase): Text {
  return evidence.manifest.roll.inFile
    ? say(
        "the roll is in a file bound by its hash: give it to check this",
        "명부가 지문으로 묶인 파일에 있습니다. 확인하려면 그 파일을 주세요",
      )
    : say(
        `the roll is not published (${phase})`,
        `명부가 공개되지 않았습니다 (${PHASES[phase].ko})`,
      );
}

function onActs(evidence: Evidence, findings: Findings) {
  const counted = (what: Parameters<Findings["counted"]>[0]) => findings.counted(what);
  const also = (count: number, en: string, ko: string): Text =>
    count === 0 ? say("", "") : say(en, ko);
  const [desk, pending, skipped] = [
    counted("desk acts"),
    counted("pending openings"),
    counted("skipped"),
  ];
  const openings = join(
    "",
    say(
      `${counted("escrows")} escrows decrypted and compared, ${counted("bad escrows")} bad`,
      `봉투 ${counted("escrows")}개를 풀어 대조했고, 잘못된 것은 ${counted("bad escrows")}개입니다`,
    ),
    also(
      pending,
      `, ${pending} still to be opened or voided`,
      `. ${pending}개는 아직 개표되거나 무효가 되어야 합니다`,
    ),
  );
  const isSealed = evidence.manifest.secrecy === SEALED;
  const events = evidence.entries.length;
  return {
    events: say(
      `${events} events make the contract's counters and bitmaps`,
      `이벤트 ${events}개가 컨트랙트의 셈과 맞습니다`,
    ),
    batches: say(
      `${counted("batches")} batches rebuilt from their events`,
      `묶음 ${counted("batches")}개를 이벤트로 다시 만들었습니다`,
    ),
    calldata: join(
      "",
      say(
        `${counted("acts")} acts in the calldata told as they are`,
        `거래 원문의 표 ${counted("acts")}개가 그대로 기록되었습니다`,
      ),
      also(
        skipped,
        `, ${skipped} of them skipped for the right reason`,
        `. 그 가운데 ${skipped}개는 맞는 사유로 기록되지 않았습니다`,
      ),
    ),
    signatures: join(
      "",
      say(
        `${counted("signatures")} voters' signatures hold`,
        `선거인 서명 ${counted("signatures")}개가 맞습니다`,
      ),
      also(
        desk,
        `, ${desk} desk acts are their clerks'`,
        `. 접수대의 표 ${desk}개는 접수 담당자들의 것입니다`,
      ),
    ),
    credentials: say(
      `${counted("credentials")} acts attested, ${counted("lists")} signed lists`,
      `표 ${counted("credentials")}개가 인증되었고, 서명된 명단은 ${counted("lists")}개입니다`,
    ),
    entitlement: say(
      `${counted("entitlements")} acts have the weight, class and key of their roll entry`,
      `표 ${counted("entitlements")}개의 무게·분류·열쇠가 명부와 같습니다`,
    ),
    timing: say(
      `${counted("timed events")} events within their time`,
      `이벤트 ${counted("timed events")}개가 제 기간 안에 있습니다`,
    ),
    openings: isSealed
      ? openings
      : say(
          "an open election: ballots open on arrival",
          "공개 투표입니다. 표는 들어오자마자 열립니다",
        ),
  };
}

function onState(evidence: Evidence, replay: Replay, findings: Findings) {
  const { record } = replay;
  const { manifest, told } = evidence;
  const { header } = told;
  const [slots, strata, ballots] = [
    findings.counted("slots"),
    findings.counted("strata"),
    findings.counted("counted ballots"),
  ];
  const stored = `0x${evidence.slot(Place.manifestHash).toString(16).padStart(64, "0")}`;
  const block = `${header.number} ${hex(header.hash)}`;
  const isAnswered = findings.counted("answers") > 0;
  const items = manifest.items.length;
  const modules = told.code.size - 2;
  return {
    chain: say(`chain ${told.chainId}, block ${block}`, `체인 ${told.chainId}, 블록 ${block}`),
    code: say(
      `the clone, its implementation and ${modules} more contracts are the packaged ones`,
      `투표와 그 구현, 다른 컨트랙트 ${modules}개가 이 버전의 코드와 같습니다`,
    ),
    manifest: say(
      `valid, bound to the code, ${stored}`,
      `올바르며 코드에 묶여 있습니다. ${stored}`,
    ),
    roll: say(
      `${manifest.roll.size} entries of weight ${manifest.roll.weight} rebuilt to the frozen root`,
      `${manifest.roll.size}명, 무게 ${manifest.roll.weight}의 명부가 확정된 명부와 같습니다`,
    ),
    record: say(
      `one live ballot for each of ${record.live} voters, ${slots} slots reproduced`,
      `선거인 ${record.live}명이 유효한 표 하나씩을 가졌고, 칸 ${slots}개를 다시 만들었습니다`,
    ),
    settlement: say(
      `${record.settled.size} voters with several acts settled`,
      `여러 번 투표한 선거인 ${record.settled.size}명이 정리되었습니다`,
    ),
    tally: say(
      `${ballots} ballots counted again, ${strata} strata agree`,
      `표 ${ballots}장을 다시 셌고, 구역 ${strata}개가 맞습니다`,
    ),
    decision: say(
      `${items} items decided again ` +
        (isAnswered
          ? "as the contract says"
          : "here; the contract's own answer cannot be asked offline"),
      `안건 ${items}개를 다시 정했` +
        (isAnswered
          ? "고, 컨트랙트의 답과 같습니다"
          : "습니다. 컨트랙트 자신의 답은 오프라인에서 물을 수 없습니다"),
    ),
    certification: say(
      `${record.live} ballots of weight ${record.liveWeight}, ${record.voided.size} void`,
      `표 ${record.live}장, 무게 ${record.liveWeight}, 무효 ${record.voided.size}장`,
    ),
  };
}
