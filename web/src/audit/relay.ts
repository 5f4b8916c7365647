/**
 * Requests of a worker that its page makes for it: only the page's policy lets it ask any node. What
 * travels between the two is text, so that the page has nothing to read.
 */

import { SourceFailed } from "../chain/errors.ts";
import type { Answered, Transport } from "../chain/transport.ts";

/** What a worker wants to have asked. */
export interface Wanted {
  readonly ask: number;
  readonly url: string;
  readonly body: string;
}

/** What came of it. */
export type Brought =
  | { readonly asked: number; readonly answered: Answered }
  | { readonly asked: number; readonly failed: string; readonly korean: string };

/** The worker's side: a transport through the page, and the receiver of what it brings. */
export function throughPage(
  send: (wanted: Wanted) => void,
): [Transport, (brought: Brought) => void] {
  const waiting = new Map<number, (brought: Brought) => void>();
  let last = 0;
  const transport: Transport = async (url, body) => {
    last += 1;
    const ask = last;
    const brought = await new Promise<Brought>((resolve) => {
      waiting.set(ask, resolve);
      send({ ask, url, body });
    });
    if ("failed" in brought) throw new SourceFailed(brought.failed, brought.korean);
    return brought.answered;
  };
  const receive = (brought: Brought) => {
    waiting.get(brought.asked)?.(brought);
    waiting.delete(brought.asked);
  };
  return [transport, receive];
}

/** The page's side: make a request for the worker and bring what came of it. */
export async function fetchFor(
  { ask, url, body }: Wanted,
  transport: Transport,
  signal: AbortSignal,
): Promise<Brought> {
  try {
    return { asked: ask, answered: await transport(url, body, signal) };
  } catch (error) {
    const told = error instanceof SourceFailed ? error : new SourceFailed("the page stopped");
    return { asked: ask, failed: told.message, korean: told.korean };
  }
}
