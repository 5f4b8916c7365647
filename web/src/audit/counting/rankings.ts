/** Counts of rankings (docs/counting.md): instant runoff, Borda, Schulze. Transferable votes: stv.ts. */

import { at } from "../../chain/bytes.ts";
import { byScore, equalRuns, type Vote } from "./votes.ts";

/** Who is elected, in order, and how many ties there were. */
export interface Elected {
  readonly options: readonly number[];
  readonly ties: number;
}

/** Distinct rankings with the summed weight of the votes that carry them. */
export type Profile = readonly (readonly [ranking: readonly number[], weight: bigint])[];

/** The profile of ranked votes; blank votes rank nothing and are left out. */
export function profileOf(votes: readonly Vote[]): Profile {
  const found = new Map<string, [readonly number[], bigint]>();
  for (const { options, weight } of votes) {
    if (options.length === 0) continue;
    const name = options.join();
    const known = found.get(name);
    if (known === undefined) found.set(name, [options, weight]);
    else known[1] += weight;
  }
  return [...found.values()];
}

/** What orders the options at one stage; a number or a fraction, compared by the count. */
export type Compare<Votes> = (votes: Votes, one: number, other: number) => number;

/**
 * The option with the fewest (`sign` 1) or most (`sign` -1) votes at the last stage. A tie is settled
 * by the most recent earlier stage at which the tied differed, else by the agenda's order: the first
 * is elected before the others, the last excluded before them. Tells whether there was a tie.
 */
export function takeExtreme<Votes>(
  stages: readonly Votes[],
  among: Iterable<number>,
  sign: 1 | -1,
  compare: Compare<Votes>,
): [option: number, isTie: boolean] {
  let left = [...among].sort((one, other) => one - other);
  let isTie: boolean | undefined;
  for (const votes of [...stages].reverse()) {
    const best = left.reduce((best, option) =>
      sign * compare(votes, option, best) < 0 ? option : best,
    );
    left = left.filter((option) => compare(votes, option, best) === 0);
    isTie ??= left.length > 1;
    if (left.length === 1) break;
  }
  return [at(left, sign === 1 ? left.length - 1 : 0), isTie ?? false];
}

/** The most preferred option of a ranking among those that continue. */
export function preferred(
  ranking: readonly number[],
  continuing: ReadonlySet<number>,
): number | undefined {
  return ranking.find((option) => continuing.has(option));
}

/** One winner by successive exclusion, one option at a time. */
export function instantRunoff(options: number, profile: Profile): Elected {
  const continuing = new Set(Array.from({ length: options }, (_, option) => option));
  const stages: bigint[][] = [];
  let ties = 0;
  for (;;) {
    const votes = new Array<bigint>(options).fill(0n);
    for (const [ranking, weight] of profile) {
      const option = preferred(ranking, continuing);
      if (option !== undefined) votes[option] = at(votes, option) + weight;
    }
    const held = votes.reduce((sum, each) => sum + each, 0n);
    if (held === 0n) return { options: [], ties };
    const winner = [...continuing].find((option) => 2n * at(votes, option) > held);
    if (winner !== undefined) return { options: [winner], ties };
    stages.push(votes);
    const [excluded, isTie] = takeExtreme(stages, continuing, 1, compareCounts);
    ties += isTie ? 1 : 0;
    continuing.delete(excluded);
  }
}

function compareCounts(votes: readonly bigint[], one: number, other: number): number {
  const difference = at(votes, one) - at(votes, other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Of n options the first receives n − 1 points, the last 0; options left out receive 0. */
export function borda(options: number, profile: Profile, seats: number): Elected {
  const scores = new Array<bigint>(options).fill(0n);
  for (const [ranking, weight] of profile) {
    ranking.forEach((option, place) => {
      scores[option] = at(scores, option) + weight * BigInt(options - 1 - place);
    });
  }
  const ranked = byScore(scores.keys(), scores);
  return { options: ranked.slice(0, seats), ties: equalRuns(ranked, scores).length };
}

/** Strongest paths in winning votes; options left out stand level below the ranked ones. */
export function schulze(options: number, profile: Profile, seats: number): Elected {
  const paths = strongestPaths(preferences(options, profile));
  const stands = (one: number, other: number) => at(at(paths, one), other);
  let left = Array.from({ length: options }, (_, option) => option);
  const ranked: number[] = [];
  let ties = 0;
  while (left.length > 0) {
    const unbeaten = left.filter((option) =>
      left.every((other) => stands(option, other) >= stands(other, option)),
    );
    ties += unbeaten.length > 1 ? 1 : 0;
    const taken = at(unbeaten, 0);
    ranked.push(taken);
    left = left.filter((option) => option !== taken);
  }
  return { options: ranked.slice(0, seats), ties };
}

/** The weight of the votes that prefer one option to another, for every pair. */
function preferences(options: number, profile: Profile): bigint[][] {
  const matrix = Array.from({ length: options }, () => new Array<bigint>(options).fill(0n));
  for (const [ranking, weight] of profile) {
    const below = new Set(matrix.keys());
    for (const option of ranking) {
      below.delete(option);
      const row = at(matrix, option);
      for (const other of below) row[other] = at(row, other) + weight;
    }
  }
  return matrix;
}

function strongestPaths(preferred: readonly (readonly bigint[])[]): bigint[][] {
  const size = preferred.length;
  const paths = preferred.map((row, one) =>
    row.map((votes, other) => (votes > at(at(preferred, other), one) ? votes : 0n)),
  );
  for (let middle = 0; middle < size; middle++) {
    const onward = at(paths, middle);
    for (const [one, row] of paths.entries()) {
      if (one === middle) continue;
      const reach = at(row, middle);
      for (let other = 0; other < size; other++) {
        if (other === one || other === middle) continue;
        const next = at(onward, other);
        // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigints
        const detour = reach < next ? reach : next;
        if (detour > at(row, other)) row[other] = detour;
      }
    }
  }
  return paths;
}
