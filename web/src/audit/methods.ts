/** Rankings and budgets counted again by the method that the published text names. */

import { at } from "../chain/bytes.ts";
import { optionalField } from "../chain/json.ts";
import { givesPoints, type Item, RANKING } from "../protocol/agenda.ts";
import { judgeItem } from "../protocol/choices.ts";
import { type Budget, costOf, greedy, type Selection, scoresOf } from "./counting/budget.ts";
import {
  borda,
  type Elected,
  instantRunoff,
  type Profile,
  profileOf,
  schulze,
} from "./counting/rankings.ts";
import { type Completion, equalShares } from "./counting/shares.ts";
import { transferableVote } from "./counting/stv.ts";
import { Uncountable, type Vote } from "./counting/votes.ts";
import type { Manifest } from "./manifest.ts";
import type { Work } from "./progress.ts";
import type { Count } from "./tally.ts";
import { say, type Text } from "./text.ts";

const RANKED = /^(irv|stv|borda|schulze) seats=([1-9][0-9]{0,8})$/;
const GREEDY = /^greedy-(skip|stop) threshold=(0|[1-9][0-9]*)$/;
const SHARES =
  /^equal-shares completion=(none|add1|greedy|add1u) utility=(cost|points) increment=([1-9][0-9]*)$/;
const RANKINGS = ["irv", "stv", "borda", "schulze"];
/** Rounds of add1 that an audit waits for; a text that asks for more is not counted. */
const MOST_ROUNDS = 1_000_000n;

/** An item's count: lines for people, and the selected options (from 1) in order. */
export interface Counted {
  readonly lines: readonly Text[];
  readonly selected: readonly number[];
}

/** One item counted by its method; throws `Uncountable` where that cannot be done. */
export function* countItem(
  manifest: Manifest,
  number: number,
  counted: Count,
  counting: object,
): Work<Counted> {
  const votes = votesOf(manifest, number, counted);
  return yield* countVotes(at(manifest.items, number), votes, counting);
}

/** What a count needs to know of an item. */
export type Countable = Pick<Item, "method" | "options" | "maximum" | "costs">;

/** Valid and blank votes counted by the method that `counting` names. */
export function* countVotes(
  item: Countable,
  votes: readonly Vote[],
  counting: object,
): Work<Counted> {
  const method = optionalField(counting, "method");
  if (typeof method !== "string") {
    throw new Uncountable(
      "the text names no counting method",
      "안건 글에 세는 방법이 적혀 있지 않습니다",
    );
  }
  if (RANKINGS.includes(at(method.split(" "), 0))) return rank(item, votes, method);
  return yield* spend(item, votes, method, counting);
}

/** The valid and blank votes on an item of those eligible for it, by voter number. */
function votesOf(manifest: Manifest, number: number, counted: Count): Vote[] {
  const item = at(manifest.items, number);
  const voters = [...counted.choices].sort(([one], [other]) => one - other);
  return voters.flatMap(([, [act, choices]]): Vote[] => {
    const { class_, weight } = act.terms;
    const judged = judgeItem(manifest, choices, class_, number);
    const isEligible = item.eligible?.has(at(manifest.classes, class_).group) ?? true;
    if (judged.verdict === "invalid" || !isEligible) return [];
    const marks = judged.verdict === "valid" ? judged.marks : [];
    const options = marks.map(([option]) => option - 1);
    const points = givesPoints(item) ? marks.map(([, points]) => points) : undefined;
    return [{ options, points, weight }];
  });
}

function* spend(
  item: Countable,
  votes: readonly Vote[],
  method: string,
  counting: object,
): Work<Counted> {
  const amount = optionalField(counting, "budget");
  if (typeof amount !== "bigint" || amount < 0n) {
    throw new Uncountable("budget is not a whole number", "예산이 정수가 아닙니다");
  }
  const budget = { amount, costs: costsOf(item, counting) };
  const places = optionalField(counting, "places");
  const isRanking = item.method === RANKING;
  const scored = isRanking ? votes.map((vote) => withPlaces(vote, places, item)) : votes;
  const selection = yield* select(budget, scored, method);
  const numbers = (options: readonly number[]) => options.map((option) => option + 1).join(", ");
  const cost = costOf(budget, selection.options);
  const count = selection.options.length;
  return {
    lines: [
      say(
        `${method}: ${count} options for ${cost} of ${amount}`,
        `${method}: 예산 ${amount} 가운데 ${cost}로 ${count}개 선정`,
      ),
      ...selection.ties.map((tie) =>
        say(
          `tie at step ${tie.step}: ${numbers(tie.options)}`,
          `${tie.step}번째에서 동점: ${numbers(tie.options)}`,
        ),
      ),
    ],
    selected: selection.options.map((option) => option + 1),
  };
}

function* select(budget: Budget, votes: readonly Vote[], method: string): Work<Selection> {
  const plain = GREEDY.exec(method);
  if (plain !== null) {
    const scores = scoresOf(budget.costs.length, votes);
    const threshold = BigInt(at(plain, 2));
    const eligible = [...scores.keys()].filter((option) => at(scores, option) >= threshold);
    return greedy(budget, scores, eligible, budget.amount, plain[1] === "skip");
  }
  const shares = SHARES.exec(method);
  if (shares === null) throw notARule("budget rule", method);
  const completion = shares[1] as Completion;
  const increment = BigInt(at(shares, 3));
  const voters = votes.reduce((sum, vote) => sum + vote.weight, 0n);
  const isRaising = completion === "add1" || completion === "add1u";
  const rounds = budget.amount / ((voters > 0n ? voters : 1n) * increment);
  if (isRaising && rounds > MOST_ROUNDS) {
    throw new Uncountable(
      `${method} would take more than ${MOST_ROUNDS} rounds`,
      `${method}: ${MOST_ROUNDS}번 넘게 되풀이해야 합니다`,
    );
  }
  return yield* equalShares(budget, votes, shares[2] === "cost", completion, increment);
}

function notARule(kind: string, method: string): Uncountable {
  return new Uncountable(`${kind}: '${method}' is not a rule`, `세는 방법이 아닙니다: ${method}`);
}

/** A ranked vote with the points of its places. */
function withPlaces(vote: Vote, places: unknown, item: Countable): Vote {
  const highest = new Map<unknown, number>([
    ["from_max_length", item.maximum],
    ["from_vote_length", vote.options.length],
    ["borda", item.options - 1],
  ]).get(places);
  if (highest === undefined) return vote;
  return { ...vote, points: vote.options.map((_, place) => Math.max(0, highest - place)) };
}

function costsOf(item: Countable, counting: object): readonly bigint[] {
  const given = Object.hasOwn(counting, "costs") ? optionalField(counting, "costs") : item.costs;
  if (!Array.isArray(given) || given.length !== item.options) {
    throw new Uncountable(
      "the costs of the options are not given",
      "선택지의 비용이 적혀 있지 않습니다",
    );
  }
  const costs: readonly unknown[] = given;
  return costs.map((cost) => {
    if (typeof cost === "bigint" && cost >= 0n) return cost;
    throw new Uncountable("a cost is not a whole number", "비용이 정수가 아닙니다");
  });
}

function rank(item: Countable, votes: readonly Vote[], method: string): Counted {
  if (item.method !== RANKING) {
    throw new Uncountable(
      `${method} counts rankings, this item has none`,
      `${method}: 순위를 세는 방법인데 이 안건에는 순위가 없습니다`,
    );
  }
  const rule = RANKED.exec(method);
  const seats = Number(rule?.[2]);
  if (rule === null || (rule[1] === "irv" && seats !== 1)) throw notARule("ranking rule", method);
  const elected = elect(at(rule, 1), item.options, profileOf(votes), seats);
  const count = elected.options.length;
  const line = say(
    `${method}: ${count} elected, ${elected.ties} ties`,
    `${method}: ${count}명 선출, 동점 ${elected.ties}번`,
  );
  return { lines: [line], selected: elected.options.map((option) => option + 1) };
}

function elect(method: string, options: number, profile: Profile, seats: number): Elected {
  if (method === "irv") return instantRunoff(options, profile);
  if (method === "stv") return transferableVote(options, profile, seats);
  return method === "borda" ? borda(options, profile, seats) : schulze(options, profile, seats);
}
