/** Votes on one item as the counts take them; options from 0. Ties follow the agenda's order. */

import { at } from "../../chain/bytes.ts";
import { say, type Text } from "../text.ts";

/** One voter's answer; `points` stand beside the options, undefined where a method has none. */
export interface Vote {
  readonly options: readonly number[];
  readonly points: readonly number[] | undefined;
  readonly weight: bigint;
}

/** The text names no method that can be applied here. */
export class Uncountable extends Error {
  override name = "Uncountable";
  readonly text: Text;

  constructor(en: string, ko: string) {
    super(en);
    this.text = say(en, ko);
  }
}

/** One tie: its step, from 1, and between whom. */
export interface Tie {
  readonly step: number;
  readonly options: readonly number[];
}

/** The (option, points) pairs of a vote; 1 point each where its method has none. */
export function pointsOf(vote: Vote): (readonly [option: number, points: number])[] {
  const { options, points } = vote;
  return options.map((option, place) => [option, points === undefined ? 1 : at(points, place)]);
}

/** Options from the highest score down, equal ones in the agenda's order. */
export function byScore(options: Iterable<number>, scores: readonly bigint[]): number[] {
  return [...options].sort((one, other) => {
    const difference = at(scores, other) - at(scores, one);
    return difference === 0n ? one - other : difference > 0n ? 1 : -1;
  });
}

/** The ties in a queue sorted by score: its runs of equal score. */
export function equalRuns(queue: readonly number[], scores: readonly bigint[]): Tie[] {
  const ties: Tie[] = [];
  let start = 0;
  for (let end = 1; end <= queue.length; end++) {
    const isSame = end < queue.length && scores[at(queue, end)] === scores[at(queue, start)];
    if (isSame) continue;
    if (end - start > 1) ties.push({ step: start + 1, options: queue.slice(start, end) });
    start = end;
  }
  return ties;
}
