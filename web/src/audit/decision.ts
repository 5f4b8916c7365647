/** Each item decided again under its frozen rule, in exact integers, every denominator named. */

import { at, type Bytes, EncodingError, toBig } from "../chain/bytes.ts";
import { Base, COUNTED, type Item, type Share, Unit } from "../protocol/agenda.ts";
import { Channel } from "./acts.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import type { Manifest } from "./manifest.ts";
import type { Phase } from "./phases.ts";
import type { Titles } from "./published.ts";
import type { ItemResult, Outcome, Pair, Requirement } from "./report.ts";
import type { Count, Stratum } from "./tally.ts";
import { say, type Text } from "./text.ts";

/** The contract's outcomes by number. */
const OUTCOMES: readonly Outcome[] = [
  "pending",
  "counted",
  "passed",
  "failed",
  "undetermined",
  "cancelled",
];
const RESULT_WORDS = 12;

const PRESENT = say("present", "출석");
const DIRECT = say("directly present", "직접 출석");
const FIRST_OPTION = say("option 1", "선택지 1");
const BASES: ReadonlyMap<number, Text> = new Map([
  [Base.present, say("those present", "출석자")],
  [Base.all, say("all eligible", "전체 선거인")],
  [Base.decided, say("those who decided", "의사를 밝힌 사람")],
]);

/** What an item is decided on; cells: blank, options, invalid. */
interface Figures {
  readonly eligible: Pair;
  readonly present: Pair;
  readonly direct: Pair;
  readonly heads: readonly bigint[];
  readonly weights: readonly bigint[];
}

/** Every item recomputed. */
export function decide(
  evidence: Evidence,
  counted: Count,
  phase: Phase,
  titles: readonly Titles[],
): ItemResult[] {
  return evidence.manifest.items.map((item, number) => {
    const figures = figuresOf(evidence.manifest, number, counted.strata);
    const requirements = requirementsOf(item, figures);
    const { title, options } = at(titles, number);
    return {
      number,
      title,
      options,
      outcome: outcomeOf(item, requirements, phase),
      present: figures.present,
      eligible: figures.eligible,
      heads: figures.heads,
      weights: figures.weights,
      requirements,
      counting: [],
      selected: undefined,
    };
  });
}

function figuresOf(
  manifest: Manifest,
  number: number,
  strata: ReadonlyMap<number, Stratum>,
): Figures {
  const item = at(manifest.items, number);
  const groups = manifest.groups.length;
  const isEligible = (group: number) => item.eligible?.has(group) ?? true;
  const own = [...strata].filter(([stratum]) => isEligible(stratum % groups));
  const direct = own.filter(([stratum]) => {
    const channel = Math.floor(stratum / groups);
    return channel !== Channel.online && channel !== Channel.paper;
  });
  const eligible = manifest.groups.filter((_, group) => isEligible(group));
  const base = at(manifest.bases, number);
  const cells = Array.from({ length: item.options + 2 }, (_, place) => base + place);
  return {
    eligible: [
      sum(eligible.map((group) => BigInt(group.heads))),
      sum(eligible.map((group) => group.weight)),
    ],
    present: pairOf(own),
    direct: pairOf(direct),
    heads: cells.map((cell) => sum(own.map(([, stratum]) => at(stratum.cells, cell)))),
    weights: cells.map((cell) => sum(own.map(([, stratum]) => at(stratum.weighted, cell)))),
  };
}

function pairOf(strata: readonly (readonly [number, Stratum])[]): Pair {
  return [
    sum(strata.map(([, stratum]) => stratum.heads)),
    sum(strata.map(([, stratum]) => stratum.weight)),
  ];
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

/** Every fraction of the item's rule against the figures. */
function requirementsOf(item: Item, figures: Figures): Requirement[] {
  const { rule } = item;
  const yes: Pair = [at(figures.heads, 1), at(figures.weights, 1)];
  const parts: [Text, Pair, number, Pair, Share | null][] = [
    [PRESENT, figures.present, Base.all, figures.eligible, rule.quorum],
    [DIRECT, figures.direct, Base.all, figures.eligible, rule.presence],
    [FIRST_OPTION, yes, rule.base, approvalBase(rule.base, figures), rule.approval],
  ];
  const units = (["heads", "weight"] as const).filter(
    (_, plane) => rule.unit === Unit.both || rule.unit === [Unit.heads, Unit.weight][plane],
  );
  return parts.flatMap(([partName, part, base, whole, share]) =>
    share === null
      ? []
      : units.map((unit) => {
          const plane = unit === "heads" ? 0 : 1;
          const baseName = BASES.get(base) ?? PRESENT;
          return requirementOf(partName, baseName, unit, part[plane], whole[plane], share);
        }),
  );
}

function approvalBase(base: number, figures: Figures): Pair {
  if (base === Base.present) return figures.present;
  if (base === Base.all) return figures.eligible;
  const decided = (present: bigint, cells: readonly bigint[]) =>
    present - at(cells, 0) - at(cells, cells.length - 1);
  return [decided(figures.present[0], figures.heads), decided(figures.present[1], figures.weights)];
}

function requirementOf(
  partName: Text,
  baseName: Text,
  unit: "heads" | "weight",
  part: bigint,
  base: bigint,
  share: Share,
): Requirement {
  const [reached, needed] = [part * BigInt(share.denominator), base * BigInt(share.numerator)];
  const fraction = `${share.numerator}/${share.denominator}`;
  return {
    partName,
    baseName,
    unit,
    part,
    base,
    needed: share.strict
      ? say(`more than ${fraction}`, `${fraction} 초과`)
      : say(`at least ${fraction}`, `${fraction} 이상`),
    met: base !== 0n && (share.strict ? reached > needed : reached >= needed),
  };
}

/** The item's outcome in a phase, as the contract names it. */
function outcomeOf(item: Item, requirements: readonly Requirement[], phase: Phase): Outcome {
  if (phase === "undetermined" || phase === "cancelled") return phase;
  if (phase !== "certified") return "pending";
  const isMet = (part: Text) => requirements.every((each) => each.partName !== part || each.met);
  if (!isMet(PRESENT) || !isMet(DIRECT)) return "failed";
  if (item.rule.decision === COUNTED) return "counted";
  return isMet(FIRST_OPTION) ? "passed" : "failed";
}

/** Hold each recomputed item against the contract's own `result`, where it could be asked. */
export function checkDecision(
  evidence: Evidence,
  items: readonly ItemResult[],
  findings: Findings,
): void {
  for (const item of items) {
    const answer = evidence.told.views.get(item.number);
    if (answer === undefined) continue;
    findings.count("answers");
    for (const [name, ours, theirs] of differences(item, answer)) {
      const text = say(
        `item ${item.number + 1}, ${name}: ${theirs} by the contract, ${ours} here`,
        `안건 ${item.number + 1}, ${name}: 컨트랙트로는 ${theirs}, 여기서는 ${ours}입니다`,
      );
      findings.fail("decision", text);
    }
  }
}

/** What a contract's answer says differently: name, here, by the contract. */
function differences(item: ItemResult, answer: Bytes): [string, string, string][] {
  let pairs: [string, string, string][];
  try {
    const words = Array.from({ length: Math.ceil(answer.length / 32) }, (_, place) =>
      toBig(answer.subarray(32 * place, 32 * place + 32)),
    );
    const start = wordPlace(at(words, 0));
    const head = words.slice(start, start + RESULT_WORDS);
    const list = (place: number) => readList(words, start + wordPlace(at(head, place)));
    pairs = [
      ["outcome", item.outcome, at(OUTCOMES, Number(at(head, 0)))],
      ["eligible", shown(item.eligible), shown([at(head, 4), at(head, 5)])],
      ["present", shown(item.present), shown([at(head, 6), at(head, 7)])],
      ["heads", shown(item.heads), shown(list(10))],
      ["weights", shown(item.weights), shown(list(11))],
    ];
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return [["result", "readable", "unreadable"]];
  }
  return pairs.filter(([, ours, theirs]) => ours !== theirs);
}

function wordPlace(offset: bigint): number {
  return Number(offset / 32n);
}

function readList(words: readonly bigint[], place: number): bigint[] {
  const length = at(words, place);
  const values = words.slice(place + 1, place + 1 + Number(length));
  if (BigInt(values.length) !== length) throw new EncodingError("a list is cut short");
  return values;
}

function shown(values: readonly bigint[]): string {
  return `(${values.join(", ")}${values.length === 1 ? "," : ""})`;
}
