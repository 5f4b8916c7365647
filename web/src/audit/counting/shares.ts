/**
 * The Method of Equal Shares (docs/counting.md; Peters, Pierczyński and Skowron 2021): every vote
 * controls an equal share of the budget, and at each step the option is bought whose supporters pay
 * least for each unit of what it is worth to them.
 */

import { at } from "../../chain/bytes.ts";
import type { Work } from "../progress.ts";
import { type Budget, costOf, greedy, type Selection } from "./budget.ts";
import { type Fraction, fraction, gcd, order, ZERO } from "./fraction.ts";
import { pointsOf, type Tie, type Vote } from "./votes.ts";

export type Completion = "none" | "add1" | "greedy" | "add1u";

/** Like votes behind one option. `factor` orders money ÷ points without fractions. */
interface Backer {
  readonly group: number;
  readonly weight: bigint;
  readonly points: bigint;
  readonly factor: bigint;
}

/** Selects options; a vote of weight w counts as w voters. Yields once a round of add1. */
export function* equalShares(
  budget: Budget,
  votes: readonly Vote[],
  byCost: boolean,
  completion: Completion,
  increment: bigint,
): Work<Selection> {
  const market = new Market(budget, votes, byCost);
  let share = market.share;
  let selection = market.atShare(share);
  if (completion === "add1" || completion === "add1u") {
    for (let round = 1; market.leavesRoom(selection); round++) {
      share = fraction(share.top + increment * share.bottom, share.bottom);
      const following = market.atShare(share);
      if (costOf(budget, following.options) > budget.amount) break;
      selection = following;
      yield { stage: "count", done: round, total: round };
    }
  }
  if (completion === "greedy" || completion === "add1u") {
    const bought = new Set(selection.options);
    const unbought = [...budget.costs.keys()].filter((option) => !bought.has(option));
    const left = budget.amount - costOf(budget, selection.options);
    const rest = greedy(budget, market.points, unbought, left, true);
    const ties = rest.options.length > 0 ? rest.ties : [];
    selection = {
      options: [...selection.options, ...rest.options],
      ties: [...selection.ties, ...ties],
    };
  }
  return selection;
}

class Market {
  /** What each voter starts with when nothing is raised. */
  readonly share: Fraction;
  /** The points of each option. */
  readonly points: bigint[];
  readonly #budget: Budget;
  readonly #backers: Backer[][];
  readonly #groups: number;
  readonly #worth: readonly bigint[];
  readonly #supported: readonly number[];

  constructor(budget: Budget, votes: readonly Vote[], byCost: boolean) {
    const groups = groupsOf(votes);
    const voters = groups.reduce((sum, [, weight]) => sum + weight, 0n);
    this.#budget = budget;
    this.#groups = groups.length;
    this.#worth = budget.costs.map((cost) => (byCost ? cost : 1n));
    this.#backers = backersOf(budget.costs.length, groups);
    this.points = this.#backers.map((backers) =>
      backers.reduce((sum, { weight, points }) => sum + weight * points, 0n),
    );
    this.#supported = [...this.points.keys()].filter((option) => at(this.points, option) > 0n);
    this.share = voters === 0n ? ZERO : fraction(budget.amount, voters);
  }

  /** Whether some supported option is unbought and would still fit the budget. */
  leavesRoom(selection: Selection): boolean {
    const left = this.#budget.amount - costOf(this.#budget, selection.options);
    return this.#supported.some(
      (option) => !selection.options.includes(option) && at(this.#budget.costs, option) <= left,
    );
  }

  /** The outcome when each voter starts with `share`; it may cost more than the budget. */
  atShare(share: Fraction): Selection {
    const options = this.#supported.filter((option) => at(this.#budget.costs, option) === 0n);
    const free = new Set(options);
    const ties: Tie[] = [];
    const purse = new Purse(share, this.#groups);
    const bounds = new Map(
      this.#supported
        .filter((option) => !free.has(option))
        .map((option) => [option, this.#lowestPrice(option)] as const),
    );
    for (;;) {
      const [option, ...others] = this.#cheapest(bounds, purse);
      if (option === undefined) return { options, ties };
      if (others.length > 0) ties.push({ step: options.length + 1, options: [option, ...others] });
      const price = bounds.get(option) ?? ZERO;
      bounds.delete(option);
      options.push(option);
      const perPoint = fraction(price.top * at(this.#worth, option), price.bottom);
      purse.charge(at(this.#backers, option), perPoint);
    }
  }

  /**
   * The options at the lowest price now, in the agenda's order.
   *
   * A price never falls as money is spent, so the last known one is a lower bound: options are
   * looked at from the lowest bound up. What backers can no longer pay for is dropped for good.
   */
  #cheapest(bounds: Map<number, Fraction>, purse: Purse): number[] {
    let best: Fraction | undefined;
    let cheapest: number[] = [];
    const queue = [...bounds].sort(([, one], [, other]) => order(one, other));
    for (const [option, bound] of queue) {
      if (best !== undefined && order(bound, best) > 0) break;
      const perPoint = purse.pricePerPoint(
        at(this.#backers, option),
        at(this.#budget.costs, option),
      );
      if (perPoint === undefined) {
        bounds.delete(option);
        continue;
      }
      const price = fraction(perPoint.top, perPoint.bottom * at(this.#worth, option));
      bounds.set(option, price);
      const place = best === undefined ? -1 : order(price, best);
      if (place < 0) {
        best = price;
        cheapest = [option];
      } else if (place === 0) cheapest.push(option);
    }
    return cheapest.sort((one, other) => one - other);
  }

  #lowestPrice(option: number): Fraction {
    const cost = at(this.#budget.costs, option);
    return fraction(cost, at(this.points, option) * at(this.#worth, option));
  }
}

type Group = [support: readonly (readonly [number, number])[], weight: bigint];

/** Distinct supports with the summed weight of their votes; 0 points are no support. */
function groupsOf(votes: readonly Vote[]): Group[] {
  const found = new Map<string, Group>();
  for (const vote of votes) {
    const support = pointsOf(vote)
      .filter(([, points]) => points > 0)
      .sort(([one], [other]) => one - other);
    const name = support.join(";");
    const known = found.get(name);
    if (known === undefined) found.set(name, [support, vote.weight]);
    else known[1] += vote.weight;
  }
  return [...found.values()];
}

function backersOf(options: number, groups: readonly Group[]): Backer[][] {
  const found = Array.from({ length: options }, (): Omit<Backer, "factor">[] => []);
  groups.forEach(([support, weight], group) => {
    for (const [option, points] of support) {
      at(found, option).push({ group, weight, points: BigInt(points) });
    }
  });
  return found.map((backers) => {
    const common = backers.reduce(
      (multiple, { points }) => (multiple * points) / gcd(multiple, points),
      1n,
    );
    return backers.map((backer) => ({ ...backer, factor: common / backer.points }));
  });
}

/** What each group's voters have left, each, as integers over one growing denominator. */
class Purse {
  #scale: bigint;
  #money: bigint[];

  constructor(share: Fraction, groups: number) {
    this.#scale = share.bottom;
    this.#money = new Array<bigint>(groups).fill(share.top);
  }

  /** The least price a point at which the backers together pay; undefined if they cannot. */
  pricePerPoint(backers: readonly Backer[], cost: bigint): Fraction | undefined {
    const money = this.#money;
    let due = cost * this.#scale;
    const held = backers.reduce((sum, { group, weight }) => sum + at(money, group) * weight, 0n);
    if (held < due) return undefined;
    let points = backers.reduce((sum, backer) => sum + backer.weight * backer.points, 0n);
    for (const { group, weight, points: own } of this.#poorestFirst(backers)) {
      if (due * own <= at(money, group) * points) break;
      due -= at(money, group) * weight;
      points -= weight * own;
    }
    return fraction(due, points * this.#scale);
  }

  /** Takes `perPoint` × points from every backer's voters, or all that they have. */
  charge(backers: readonly Backer[], perPoint: Fraction): void {
    const grow = perPoint.bottom / gcd(perPoint.bottom, this.#scale);
    if (grow > 1n) {
      this.#scale *= grow;
      this.#money = this.#money.map((money) => money * grow);
    }
    const unit = perPoint.top * (this.#scale / perPoint.bottom);
    for (const { group, points } of backers) {
      const held = at(this.#money, group);
      const due = unit * points;
      this.#money[group] = due < held ? held - due : 0n;
    }
  }

  #poorestFirst(backers: readonly Backer[]): readonly Backer[] {
    return backers
      .map((backer) => [at(this.#money, backer.group) * backer.factor, backer] as const)
      .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
      .map(([, backer]) => backer);
  }
}
