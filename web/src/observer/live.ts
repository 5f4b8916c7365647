/**
 * An election's page that moves: the stream says that something happened, and the server's own part
 * of the page is put in place of the one that stands. Without a stream the part is asked for now
 * and then.
 */

import { adopt } from "../ui/adopt.ts";

const SOONEST = 2_000;
const LATEST = 30_000;
const AGAIN = 5_000;
const DOUBT = 3_000;

/** Follow the election that `place` shows, as long as the page is open. */
export function follow(place: HTMLElement): void {
  new Live(place).start();
}

class Live {
  readonly #place: HTMLElement;
  readonly #part: string;
  #tag: string;
  #told = "";
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#part = place.dataset["part"] ?? "";
    this.#tag = `"${place.dataset["tag"] ?? ""}"`;
  }

  start(): void {
    this.#listen();
    this.#later(LATEST);
  }

  /** A stream that ends is opened again by the browser, one that is refused by us. */
  #listen(): void {
    const source = new EventSource(this.#place.dataset["stream"] ?? "");
    source.addEventListener("turnout", (event) => this.#hear(event.data));
    source.addEventListener("open", () => {
      clearTimeout(this.#doubt);
      this.#sign(true);
    });
    source.addEventListener("error", () => {
      this.#doubt = setTimeout(() => this.#sign(false), DOUBT);
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => this.#listen(), AGAIN);
      }
    });
    addEventListener("pagehide", () => source.close());
  }

  /** A state came; what matters is whether anything but the block moved. */
  #hear(data: string): void {
    const { cursor: _, ...state } = JSON.parse(data) as Record<string, unknown>;
    const told = JSON.stringify(state);
    if (told !== this.#told) {
      this.#told = told;
      this.#later(Math.max(0, this.#asked + SOONEST - Date.now()));
    }
  }

  #later(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), milliseconds);
  }

  async #refresh(): Promise<void> {
    this.#asked = Date.now();
    try {
      const answer = await fetch(this.#part, { headers: { "If-None-Match": this.#tag } });
      if (answer.ok) {
        this.#tag = answer.headers.get("ETag") ?? "";
        this.#show(await answer.text());
      }
    } catch {
      // The next look may find the network again; what stands stays, and says its block.
    }
    this.#later(LATEST);
  }

  #show(text: string): void {
    const { body } = new DOMParser().parseFromString(text, "text/html");
    const [now, wanted] = [this.#place.firstElementChild, body.firstElementChild];
    if (now !== null && wanted !== null) {
      const isSigned = this.#place.querySelector("[data-live]:not([hidden])") !== null;
      adopt(now, document.importNode(wanted, true));
      this.#sign(isSigned);
    }
  }

  #sign(on: boolean): void {
    const sign = this.#place.querySelector<HTMLElement>("[data-live]");
    if (sign !== null) {
      sign.hidden = !on;
    }
  }
}
