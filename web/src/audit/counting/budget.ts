/** Spending a budget: the problem, the selection, and the greedy rules (docs/counting.md). */

import { at } from "../../chain/bytes.ts";
import { byScore, equalRuns, pointsOf, type Tie, type Vote } from "./votes.ts";

/** What may be spent, and what each option costs. */
export interface Budget {
  readonly amount: bigint;
  readonly costs: readonly bigint[];
}

/** The options bought, in order, and the ties met on the way. */
export interface Selection {
  readonly options: readonly number[];
  readonly ties: readonly Tie[];
}

/** What options cost together. */
export function costOf(budget: Budget, options: Iterable<number>): bigint {
  return [...options].reduce((sum, option) => sum + at(budget.costs, option), 0n);
}

/** Each option's sum of weight × points. */
export function scoresOf(options: number, votes: readonly Vote[]): bigint[] {
  const scores = new Array<bigint>(options).fill(0n);
  for (const vote of votes) {
    for (const [option, points] of pointsOf(vote)) {
      scores[option] = at(scores, option) + vote.weight * BigInt(points);
    }
  }
  return scores;
}

/**
 * Buys from the highest score down within `money`; what no longer fits is passed over (`skip`), or
 * ends the selection.
 */
export function greedy(
  budget: Budget,
  scores: readonly bigint[],
  eligible: Iterable<number>,
  money: bigint,
  skip: boolean,
): Selection {
  const queue = byScore(eligible, scores);
  const options: number[] = [];
  let left = money;
  for (const option of queue) {
    const cost = at(budget.costs, option);
    if (cost <= left) {
      left -= cost;
      options.push(option);
    } else if (!skip) break;
  }
  return { options, ties: equalRuns(queue, scores) };
}
