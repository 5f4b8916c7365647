/**
 * Builds what the pages load: `node web/build.mjs` writes backend/hanpyo/web/static.
 *
 * Every file of web/src/entries is an entry. A script becomes one self-contained module (so that
 * its integrity covers all of it), a style sheet one file; names carry the hash of the content.
 * static/manifest.json tells for each entry its file, integrity, sizes, and the texts that it may
 * show. The same sources give the same bytes on every machine.
 */

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { offlineAuditor } from "./offline.mjs";
import { textsOf } from "./texts.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const ENTRIES = join(HERE, "src", "entries");
const OUTPUT = join(ROOT, "backend", "hanpyo", "web", "static");
const PRETENDARD = join(ROOT, "node_modules", "pretendard");
const FONT = join(PRETENDARD, "dist", "web", "variable");
const FACES = join(PRETENDARD, "dist", "public", "static", "alternative");
const LETTERING = {
  "letter.ttf": "Pretendard-Regular.ttf",
  "letter-strong.ttf": "Pretendard-SemiBold.ttf",
};

const digest = (data, algorithm, encoding) => createHash(algorithm).update(data).digest(encoding);

/** Write `data` under a name that carries its hash; what the manifest says of it. */
function keep(name, extension, data) {
  const file = `${name}-${digest(data, "sha256", "hex").slice(0, 12)}${extension}`;
  const compressed = gzipSync(data, { level: 9 });
  writeFileSync(join(OUTPUT, file), data);
  writeFileSync(join(OUTPUT, `${file}.gz`), compressed);
  return {
    file,
    integrity: `sha384-${digest(data, "sha384", "base64")}`,
    size: data.length,
    compressed: compressed.length,
  };
}

/** Bundle one entry in memory: its bytes and the source files that went in. */
async function bundle(path) {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome100", "firefox102", "safari16"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    external: ["*.woff2"],
  });
  return {
    data: Buffer.from(result.outputFiles[0].contents),
    sources: Object.keys(result.metafile.inputs),
  };
}

/** Pretendard in its subsets: a style sheet that the pages load after everything else. */
function fonts() {
  const { version } = JSON.parse(readFileSync(join(PRETENDARD, "package.json"), "utf8"));
  const folder = `fonts-${version}`;
  cpSync(join(FONT, "woff2-dynamic-subset"), join(OUTPUT, folder), { recursive: true });
  const style = readFileSync(join(FONT, "pretendardvariable-dynamic-subset.css"), "utf8")
    .replaceAll("./woff2-dynamic-subset/", `${folder}/`)
    .replaceAll(/[\t\n]+/g, "\n");
  return keep("fonts", ".css", Buffer.from(style));
}

/**
 * Whole faces of Pretendard for letters on paper, which the service puts into PDFs. No page loads
 * them, so they are not packed; their licence (OFL 1.1) stands beside them.
 */
function lettering() {
  const { version } = JSON.parse(readFileSync(join(PRETENDARD, "package.json"), "utf8"));
  const folder = `fonts-${version}`;
  cpSync(join(PRETENDARD, "dist", "LICENSE.txt"), join(OUTPUT, folder, "LICENSE.txt"));
  return Object.entries(LETTERING).map(([name, face]) => {
    const data = readFileSync(join(FACES, face));
    const file = `${folder}/${face}`;
    writeFileSync(join(OUTPUT, file), data);
    const integrity = `sha384-${digest(data, "sha384", "base64")}`;
    return [name, { file, integrity, size: data.length, compressed: data.length, texts: [] }];
  });
}

/** The files of a manifest and their packed copies; none where there is no manifest yet. */
function filesOf(manifest) {
  return Object.values(manifest).flatMap(({ file }) => [file, `${file}.gz`]);
}

function builtBefore() {
  try {
    return JSON.parse(readFileSync(join(OUTPUT, "manifest.json"), "utf8"));
  } catch {
    return {};
  }
}

/** Remove what neither this build nor the one before made: open pages still load the latter. */
function sweep(before, now) {
  const kept = new Set(["manifest.json", ...filesOf(before), ...filesOf(now)]);
  for (const name of readdirSync(OUTPUT)) {
    if (!kept.has(name) && !name.startsWith("fonts-")) {
      rmSync(join(OUTPUT, name), { recursive: true });
    }
  }
}

mkdirSync(OUTPUT, { recursive: true });
const before = builtBefore();
const manifest = { "fonts.css": { ...fonts(), texts: [] }, ...Object.fromEntries(lettering()) };
const built = new Map();
for (const entry of readdirSync(ENTRIES).sort()) {
  const { data, sources } = await bundle(join(ENTRIES, entry));
  const isStyle = extname(entry) === ".css";
  const name = basename(entry, extname(entry));
  const own = sources.filter((path) => path.startsWith("web/src/"));
  const texts = isStyle
    ? []
    : [...new Set(own.flatMap((path) => textsOf(join(ROOT, path))))].sort();
  built.set(entry, data);
  manifest[`${name}${isStyle ? ".css" : ".js"}`] = {
    ...keep(name, isStyle ? ".css" : ".js", data),
    texts,
  };
}
const auditor = offlineAuditor(
  built.get("audit.ts"),
  built.get("site.css"),
  built.get("audit.css"),
);
manifest["auditor.html"] = { ...keep("auditor", ".html", auditor), texts: [] };
writeFileSync(join(OUTPUT, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
sweep(before, manifest);
