/** The vectors that Python made. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

declare const VECTORS: string;

/** One file of tests/vectors, as the caller describes it. */
export function vectors<Kind>(name: string): Kind {
  return JSON.parse(readFileSync(join(VECTORS, `${name}.json`), "utf8")) as Kind;
}
