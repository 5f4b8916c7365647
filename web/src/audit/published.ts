/**
 * The published text: titles, and the counting method of each item (docs/protocol.md section 2).
 *
 * Strangers write it. Whatever does not have the form is left out; controls are shown as such.
 */

import type { Bytes } from "../chain/bytes.ts";
import { optionalField } from "../chain/json.ts";
import { parseExact } from "./exactjson.ts";
import type { Manifest } from "./manifest.ts";

const LONGEST_TITLE = 200;
const MOST_SCRIPTS = 20;
const SCRIPT = /^[a-z][a-z0-9.-]{0,39}$/;
const INTEGRITY = /^sha(?:256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}$/;
/** What Unicode does not count as printable: controls, formats, surrogates, separators but a space. */
const UNPRINTABLE = /[\p{C}\p{Z}]/gu;

export interface Titles {
  readonly title: string;
  readonly options: readonly string[];
}

/** The scripts that voters' browsers were to run, each with its integrity. */
export type VotingCode = readonly (readonly [name: string, integrity: string])[];

/** What the text says of each item. */
export interface PublishedText {
  readonly title: string | undefined;
  readonly titles: readonly Titles[];
  readonly counting: readonly (object | undefined)[];
  readonly votingCode: VotingCode;
}

/** The text's titles and counting methods; missing titles are numbers. */
export function readPublished(manifest: Manifest, text: Bytes | undefined): PublishedText {
  const content = parsed(text);
  const listed = optionalField(content, "items");
  const items: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const own = optionalField(content, "title");
  return {
    title: own === undefined ? undefined : wordsOf(own),
    titles: manifest.items.map((item, number) => {
      const title = optionalField(items[number], "title");
      const given = optionalField(items[number], "options");
      const options =
        Array.isArray(given) && given.length === item.options
          ? given.map(wordsOf)
          : Array.from({ length: item.options }, (_, option) => `${option + 1}`);
      return { title: title === undefined ? `${number + 1}` : wordsOf(title), options };
    }),
    counting: manifest.items.map((_, number) => {
      const method = optionalField(items[number], "counting");
      return isTable(method) ? method : undefined;
    }),
    votingCode: votingCodeIn(optionalField(content, "votingCode")),
  };
}

function votingCodeIn(told: unknown): VotingCode {
  const entries: [string, unknown][] = isTable(told) ? Object.entries(told) : [];
  return entries
    .filter((entry): entry is [string, string] => {
      const [name, integrity] = entry;
      return SCRIPT.test(name) && typeof integrity === "string" && INTEGRITY.test(integrity);
    })
    .slice(0, MOST_SCRIPTS);
}

function parsed(text: Bytes | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseExact(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A title: a string, or the strings of a table of languages. */
function wordsOf(value: unknown): string {
  const text = isTable(value) ? Object.values(value).map(plain).join(" / ") : plain(value);
  const shown = text.replace(UNPRINTABLE, (each) => (each === " " ? " " : "\ufffd"));
  const letters = [...shown];
  return letters.length <= LONGEST_TITLE ? shown : `${letters.slice(0, LONGEST_TITLE).join("")}…`;
}

function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return `${value}`;
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}` : each));
}
