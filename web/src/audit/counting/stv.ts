/**
 * Single transferable vote as in Scotland (docs/counting.md): weighted inclusive Gregory transfers
 * in exact fractions, Droop quota, one transfer or exclusion a stage.
 */

import { at } from "../../chain/bytes.ts";
import { type Fraction, fraction, order, plus, times, ZERO } from "./fraction.ts";
import { type Elected, type Profile, preferred, takeExtreme } from "./rankings.ts";

/** Rankings that support an option, by their text, each with the value its votes now have. */
type Pile = Map<string, [ranking: readonly number[], value: Fraction]>;

/** Fills `seats` from the options; where there are fewer, all of them are elected. */
export function transferableVote(options: number, profile: Profile, seats: number): Elected {
  return new Transfers(options, profile, seats).run();
}

class Transfers {
  readonly #seats: number;
  readonly #quota: bigint;
  readonly #continuing: Set<number>;
  readonly #piles: Pile[];
  readonly #elected: number[] = [];
  readonly #surpluses = new Set<number>();
  readonly #stages: Fraction[][] = [];
  #ties = 0;

  constructor(options: number, profile: Profile, seats: number) {
    const votes = profile.reduce((sum, [, weight]) => sum + weight, 0n);
    this.#seats = seats;
    this.#quota = votes / BigInt(seats + 1) + 1n;
    this.#piles = Array.from({ length: options }, () => new Map());
    this.#continuing = new Set(this.#piles.keys());
    for (const [ranking, weight] of profile) this.#give(ranking, fraction(weight));
  }

  run(): Elected {
    for (;;) {
      this.#stages.push(this.#piles.map(totalOf));
      this.#elect();
      if (this.#elected.length >= this.#seats || this.#continuing.size === 0) {
        return { options: this.#elected, ties: this.#ties };
      }
      if (this.#surpluses.size > 0) this.#transferSurplus(this.#take(this.#surpluses, -1));
      else this.#exclude(this.#take(this.#continuing, 1));
    }
  }

  /** Elect whoever reached the quota, and the rest when no more continue than seats are left. */
  #elect(): void {
    const quota = fraction(this.#quota);
    const votes = at(this.#stages, this.#stages.length - 1);
    const reached = [...this.#continuing].filter((option) => order(at(votes, option), quota) >= 0);
    const rest = [...this.#continuing].filter((option) => !reached.includes(option));
    const elected = this.#inOrder(reached);
    if (this.#elected.length + elected.length + rest.length <= this.#seats) {
      elected.push(...this.#inOrder(rest));
    }
    for (const option of elected) {
      this.#continuing.delete(option);
      this.#elected.push(option);
      if (order(at(votes, option), quota) > 0) this.#surpluses.add(option);
    }
  }

  #inOrder(options: readonly number[]): number[] {
    const left = new Set(options);
    const ordered: number[] = [];
    while (left.size > 0) {
      const option = this.#take(left, -1);
      ordered.push(option);
      left.delete(option);
    }
    return ordered;
  }

  #take(among: Iterable<number>, sign: 1 | -1): number {
    const compare = (votes: readonly Fraction[], one: number, other: number) =>
      order(at(votes, one), at(votes, other));
    const [option, isTie] = takeExtreme(this.#stages, among, sign, compare);
    this.#ties += isTie ? 1 : 0;
    return option;
  }

  /** Every vote passes on at its value × surplus ÷ votes, and leaves the rest behind. */
  #transferSurplus(option: number): void {
    const pile = this.#clear(option);
    const total = totalOf(pile);
    const kept = fraction(this.#quota * total.bottom, total.top);
    const passed = fraction(kept.bottom - kept.top, kept.bottom);
    this.#surpluses.delete(option);
    for (const [ranking, value] of pile.values()) {
      this.#add(option, ranking, times(value, kept));
      this.#give(ranking, times(value, passed));
    }
  }

  #exclude(option: number): void {
    const pile = this.#clear(option);
    this.#continuing.delete(option);
    for (const [ranking, value] of pile.values()) this.#give(ranking, value);
  }

  #clear(option: number): Pile {
    const pile = at(this.#piles, option);
    this.#piles[option] = new Map();
    return pile;
  }

  #give(ranking: readonly number[], value: Fraction): void {
    const option = preferred(ranking, this.#continuing);
    if (option !== undefined) this.#add(option, ranking, value);
  }

  #add(option: number, ranking: readonly number[], value: Fraction): void {
    const pile = at(this.#piles, option);
    const name = ranking.join();
    const known = pile.get(name);
    pile.set(name, [ranking, known === undefined ? value : plus(known[1], value)]);
  }
}

function totalOf(pile: Pile): Fraction {
  return [...pile.values()].reduce((sum, [, value]) => plus(sum, value), ZERO);
}
