/** Long work leaves the page responsive, tells how far it is, and can be stopped. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { align } from "../../src/audit/align.ts";
import { runInSlices, type Step, type Work } from "../../src/audit/progress.ts";

function* busy(milliseconds: number): Work<string> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const pause = performance.now() + 1;
    while (performance.now() < pause);
    yield { stage: "ballots", done: 1, total: 2 };
  }
  return "done";
}

test("timers run between slices", async () => {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 5);
  const steps: Step[] = [];
  assert.equal(await runInSlices(busy(300), (step) => steps.push(step)), "done");
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks`);
  assert.ok(steps.length >= 3);
});

test("an aborted signal ends the work between two slices", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  const work = runInSlices(busy(5_000), () => {}, stop.signal);
  await assert.rejects(work, { name: "AbortError" });
});

test("events find their acts when one is missing, twice or strange", () => {
  const acts = [3, 1, 4, 1, 5, 9, 2];
  assert.deepEqual(align(acts, acts), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(align(acts, [3, 1, 4, 1, 9, 2]), [0, 1, 2, 3, undefined, 4, 5]);
  assert.deepEqual(
    align(acts, [3, 1, 4, 4, 1, 5, 9, 2]),
    [0, 1, 2, 4, 5, 6, 7].map((place, at) => (at === 2 ? 3 : place)),
  );
  assert.deepEqual(
    align(acts, []),
    acts.map(() => undefined),
  );
});
