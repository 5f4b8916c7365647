/**
 * The texts that TypeScript shows: every call `t("…")` with a literal, found in the source.
 *
 * Used by the build, and as `node web/texts.mjs` by the check that all texts are translated: it
 * prints them as JSON, by file.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const CALL = /\bt\(\s*("(?:[^"\\]|\\.)*")/g;
const ANY_CALL = /\bt\(\s*(?!")\S/;

/** The texts of one source file; throws where `t` is called with anything but a literal. */
export function textsOf(path) {
  const source = readFileSync(path, "utf8");
  if (!path.endsWith("/text.ts") && ANY_CALL.test(source)) {
    throw new Error(`${path}: t() takes a string literal in double quotes first`);
  }
  return [...source.matchAll(CALL)].map((found) => JSON.parse(found[1]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = join(dirname(fileURLToPath(import.meta.url)), "src");
  const files = readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const found = Object.fromEntries(
    files.map((name) => [relative(sources, join(sources, name)), textsOf(join(sources, name))]),
  );
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
