/**
 * The texts that pages show: Korean in the source, other languages from the page's own catalogue.
 *
 * `t` takes a literal in double quotes, so that the build finds every text. What is put in for
 * `{name}` is text, never markup.
 */

type Values = Readonly<Record<string, string | number>>;

const catalogue: Readonly<Record<string, string>> = read();

/** The text in the page's language. */
export function t(korean: string, values: Values = {}): string {
  const text = catalogue[korean] ?? korean;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The page's language. */
export function language(): string {
  return document.documentElement.lang || "ko";
}

/** A moment as people read it, in the time of this device. */
export function moment(seconds: number): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(
    new Date(seconds * 1000),
  );
}

/** A whole number with separators. */
export function amount(value: number | bigint): string {
  return new Intl.NumberFormat(language()).format(value);
}

function read(): Record<string, string> {
  const blocks = [...document.querySelectorAll("script.texts")];
  return Object.assign({}, ...blocks.map((each) => JSON.parse(each.textContent ?? "{}")));
}
