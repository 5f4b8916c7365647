/** `node web/test/run.mjs`: bundle every test of this folder and those below, and run it by node's own runner. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hanpyo-web-"));
try {
  await build({
    entryPoints: readdirSync(HERE, { recursive: true })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join(HERE, name)),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    define: { VECTORS: JSON.stringify(join(HERE, "..", "..", "tests", "vectors")) },
    logLevel: "warning",
  });
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join(folder, name));
  const run = spawnSync(process.execPath, ["--test", "--test-reporter=spec", ...files], {
    stdio: "inherit",
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
