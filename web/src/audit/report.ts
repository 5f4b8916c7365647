/** What an audit says: named checks in a fixed order, each with its outcome, reason and details. */

import { type Bytes, hex, ZERO_WORD } from "../chain/bytes.ts";
import type { Untrustworthy } from "../chain/errors.ts";
import { type Finding, wordsOf } from "./findings.ts";
import type { VotingCode } from "./published.ts";
import { join, same, say, type Text } from "./text.ts";

/** UNCHECKED: something needed was not given. NOTE: nothing is wrong, but read it. */
export type Status = "PASS" | "FAIL" | "UNCHECKED" | "NOTE";

export interface Check {
  readonly name: string;
  readonly status: Status;
  readonly reason: Text;
  readonly findings: readonly Finding[];
}

/** One fraction of a rule held against the figures: `part` out of `base`. */
export interface Requirement {
  readonly partName: Text;
  readonly baseName: Text;
  readonly unit: "heads" | "weight";
  readonly part: bigint;
  readonly base: bigint;
  readonly needed: Text;
  readonly met: boolean;
}

/** Heads and weight. */
export type Pair = readonly [heads: bigint, weight: bigint];

export type Outcome = "pending" | "counted" | "passed" | "failed" | "undetermined" | "cancelled";

/** One agenda item recomputed; `heads` and `weights` are its cells: blank, options, invalid. */
export interface ItemResult {
  readonly number: number;
  readonly title: string;
  readonly options: readonly string[];
  readonly outcome: Outcome;
  readonly present: Pair;
  readonly eligible: Pair;
  readonly heads: readonly bigint[];
  readonly weights: readonly bigint[];
  readonly requirements: readonly Requirement[];
  readonly counting: readonly Text[];
  /** The options selected by the item's counting method, from 1. */
  readonly selected: readonly number[] | undefined;
}

/** The whole audit. What it says holds for the block named here, trusted as `source` says. */
export interface Report {
  readonly election: string;
  readonly chainId: bigint;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly source: Text;
  readonly phase: string;
  readonly checks: readonly Check[];
  readonly items: readonly ItemResult[];
  /** What the text says that voters' browsers were to run. */
  readonly votingCode: VotingCode;
}

/** Whether no check failed. */
export function isGood(report: Report): boolean {
  return report.checks.every((check) => check.status !== "FAIL");
}

/** The report on a source that contradicts itself, of whose block nothing is known. */
export function untrusted(election: Bytes, error: Untrustworthy): Report {
  const reason = say(
    `what the source told contradicts itself: ${error.message}`,
    `들은 내용이 서로 맞지 않습니다: ${error.message}`,
  );
  return {
    election: hex(election),
    chainId: 0n,
    blockNumber: 0,
    blockHash: hex(ZERO_WORD),
    source: say("not trusted", "믿을 수 없음"),
    phase: "unknown",
    checks: [{ name: "chain", status: "FAIL", reason, findings: [] }],
    items: [],
    votingCode: [],
  };
}

/** FAIL with the findings; else NOTE with the notes; else PASS for the reason `passed`. */
export function judge(
  name: string,
  failures: readonly Finding[],
  passed: Text,
  notes: readonly Finding[] = [],
): Check {
  const [failure] = failures;
  if (failure !== undefined) {
    const count = failures.length;
    const first = wordsOf(failure);
    const several = say(`${count} findings, first: ${first.en}`, `${count}건, 첫째: ${first.ko}`);
    return { name, status: "FAIL", reason: count === 1 ? first : several, findings: failures };
  }
  const [note] = notes;
  if (note !== undefined) {
    const reason = join("", passed, same("; "), wordsOf(note));
    return { name, status: "NOTE", reason, findings: notes };
  }
  return { name, status: "PASS", reason: passed, findings: [] };
}

/** The report as `hanpyo audit --json` prints it; integers of any size are JSON numbers there. */
export function asJson(report: Report): unknown {
  return {
    election: report.election,
    chainId: report.chainId,
    block: { number: report.blockNumber, hash: report.blockHash },
    source: report.source.en,
    phase: report.phase,
    ok: isGood(report),
    checks: report.checks.map((check) => ({
      name: check.name,
      status: check.status,
      reason: check.reason.en,
      findings: check.findings.map(({ text, ...where }) => ({ text: text.en, ...where })),
    })),
    items: report.items.map(itemAsJson),
    votingCode: Object.fromEntries(report.votingCode),
  };
}

function itemAsJson(item: ItemResult): unknown {
  const last = item.heads.length - 1;
  return {
    item: item.number,
    title: item.title,
    options: item.options,
    outcome: item.outcome,
    presentHeads: item.present[0],
    presentWeight: item.present[1],
    eligibleHeads: item.eligible[0],
    eligibleWeight: item.eligible[1],
    blank: { heads: item.heads[0], weight: item.weights[0] },
    invalid: { heads: item.heads[last], weight: item.weights[last] },
    heads: item.heads.slice(1, -1),
    weights: item.weights.slice(1, -1),
    requirements: item.requirements.map((each) => ({
      part: each.partName.en,
      base: each.baseName.en,
      unit: each.unit,
      value: each.part,
      of: each.base,
      needed: each.needed.en,
      met: each.met,
    })),
    counting: item.counting.map((line) => line.en),
    selected: item.selected ?? null,
  };
}

/** The same as text; JSON carries whole numbers of any size. */
export function asJsonText(report: Report, indent = 1): string {
  const marked = JSON.stringify(
    asJson(report),
    (_, each: unknown) => (typeof each === "bigint" ? `\u0001${each}` : each),
    indent,
  );
  return marked.replace(/"\\u0001(-?\d+)"/g, "$1");
}
