/**
 * Which events were told for which acts, when an altered record no longer tells one for each.
 *
 * The longest run of voters common to both comes first, then the longest on each side of it
 * (Ratcliff and Obershelp); of equal runs the earliest in the acts, then in the events.
 */

import { at } from "../chain/bytes.ts";

interface Run {
  readonly act: number;
  readonly event: number;
  readonly size: number;
}

/** For each act the place of its event, or undefined. */
export function align(acts: readonly number[], events: readonly number[]): (number | undefined)[] {
  const aligned = new Array<number | undefined>(acts.length).fill(undefined);
  const places = placesOf(events);
  const open: [number, number, number, number][] = [[0, acts.length, 0, events.length]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [low, high, from, to] = next;
    const run = longestRun(acts, places, next);
    if (run.size === 0) continue;
    for (let step = 0; step < run.size; step++) aligned[run.act + step] = run.event + step;
    open.push([low, run.act, from, run.event]);
    open.push([run.act + run.size, high, run.event + run.size, to]);
  }
  return aligned;
}

function placesOf(events: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  events.forEach((voter, place) => {
    const known = places.get(voter);
    if (known === undefined) places.set(voter, [place]);
    else known.push(place);
  });
  return places;
}

function longestRun(
  acts: readonly number[],
  places: ReadonlyMap<number, readonly number[]>,
  [low, high, from, to]: readonly [number, number, number, number],
): Run {
  let best: Run = { act: low, event: from, size: 0 };
  let endingAt = new Map<number, number>();
  for (let act = low; act < high; act++) {
    const ending = new Map<number, number>();
    for (const event of places.get(at(acts, act)) ?? []) {
      if (event < from || event >= to) continue;
      const size = (endingAt.get(event - 1) ?? 0) + 1;
      ending.set(event, size);
      if (size > best.size) best = { act: act - size + 1, event: event - size + 1, size };
    }
    endingAt = ending;
  }
  return best;
}
