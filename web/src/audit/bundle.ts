/**
 * The evidence file (docs/audit.md): one gzipped JSON object that lets anyone repeat the audit.
 *
 * Whoever reads it trusts one block hash, which the report names; what the file says beyond what
 * that hash proves is held against it by the checks.
 */

import { at, type Bytes, EncodingError, equal, hex, readHex } from "../chain/bytes.ts";
import { Untrustworthy } from "../chain/errors.ts";
import { decodeHeader, type Header } from "../chain/header.ts";
import {
  optionalField,
  readCount,
  readEntries,
  readField,
  readList,
  readText,
} from "../chain/json.ts";
import type { Log } from "../chain/log.ts";
import type { StateProof } from "../chain/state.ts";
import { decodeTransaction, type Transaction } from "../chain/transaction.ts";
import { BadBundle } from "./errors.ts";
import type { Told } from "./evidence.ts";
import { say, type Text } from "./text.ts";

const FORMAT = "hanpyo-evidence";
const VERSION = 1;
/** A larger file is refused before it is unpacked whole; a string of V8 holds no more. */
export const MOST_BYTES = 400 * 2 ** 20;
const GZIP = [0x1f, 0x8b];
const LOG_FIELDS = 6;

/** The evidence in a file's bytes; throws `BadBundle`. `most` bounds its unpacked bytes. */
export async function readBundle(file: Blob, name: string, most = MOST_BYTES): Promise<Told> {
  const start = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  if (typeof DecompressionStream === "undefined") {
    throw bad(
      name,
      "cannot be unpacked by this browser: take a newer one",
      "이 브라우저로는 풀 수 없습니다. 더 새 브라우저에서 열어 주세요",
    );
  }
  if (!equal(start, Uint8Array.from(GZIP))) throw bad(name, ...NO_BUNDLE);
  const content = await unpacked(file, name, most);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw bad(name, ...NO_BUNDLE);
  }
  return decodeBundle(parsed, name);
}

/** Throws `BadBundle` unless a file's evidence is of the block demanded. */
export function demandBlock(told: Told, blockHash: Bytes, name: string): void {
  const own = told.header.hash;
  if (equal(own, blockHash)) return;
  throw bad(
    name,
    `is evidence of block ${hex(own)}, not of ${hex(blockHash)}`,
    `블록 ${hex(blockHash)}이 아니라 ${hex(own)}의 증거입니다`,
  );
}

/** The evidence in a JSON object; `name` stands for the file in messages. */
export function decodeBundle(content: unknown, name: string): Told {
  try {
    return decode(content, name);
  } catch (error) {
    if (error instanceof EncodingError) {
      throw bad(name, `is damaged: a field is missing or malformed (${error.message})`, DAMAGED);
    }
    if (error instanceof Untrustworthy) throw bad(name, `is damaged: ${error.message}`, DAMAGED);
    throw error;
  }
}

const DAMAGED = "손상되었습니다. 파일을 다시 받으세요";
const NO_BUNDLE = [
  "is not an evidence file, or is damaged",
  "증거 파일이 아니거나 손상되었습니다",
] as const;

function bad(name: string, en: string, ko: string): BadBundle {
  return new BadBundle(say(`${name} ${en}`, `${name}: ${ko}`));
}

/** The text in a gzip file, given up as soon as it is larger than allowed. */
async function unpacked(file: Blob, name: string, most: number): Promise<string> {
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts: string[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) break;
      parts.push(decoder.decode(value, { stream: true }));
    }
    parts.push(decoder.decode());
  } catch {
    throw bad(name, "is truncated or damaged", "잘렸거나 손상되었습니다");
  }
  if (size <= most) return parts.join("");
  await reader.cancel();
  throw bad(name, "is truncated or too large", "너무 커서 여기서는 읽을 수 없습니다");
}

function decode(content: unknown, name: string): Told {
  if (optionalField(content, "format") !== FORMAT) {
    throw bad(name, "is not an evidence file", "증거 파일이 아닙니다");
  }
  const version = readField(content, "version");
  if (version !== VERSION) {
    const shown = JSON.stringify(version).slice(0, 20);
    throw bad(
      name,
      `is of version ${shown}, this program reads ${VERSION}`,
      `버전 ${shown}입니다. 이 프로그램은 버전 ${VERSION}을 읽습니다`,
    );
  }
  const block = readField(content, "block");
  const header = decodeHeader(readHex(readField(block, "header")));
  const claimed = readHex(readField(block, "hash"));
  if (!equal(header.hash, claimed) || header.number !== readField(block, "number")) {
    throw bad(
      name,
      "names a block that its header does not hash to",
      "블록의 이름이 머리말과 맞지 않습니다",
    );
  }
  const nodes = readList(readField(content, "nodes")).map((node) => readHex(node));
  const headers = new Map<number, Header>();
  for (const each of readList(readField(content, "headers"))) {
    const decoded = decodeHeader(readHex(each));
    headers.set(decoded.number, decoded);
  }
  headers.set(header.number, header);
  const hash = hex(header.hash);
  return {
    chainId: BigInt(readCount(readField(content, "chainId"))),
    election: hex(readHex(readField(content, "election"), 20)),
    header,
    source: trusting(name, header.number, hash),
    client: readText(readField(content, "client")),
    proofs: readList(readField(content, "proofs")).map((proof) => readProof(proof, nodes)),
    code: new Map(
      readEntries(readField(content, "code")).map(([address, code]) => [
        hex(readHex(address, 20)),
        readHex(code),
      ]),
    ),
    logs: readList(readField(content, "logs")).map((log) => readLog(log, headers, name)),
    transactions: readTransactions(readField(content, "transactions"), name),
    headers,
    disagreements: [],
    views: new Map(),
  };
}

function trusting(name: string, block: number, hash: string): Text {
  return say(
    `the file ${name}, trusting block ${block} ${hash}`,
    `파일 ${name}, 믿는 블록 ${block} ${hash}`,
  );
}

function readProof(proof: unknown, nodes: readonly Bytes[]): StateProof {
  const pick = (places: unknown) => readList(places).map((place) => at(nodes, readCount(place)));
  return {
    address: hex(readHex(readField(proof, "address"), 20)),
    nodes: pick(readField(proof, "account")),
    slots: readList(readField(proof, "slots")).map((entry) => {
      const [slot, places] = readList(entry);
      return [readSlot(slot), pick(places)] as const;
    }),
  };
}

function readSlot(value: unknown): bigint {
  const text = readText(value);
  if (!/^0x[0-9a-f]{1,64}$/.test(text)) throw new EncodingError("not a storage slot");
  return BigInt(text);
}

function readLog(fields: unknown, headers: ReadonlyMap<number, Header>, name: string): Log {
  const list = readList(fields);
  if (list.length !== LOG_FIELDS) throw new EncodingError("a log has six fields");
  const [block, place, index, transaction, topics, data] = list;
  const number = readCount(block);
  const header = headers.get(number);
  if (header === undefined) {
    throw bad(
      name,
      `: the header of block ${number}, which holds an event, is missing`,
      `이벤트가 있는 블록 ${number}의 머리말이 없습니다`,
    );
  }
  readCount(place);
  return {
    topics: readList(topics).map((topic) => readHex(topic, 32)),
    data: readHex(data),
    block: number,
    blockHash: header.hash,
    transaction: hex(readHex(transaction, 32)),
    index: readCount(index),
  };
}

function readTransactions(given: unknown, name: string): ReadonlyMap<string, Transaction> {
  const found = new Map<string, Transaction>();
  for (const [hash, encoded] of readEntries(given)) {
    try {
      found.set(hex(readHex(hash, 32)), decodeTransaction(readHex(encoded)));
    } catch (error) {
      if (!(error instanceof Untrustworthy)) throw error;
      throw bad(name, `: the transaction ${hash} is damaged: ${error.message}`, DAMAGED);
    }
  }
  return found;
}
