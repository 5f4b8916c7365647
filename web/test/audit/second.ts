/**
 * The auditor of the browser as a process, for tests that hold it against `hanpyo audit`.
 *
 * Reads one JSON object a line, `{"content": …, "name": …}` with the content of an evidence file, or
 * `{"file": …, "roll": …}` with paths, `{"nodes": […], "election": …}`, or `{"count": …}` with votes
 * and a method, and answers each with one line: the report or count, or the code of the error.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { examine, examineEvidence } from "../../src/audit/auditor.ts";
import { decodeBundle, readBundle } from "../../src/audit/bundle.ts";
import { Uncountable } from "../../src/audit/counting/votes.ts";
import { AuditImpossible } from "../../src/audit/errors.ts";
import { Evidence, type Told } from "../../src/audit/evidence.ts";
import { parseExact } from "../../src/audit/exactjson.ts";
import { countVotes } from "../../src/audit/methods.ts";
import { runThrough } from "../../src/audit/progress.ts";
import { asJsonText, type Report } from "../../src/audit/report.ts";
import { readNodes } from "../../src/audit/running.ts";
import { readHex } from "../../src/chain/bytes.ts";
import { SourceFailed } from "../../src/chain/errors.ts";
import { optionalField, readList } from "../../src/chain/json.ts";

/** Evidence from nodes, or the report on nodes that contradict themselves. */
async function live(nodes: readonly unknown[], election: unknown): Promise<Told | Report> {
  const urls = nodes.map(String);
  const tell = () => {};
  return await readNodes({ urls, election: readHex(election, 20), fromBlock: 0 }, { tell });
}

async function toldIn(request: unknown): Promise<Told> {
  const file = optionalField(request, "file");
  if (typeof file === "string") {
    return await readBundle(new Blob([readFileSync(file)]), file.slice(file.lastIndexOf("/") + 1));
  }
  return decodeBundle(optionalField(request, "content"), String(optionalField(request, "name")));
}

/** Evidence of a contract that had stored other values, honestly proven. */
class Altered extends Evidence {
  readonly #slots: ReadonlyMap<bigint, bigint>;
  #storage: ReadonlyMap<bigint, bigint> | undefined;

  constructor(told: Told, storage: object) {
    super(told);
    this.#slots = new Map(
      Object.entries(storage).map(([slot, value]) => [BigInt(slot), BigInt(String(value))]),
    );
  }

  override get storage(): ReadonlyMap<bigint, bigint> {
    this.#storage ??= new Map([...super.storage, ...this.#slots]);
    return this.#storage;
  }
}

/** Votes counted by one method, for tests that hold the counts against Python's. */
function counted(line: string): string {
  const given = optionalField(parseExact(line), "count");
  const number = (name: string, of: unknown = given) => Number(optionalField(of, name));
  const numbers = (value: unknown) => (Array.isArray(value) ? value.map(Number) : undefined);
  const item = {
    method: number("method"),
    options: number("options"),
    maximum: number("maximum"),
    costs: null,
  };
  const votes = readList(optionalField(given, "votes")).map((vote) => ({
    options: numbers(optionalField(vote, "options")) ?? [],
    points: numbers(optionalField(vote, "points")),
    weight: BigInt(String(optionalField(vote, "weight"))),
  }));
  try {
    const counting = optionalField(given, "counting") as object;
    const { lines, selected } = runThrough(countVotes(item, votes, counting));
    return JSON.stringify({ lines: lines.map((each) => each.en), selected });
  } catch (error) {
    if (error instanceof Uncountable) return JSON.stringify({ uncountable: error.message });
    throw error;
  }
}

async function answer(line: string): Promise<string> {
  const request: unknown = JSON.parse(line);
  if (optionalField(request, "count") !== undefined) return counted(line);
  const roll = optionalField(request, "roll");
  const rollFile = typeof roll === "string" ? new Uint8Array(readFileSync(roll)) : undefined;
  try {
    const nodes = optionalField(request, "nodes");
    const told = Array.isArray(nodes)
      ? await live(nodes, optionalField(request, "election"))
      : await toldIn(request);
    const start = performance.now();
    const storage = Object(optionalField(request, "storage")) as object;
    const report =
      "checks" in told
        ? told
        : Object.keys(storage).length > 0
          ? runThrough(examineEvidence(new Altered(told, storage), {}))
          : runThrough(examine(told, { rollFile }));
    const milliseconds = performance.now() - start;
    return `{"report":${asJsonText(report, 0)},"milliseconds":${milliseconds}}`;
  } catch (error) {
    if (error instanceof AuditImpossible)
      return JSON.stringify({ error: error.code, text: error.message });
    if (error instanceof SourceFailed)
      return JSON.stringify({ error: "source", text: error.message });
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(line)}\n`);
}
