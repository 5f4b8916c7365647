/**
 * A JSON-RPC 2.0 client for one node of the visitor's choice, which may fail, stall or lie.
 *
 * Every answer is bounded in size and time and checked against its request before it is used.
 */

import { SourceFailed } from "./errors.ts";
import { readArray, tellField } from "./quantities.ts";
import { type Answered, httpTransport, type Transport } from "./transport.ts";

const CALLS_TOGETHER = 50;
const TRIES = 4;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
const LONGEST_WORDS = 200;

/** One request: a method and its positional parameters. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What the node itself refused, in its own words cut short; asking again changes nothing. */
export class NodeRefused extends SourceFailed {
  override name = "NodeRefused";
}

/** The address given is not one of a node. */
export class BadNodeUrl extends SourceFailed {
  override name = "BadNodeUrl";
}

export interface RpcOptions {
  /** How requests travel: from here, unless said otherwise. */
  readonly transport?: Transport | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The pause before the second try, doubled for each further one, in milliseconds. */
  readonly firstPause?: number;
}

export class Rpc {
  /** Scheme, host and port: all of the URL that is fit to be shown. */
  readonly name: string;
  readonly #url: string;
  readonly #options: RpcOptions;
  #next = 1;

  /** Throws `BadNodeUrl` unless the URL is plain http or https. */
  constructor(url: string, options: RpcOptions = {}) {
    const parsed = parse(url);
    const isWeb = parsed?.protocol === "https:" || parsed?.protocol === "http:";
    if (parsed === undefined || !isWeb || parsed.username || parsed.password) {
      throw new BadNodeUrl(
        "the address of the node is not a plain http or https URL",
        "노드 주소는 https:// 또는 http://로 시작하는 주소여야 합니다",
      );
    }
    this.name = parsed.origin;
    this.#url = parsed.href;
    this.#options = options;
  }

  /** The result of one request. */
  async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const [outcome] = await this.batch([{ method, params }]);
    if (outcome instanceof NodeRefused) throw outcome;
    return outcome;
  }

  /** The outcome of each call in order: its result, or the node's refusal as a value. */
  async batch(
    calls: readonly RpcCall[],
    tell: (done: number) => void = () => undefined,
  ): Promise<unknown[]> {
    const outcomes: unknown[] = [];
    for (let start = 0; start < calls.length; start += CALLS_TOGETHER) {
      const group = calls.slice(start, start + CALLS_TOGETHER);
      outcomes.push(...(await this.#patiently(() => this.#ask(group))));
      tell(outcomes.length);
    }
    return outcomes;
  }

  /** The result of each call in order; the first refusal throws. */
  async results(calls: readonly RpcCall[], tell?: (done: number) => void): Promise<unknown[]> {
    const outcomes = await this.batch(calls, tell);
    const refusal = outcomes.find((outcome) => outcome instanceof NodeRefused);
    if (refusal !== undefined) throw refusal;
    return outcomes;
  }

  async #patiently<Result>(action: () => Promise<Result>): Promise<Result> {
    let pause = this.#options.firstPause ?? FIRST_PAUSE;
    for (let attempt = 1; ; attempt++, pause *= 2) {
      try {
        return await action();
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        const isFinal = error instanceof NodeRefused || attempt === TRIES;
        if (!(error instanceof SourceFailed) || isFinal) throw error;
        const wanted = Math.min(error.pause ?? pause, LONGEST_PAUSE);
        await new Promise((resume) => setTimeout(resume, wanted));
      }
    }
  }

  /** One exchange for a group of calls; nodes that take no batches are asked one by one. */
  async #ask(calls: readonly RpcCall[]): Promise<unknown[]> {
    const [only] = calls;
    if (only !== undefined && calls.length === 1) return [await this.#askOne(only)];
    const requests = calls.map((call) => this.#request(call));
    const answer = await this.#post(requests);
    if (!Array.isArray(answer)) {
      const outcomes: unknown[] = [];
      for (const call of calls) outcomes.push(await this.#askOne(call));
      return outcomes;
    }
    const byId = new Map(
      readArray(answer, "the answer").map((each) => [tellField(each, "id"), each]),
    );
    return requests.map(({ id }) => {
      if (!byId.has(id)) throw new SourceFailed(`${this.name} does not answer each request once`);
      return outcomeOf(byId.get(id), id, this.name);
    });
  }

  async #askOne(call: RpcCall): Promise<unknown> {
    const request = this.#request(call);
    return outcomeOf(await this.#post(request), request.id, this.name);
  }

  #request({ method, params }: RpcCall) {
    return { jsonrpc: "2.0", id: this.#next++, method, params };
  }

  async #post(request: unknown): Promise<unknown> {
    const { signal, transport = httpTransport() } = this.#options;
    const answered = await transport(this.#url, JSON.stringify(request), signal);
    if (answered.status !== 200) throw statusOf(answered, this.name);
    try {
      return JSON.parse(answered.text);
    } catch {
      throw new SourceFailed(`${this.name} answered with something else than JSON`);
    }
  }
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** A status that repeating will not change, or one that it may. */
function statusOf({ status, pause }: Answered, name: string): SourceFailed {
  const words = `${name} answered with HTTP status ${status}`;
  const korean = `${name}의 답이 HTTP 상태 ${status}입니다`;
  const mayChange = status === 429 || status >= 500;
  return mayChange ? new SourceFailed(words, korean, pause) : new NodeRefused(words, korean);
}

function outcomeOf(answer: unknown, id: number, name: string): unknown {
  const error = tellField(answer, "error");
  if (error !== undefined && error !== null) {
    const words = tellField(error, "message");
    const shown = typeof words === "string" ? words.slice(0, LONGEST_WORDS) : "no reason given";
    return new NodeRefused(`${name} refused: ${shown}`, `${name}이 거절했습니다: ${shown}`);
  }
  const result = tellField(answer, "result");
  if (tellField(answer, "id") !== id || result === undefined) {
    throw new SourceFailed(`${name} did not answer the request that was sent`);
  }
  return result;
}
