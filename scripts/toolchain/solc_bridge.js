// The official compiler from npm (`solc`, the same release built to JavaScript) behind the command line of
// the native one: `--version`, and `--standard-json [--base-path DIR] [--include-path DIR]...` from standard
// input to standard output. Sources that the input names but does not carry are read under those folders only.
"use strict";

const fs = require("fs");
const path = require("path");

const modules = path.join(__dirname, "..", "..", "node_modules");

/** Options with a value that concerns only a native compiler's own file access. */
const IGNORED_WITH_VALUE = new Set(["--allow-paths"]);

function parse(argv) {
  const options = { version: false, standardJson: false, folders: [] };
  for (let i = 0; i < argv.length; i += 1) {
    const [name, inline] = argv[i].split(/=(.*)/s, 2);
    const value = () => inline ?? argv[(i += 1)];
    if (name === "--version") options.version = true;
    else if (name === "--standard-json") options.standardJson = true;
    else if (name === "--base-path") options.folders.unshift(value());
    else if (name === "--include-path") options.folders.push(value());
    else if (IGNORED_WITH_VALUE.has(name)) value();
    else if (name !== "-") throw new Error(`solc bridge: unknown option ${argv[i]}`);
  }
  return options;
}

function reader(folders) {
  const roots = (folders.length > 0 ? folders : ["."]).map((folder) => fs.realpathSync(folder));
  return (name) => {
    for (const root of roots) {
      const file = path.resolve(root, name);
      if (!fs.existsSync(file)) continue;
      if (!fs.realpathSync(file).startsWith(root + path.sep)) return { error: `Outside the base path: ${name}` };
      return { contents: fs.readFileSync(file, "utf8") };
    }
    return { error: `File not found: ${name}` };
  };
}

function main() {
  const options = parse(process.argv.slice(2));
  const solc = require(path.join(modules, "solc"));
  if (options.version) {
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
  } else if (options.standardJson) {
    const input = fs.readFileSync(0, "utf8");
    process.stdout.write(solc.compile(input, { import: reader(options.folders) }) + "\n");
  } else {
    throw new Error("solc bridge: give --version or --standard-json");
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
