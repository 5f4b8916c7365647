/** Live turnout: the numbers that the page came with move on while it is open. */

import { find } from "../ui/elements.ts";
import { amount } from "../ui/text.ts";
import { fieldOf } from "./api.ts";

const AGAIN = 5_000;

/**
 * Follow the stream that `place` names. A stream that ends is opened again by the browser, one that
 * is refused, because too many are open, by us.
 */
export function followTurnout(place: HTMLElement): void {
  const source = new EventSource(place.dataset["stream"] ?? "");
  const heads = find<HTMLElement>('[data-turnout="heads"]', place);
  const share = find<HTMLElement>('[data-turnout="share"]', place);
  const bar = find<HTMLProgressElement>('[data-turnout="bar"]', place);
  source.addEventListener("turnout", (event) => {
    const count = fieldOf(JSON.parse(event.data), "heads");
    if (typeof count === "number") {
      heads.textContent = amount(count);
      bar.value = count;
      share.textContent = String(Math.round((1000 * count) / bar.max) / 10);
    }
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(followTurnout, AGAIN, place);
    }
  });
  addEventListener("pagehide", () => source.close());
}
