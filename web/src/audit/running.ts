/**
 * Running an audit beside the page, in a worker made from this very script; where the browser
 * allows none, on the page itself in slices that leave it responsive.
 */

import { SourceFailed, Untrustworthy } from "../chain/errors.ts";
import { Rpc } from "../chain/rpc.ts";
import { httpTransport, type Transport } from "../chain/transport.ts";
import { examine } from "./auditor.ts";
import { demandBlock, readBundle } from "./bundle.ts";
import { AuditImpossible } from "./errors.ts";
import type { Told } from "./evidence.ts";
import type { Expected } from "./frozen.ts";
import { readLive } from "./live.ts";
import { runInSlices, type Step } from "./progress.ts";
import { type Brought, fetchFor, throughPage, type Wanted } from "./relay.ts";
import { type Report, untrusted } from "./report.ts";
import { say, type Text } from "./text.ts";

/** What is to be checked: a file, or an election on nodes. */
export type Job = { readonly expected: Expected } & (
  | { readonly file: Blob; readonly name: string }
  | { readonly nodes: Nodes }
);

/** Nodes to read from. */
export interface Nodes {
  readonly urls: readonly string[];
  readonly election: Uint8Array;
  readonly fromBlock: number;
}

type Answer =
  | { readonly step: Step }
  | { readonly report: Report }
  | { readonly problem: Text }
  | Wanted;

/** The element that holds this script where it stands inside the page. */
const INLINE = "script#auditor-program";
/** How long a worker may take to say that it runs, in milliseconds. */
const START = 4_000;

/** What a job needs of its surroundings. */
export interface Surroundings {
  readonly tell: (step: Step) => void;
  readonly signal?: AbortSignal;
  readonly transport?: Transport;
}

/** Do a job here. */
export async function perform(job: Job, around: Surroundings): Promise<Report> {
  around.tell({ stage: "read", done: 0, total: 1 });
  const told = "nodes" in job ? await readNodes(job.nodes, around) : await readFile(job);
  if ("checks" in told) return told;
  return await runInSlices(examine(told, job.expected), around.tell, around.signal);
}

/** The evidence in a job's file, of the block that is expected. */
async function readFile({ file, name, expected }: Extract<Job, { file: Blob }>): Promise<Told> {
  const told = await readBundle(file, name);
  if (expected.blockHash !== undefined) demandBlock(told, expected.blockHash, name);
  return told;
}

/** Evidence from nodes, or the report on nodes that contradict themselves. */
export async function readNodes(
  { urls, election, fromBlock }: Nodes,
  { tell, signal, transport }: Surroundings,
): Promise<Told | Report> {
  const [first, ...others] = urls.map((url) => new Rpc(url, { signal, transport }));
  if (first === undefined) {
    throw new AuditImpossible(say("name at least one node", "노드 주소를 하나 이상 적어 주세요"));
  }
  try {
    return await readLive([first, ...others], election, { fromBlock, tell });
  } catch (error) {
    if (error instanceof Untrustworthy) return untrusted(election, error);
    throw error;
  }
}

/** Run a job in a worker, or here where there is none. Aborting ends the worker. */
export async function run(
  job: Job,
  tell: (step: Step) => void,
  signal: AbortSignal,
): Promise<Report> {
  const worker = await startWorker(signal);
  if (worker === undefined) return await perform(job, { tell, signal });
  const transport = httpTransport();
  try {
    return await new Promise<Report>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      worker.addEventListener("error", () => reject(new Error("the worker fell over")));
      worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
        if ("step" in data) tell(data.step);
        else if ("report" in data) resolve(data.report);
        else if ("problem" in data) reject(new AuditImpossible(data.problem));
        else fetchFor(data, transport, signal).then((brought) => worker.postMessage(brought));
      });
      worker.postMessage(job);
    });
  } finally {
    worker.terminate();
  }
}

/** A worker that said it runs; undefined where the browser does not let one. */
async function startWorker(signal: AbortSignal): Promise<Worker | undefined> {
  const inline = document.querySelector(INLINE)?.textContent;
  const url =
    inline === undefined || inline === null
      ? import.meta.url
      : URL.createObjectURL(new Blob([inline], { type: "text/javascript" }));
  let worker: Worker;
  try {
    worker = new Worker(url, { type: "module" });
  } catch {
    return undefined;
  }
  const isRunning = await new Promise<boolean>((resolve) => {
    worker.addEventListener("message", () => resolve(true), { once: true });
    worker.addEventListener("error", () => resolve(false), { once: true });
    setTimeout(() => resolve(false), START);
  });
  if (isRunning && !signal.aborted) return worker;
  worker.terminate();
  return undefined;
}

interface Scope {
  postMessage(message: unknown): void;
  addEventListener(kind: "message", listener: (event: MessageEvent<Job | Brought>) => void): void;
}

/** The worker's side: say that it runs, then do one job. */
export function serve(scope: Scope): void {
  const send = (answer: Answer) => scope.postMessage(answer);
  const [transport, receive] = throughPage(send);
  scope.addEventListener("message", ({ data }) => {
    if ("asked" in data) {
      receive(data);
      return;
    }
    perform(data, { tell: (step) => send({ step }), transport }).then(
      (report) => send({ report }),
      (error: unknown) => send({ problem: problemOf(error) }),
    );
  });
  scope.postMessage("running");
}

/** Why an audit could not be made, for people. */
export function problemOf(error: unknown): Text {
  if (error instanceof AuditImpossible) return error.text;
  if (error instanceof SourceFailed) return say(error.message, error.korean);
  const words = error instanceof Error ? error.message : "unknown";
  return say(`the audit could not be made: ${words}`, `검증을 할 수 없었습니다: ${words}`);
}
