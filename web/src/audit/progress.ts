/** How far an audit is: told often enough that whoever runs it can pause between two steps. */

export type Stage = "read" | "code" | "roll" | "ballots" | "openings" | "count";

/** `done` of `total` pieces of a stage. */
export interface Step {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
}

/** Work that yields between its steps and returns its result. */
export type Work<Result> = Generator<Step, Result, undefined>;

/** Run work to its end without a pause. */
export function runThrough<Result>(work: Work<Result>): Result {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** How long one slice of work may keep the page from answering, in milliseconds. */
const SLICE = 40;

/**
 * Run work in slices that leave the page responsive; `tell` hears of the progress once a slice, and
 * `signal` ends the work between two slices.
 */
export async function runInSlices<Result>(
  work: Work<Result>,
  tell: (step: Step) => void,
  signal?: AbortSignal,
): Promise<Result> {
  for (;;) {
    const end = performance.now() + SLICE;
    let last: Step | undefined;
    while (performance.now() < end) {
      const next = work.next();
      if (next.done) return next.value;
      last = next.value;
    }
    if (last !== undefined) tell(last);
    await new Promise((resume) => setTimeout(resume));
    signal?.throwIfAborted();
  }
}
