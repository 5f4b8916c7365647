/** An election as its voter sees it: the frozen rules beside the published texts. */

import { CHOOSE_ONE, type Item } from "../protocol/agenda.ts";
import { unhex } from "../protocol/bytes.ts";
import type { Domain } from "../protocol/domain.ts";
import { type Manifest, manifestOf } from "../protocol/manifest.ts";
import { language, t } from "../ui/text.ts";
import type { Election } from "./api.ts";

/** A document of an item. */
export interface PaperLink {
  readonly title: string;
  readonly url: string;
}

/** One item as it is asked of a voter of one class. */
export interface Question {
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly documents: readonly PaperLink[];
  readonly options: readonly string[];
  readonly groupNames: readonly string[];
  readonly item: Item;
  readonly barred: ReadonlySet<number>;
  readonly eligible: boolean;
}

/** An election that was read and checked. */
export interface Opened {
  readonly id: string;
  readonly title: string;
  readonly phase: string;
  readonly isSealed: boolean;
  readonly domain: Domain;
  readonly manifest: Manifest;
  readonly text: unknown;
}

/** Read what the API told; refuses a manifest that is none. */
export function opened(told: Election): Opened {
  return {
    id: told.id,
    title: titleOf(told.text) || told.title,
    phase: told.phase,
    isSealed: told.secrecy === "sealed",
    domain: {
      chainId: BigInt(told.chainId),
      election: unhex(told.address, 20),
      manifestHash: unhex(told.manifestHash, 32),
    },
    manifest: manifestOf(told.manifest),
    text: told.text,
  };
}

/** The items as a voter of this class is asked. */
export function questionsOf(election: Opened, class_: number): Question[] {
  const { manifest } = election;
  const row = manifest.classes[class_];
  const texts = list(field(election.text, "items"));
  return manifest.items.map((item, number): Question => {
    const text = texts[number];
    const titles = list(field(text, "options"));
    return {
      number,
      title: words(field(text, "title")) || t("{n}번 안건", { n: number + 1 }),
      description: words(field(text, "description")),
      documents: documentsOf(text),
      options: Array.from(
        { length: item.options },
        (_, at) => words(titles[at]) || t("{n}번", { n: at + 1 }),
      ),
      groupNames: list(field(text, "optionGroups")).map(words),
      item,
      barred: new Set(row?.barred.filter(([n]) => n === number).map(([, option]) => option)),
      eligible: item.eligible === null || (row !== undefined && item.eligible.has(row.group)),
    };
  });
}

/** Whether at most one option is chosen, by a single tap. */
export function isSingle(item: Item): boolean {
  return item.method === CHOOSE_ONE;
}

function titleOf(text: unknown): string {
  return words(field(text, "title"));
}

function documentsOf(text: unknown): PaperLink[] {
  return list(field(text, "documents"))
    .map((each) => ({ title: words(field(each, "title")), url: words(field(each, "url")) }))
    .filter(({ title, url }) => title !== "" && url.startsWith("https://"));
}

/** A text that is a string, or one by language. */
function words(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  const own = field(value, language()) ?? field(value, "ko");
  return typeof own === "string" ? own : "";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
