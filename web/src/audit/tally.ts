/** The tally counted again, stratum by stratum, and held against the contract's words. */

import { at, type Bytes } from "../chain/bytes.ts";
import { judgeChoices, type Verdict } from "../protocol/choices.ts";
import { type Act, mappingSlot } from "./acts.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { type Manifest, stratumOf } from "./manifest.ts";
import type { Work } from "./progress.ts";
import type { Replay } from "./replay.ts";
import { Place, strataInUse, tallySlot } from "./storage.ts";
import { join, same, say, type Text } from "./text.ts";

const LOW = (1n << 128n) - 1n;
const BALLOTS_A_STEP = 500;

/** What one stratum comes to: presence, and cells of both planes. */
export interface Stratum {
  heads: bigint;
  weight: bigint;
  readonly cells: bigint[];
  readonly weighted: bigint[];
}

/** All strata by number, and the choices counted by voter number. */
export interface Count {
  readonly strata: ReadonlyMap<number, Stratum>;
  readonly choices: ReadonlyMap<number, readonly [Act, Bytes]>;
}

/** Count the record as it stands: what the contract's words must be at this block. */
export function* count(replay: Replay): Work<Count> {
  const { manifest } = replay.evidence;
  const strata = new Map<number, Stratum>();
  for (const act of present(replay)) {
    const stratum = stratumFor(strata, manifest, act);
    stratum.heads += 1n;
    stratum.weight += act.terms.weight;
  }
  const choices = new Map<number, readonly [Act, Bytes]>();
  for (const [voter, act, made] of countable(replay)) {
    choices.set(voter, [act, made]);
    const verdicts = judgeChoices(manifest, made, act.terms.class_);
    add(stratumFor(strata, manifest, act), act, increments(manifest, verdicts));
    if (choices.size % BALLOTS_A_STEP === 0) {
      yield { stage: "count", done: choices.size, total: replay.record.live };
    }
  }
  const invalid = manifest.items.map((item, number): [number, number] => [
    at(manifest.bases, number) + item.options + 1,
    1,
  ]);
  for (const voter of replay.record.voided) {
    const act = replay.record.liveAct(voter);
    if (act !== undefined) add(stratumFor(strata, manifest, act), act, invalid);
  }
  return { strata, choices };
}

/** The (cell, points) pairs that one ballot adds to the tally (section 5). */
function increments(manifest: Manifest, verdicts: readonly Verdict[]): [number, number][] {
  return verdicts.flatMap((each, number): [number, number][] => {
    const base = at(manifest.bases, number);
    if (each.verdict === "valid") {
      return each.marks.map(([option, points]) => [base + option, points]);
    }
    const cell = each.verdict === "blank" ? 0 : at(manifest.items, number).options + 1;
    return [[base + cell, 1]];
  });
}

function stratumFor(strata: Map<number, Stratum>, manifest: Manifest, act: Act): Stratum {
  const number = stratumOf(manifest, act.terms.channel, act.terms.class_);
  let stratum = strata.get(number);
  if (stratum === undefined) {
    stratum = emptyStratum(manifest);
    strata.set(number, stratum);
  }
  return stratum;
}

function emptyStratum(manifest: Manifest): Stratum {
  const zeros = () => new Array<bigint>(manifest.layout.cells).fill(0n);
  return { heads: 0n, weight: 0n, cells: zeros(), weighted: zeros() };
}

function add(stratum: Stratum, act: Act, added: readonly (readonly [number, number])[]): void {
  for (const [cell, points] of added) {
    stratum.cells[cell] = at(stratum.cells, cell) + BigInt(points);
    stratum.weighted[cell] = at(stratum.weighted, cell) + BigInt(points) * act.terms.weight;
  }
}

/** The acts that stand for presence: firsts, or what is live once a voter is settled. */
function* present(replay: Replay): Generator<Act, void, undefined> {
  const { firsts, settled } = replay.record;
  for (const [voter, first] of firsts) if (!settled.has(voter)) yield first;
  for (const voter of settled) {
    const live = replay.record.liveAct(voter);
    if (live !== undefined) yield live;
  }
}

/** The choices in the tally: of those present in an open election, of those opened else. */
function* countable(replay: Replay): Generator<[number, Act, Bytes], void, undefined> {
  if (replay.record.isSealed) {
    for (const [voter, choices] of replay.record.opened) {
      const act = replay.record.liveAct(voter);
      if (act !== undefined) yield [voter, act, choices];
    }
    return;
  }
  for (const act of present(replay)) {
    const choices = replay.ballot(act)?.choices;
    if (choices !== undefined) yield [act.terms.voter, act, choices];
  }
}

/** Hold turnout, tally and strata in storage against the count. */
export function checkTally(evidence: Evidence, counted: Count, findings: Findings): void {
  const used = new Set(strataInUse(evidence.storage));
  const all = [...new Set([...used, ...counted.strata.keys()])].sort((one, other) => one - other);
  for (const number of all) {
    if (used.has(number)) {
      checkStratum(evidence, number, counted.strata.get(number), findings);
      findings.count("strata");
      continue;
    }
    const text = join(
      ": ",
      nameOf(evidence.manifest, number),
      say("ballots were counted that the contract lacks", "컨트랙트에 없는 표가 세어졌습니다"),
    );
    findings.fail("tally", text);
  }
  findings.count("counted ballots", counted.choices.size);
}

function checkStratum(
  evidence: Evidence,
  number: number,
  counted: Stratum | undefined,
  findings: Findings,
): void {
  const { manifest } = evidence;
  const ours = counted ?? emptyStratum(manifest);
  const name = nameOf(manifest, number);
  const turnout = evidence.slot(mappingSlot(Place.turnout, number));
  if (turnout !== ((ours.heads << 128n) | ours.weight)) {
    const [heads, weight] = [turnout >> 128n, turnout & LOW];
    const text = say(
      `${name.en}: turnout ${heads} of weight ${weight} on chain, ` +
        `${ours.heads} of ${ours.weight} counted`,
      `${name.ko}: 참여가 체인에는 ${heads}명 무게 ${weight}, ` +
        `세어 보니 ${ours.heads}명 무게 ${ours.weight}입니다`,
    );
    findings.fail("tally", text);
  }
  const planes: [string, string, readonly bigint[]][] = [
    ["heads", "사람 수", ours.cells],
    ["weight", "무게", ours.weighted],
  ];
  planes.slice(0, manifest.layout.planes).forEach(([en, ko, cells], plane) => {
    storedCells(evidence, number, plane).forEach((value, cell) => {
      if (value === cells[cell]) return;
      const where = cellName(manifest, cell);
      const text = say(
        `${name.en}, ${where.en} (${en}): ${value} on chain, ${cells[cell]} counted`,
        `${name.ko}, ${where.ko} (${ko}): 체인에는 ${value}, 세어 보니 ${cells[cell]}입니다`,
      );
      findings.fail("tally", text);
    });
  });
}

/** The cells of one plane of a stratum, as they lie in storage. */
function storedCells(evidence: Evidence, stratum: number, plane: number): bigint[] {
  const { cells, lane, cellsPerWord, words } = evidence.manifest.layout;
  const stored = Array.from({ length: words }, (_, index) =>
    evidence.slot(tallySlot(stratum, plane * words + index)),
  );
  const mask = (1n << lane) - 1n;
  return Array.from({ length: cells }, (_, cell) => {
    const word = at(stored, Math.floor(cell / cellsPerWord));
    return (word >> (BigInt(cell % cellsPerWord) * lane)) & mask;
  });
}

function nameOf(manifest: Manifest, stratum: number): Text {
  const groups = manifest.groups.length;
  const [channel, group] = [Math.floor(stratum / groups), stratum % groups];
  return say(`channel ${channel}, group ${group}`, `투표 방법 ${channel}, 집단 ${group}`);
}

/** An item's cell in words; items and options from 1. */
function cellName(manifest: Manifest, cell: number): Text {
  const number = manifest.items.findIndex(
    (item, place) => cell - at(manifest.bases, place) <= item.options + 1,
  );
  const item = manifest.items[number];
  if (item === undefined) return same(`cell ${cell}`);
  const place = cell - at(manifest.bases, number);
  const what =
    place === 0
      ? say("blank", "무기표")
      : place > item.options
        ? say("invalid", "무효")
        : say(`option ${place}`, `선택지 ${place}`);
  return say(`item ${number + 1} ${what.en}`, `안건 ${number + 1} ${what.ko}`);
}
