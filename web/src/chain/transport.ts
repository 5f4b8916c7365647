/** How a request reaches a node: one POST, bounded in time and in the size of its answer. */

import { SourceFailed } from "./errors.ts";

const MOST_BYTES = 64 * 2 ** 20;
const PATIENCE = 30_000;

/** An HTTP answer; `pause` is what the node asked for before the next try, in milliseconds. */
export interface Answered {
  readonly status: number;
  readonly pause: number | undefined;
  readonly text: string;
}

/** Posts a JSON body; throws `SourceFailed` when no whole answer came, or the signal's reason. */
export type Transport = (url: string, body: string, signal?: AbortSignal) => Promise<Answered>;

export interface HttpOptions {
  readonly fetch?: typeof fetch;
  readonly mostBytes?: number;
  /** How long one exchange may take, in milliseconds. */
  readonly patience?: number;
}

/** Requests from here. */
export function httpTransport(options: HttpOptions = {}): Transport {
  const { fetch: send = fetch, mostBytes = MOST_BYTES, patience = PATIENCE } = options;
  return async (url, body, signal) => {
    const name = new URL(url).origin;
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, patience);
    signal?.addEventListener("abort", abort);
    try {
      const response = await send(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      const seconds = Number(response.headers.get("Retry-After"));
      const pause = seconds > 0 ? 1000 * seconds : undefined;
      return { status: response.status, pause, text: await textOf(response, name, mostBytes) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SourceFailed) throw error;
      throw stop.signal.aborted ? tooLate(name) : unreachable(name);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  };
}

function tooLate(name: string): SourceFailed {
  return new SourceFailed(
    `${name} did not answer in time`,
    `${name}에서 제때 답이 오지 않았습니다`,
  );
}

/** Browsers tell a script no more than that it failed. */
function unreachable(name: string): SourceFailed {
  return new SourceFailed(
    `${name} cannot be reached, or does not let pages of others ask it (CORS)`,
    `${name}에 닿지 않거나, 그 노드가 다른 화면의 요청을 받지 않습니다(CORS)`,
  );
}

/** The text of an answer, given up as soon as it is larger than anybody needs. */
async function textOf(response: Response, name: string, most: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return parts.join("") + decoder.decode();
    size += value.length;
    if (size > most) {
      await reader?.cancel();
      throw new SourceFailed(
        `${name} answered with more than ${most} bytes`,
        `${name}의 답이 ${most}바이트를 넘습니다`,
      );
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
}
