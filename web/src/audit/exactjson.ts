/** JSON whose whole numbers are exact, however large: they become bigints. */

const DEEPEST = 64;
/** A longer number is none that anybody counts with. */
const MOST_DIGITS = 4_300;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/** The value; throws `SyntaxError` for anything else, and for nesting beyond all reason. */
export function parseExact(text: string): unknown {
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  #place = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#place !== this.#text.length) throw this.#fault();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > DEEPEST) throw this.#fault();
    this.#match(SPACE);
    const first = this.#text[this.#place];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#list(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#place)) {
        this.#place += word.length;
        return value;
      }
    }
    const digits = this.#match(NUMBER);
    if (digits.length > MOST_DIGITS) throw this.#fault();
    return /^-?[0-9]+$/.test(digits) ? BigInt(digits) : Number(digits);
  }

  #object(depth: number): object {
    const entries: [string, unknown][] = [];
    this.#sequence("}", () => {
      this.#match(SPACE);
      const name = this.#string();
      this.#take(":");
      entries.push([name, this.#value(depth + 1)]);
    });
    return Object.fromEntries(entries);
  }

  #list(depth: number): unknown[] {
    const values: unknown[] = [];
    this.#sequence("]", () => values.push(this.#value(depth + 1)));
    return values;
  }

  /** Elements between commas, from the opening bracket to the closing one. */
  #sequence(closing: string, element: () => void): void {
    this.#place += 1;
    if (this.#has(closing)) return;
    do element();
    while (this.#has(","));
    this.#take(closing);
  }

  #string(): string {
    return JSON.parse(this.#match(STRING)) as string;
  }

  #has(sign: string): boolean {
    this.#match(SPACE);
    const found = this.#text[this.#place] === sign;
    if (found) this.#place += 1;
    return found;
  }

  #take(sign: string): void {
    if (!this.#has(sign)) throw this.#fault();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#place;
    const found = pattern.exec(this.#text);
    if (found === null) throw this.#fault();
    this.#place = pattern.lastIndex;
    return found[0];
  }

  #fault(): SyntaxError {
    return new SyntaxError(`not JSON at ${this.#place}`);
  }
}
