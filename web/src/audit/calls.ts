/** What a transaction asked of the election, where it asked it directly. */

import { type Bytes, hashName, hex, toBig, utf8 } from "../chain/bytes.ts";
import type { Transaction } from "../chain/transaction.ts";
import type { Batch } from "./batches.ts";

/** The bytes given to `cast`, `castWide` or `castDesk`. */
export interface BatchCall {
  readonly form: Batch["form"];
  readonly data: Bytes;
}

/** The arguments of `rebind`. */
export interface RebindCall {
  readonly form: "rebind";
  readonly voter: bigint;
  readonly epoch: bigint;
  readonly signatures: Bytes;
}

export type Call = BatchCall | RebindCall;

const WORD = 32;
const selector = (signature: string) => hashName(utf8(signature)).slice(0, 10);
const FORMS: ReadonlyMap<string, Batch["form"]> = new Map([
  [selector("cast(bytes)"), "compact"],
  [selector("castWide(bytes)"), "wide"],
  [selector("castDesk(bytes)"), "desk"],
]);
const REBIND = selector("rebind(uint32,uint16,bytes)");

/** The call, or undefined when it went through another contract or is of another kind. */
export function directCall(election: string, transaction: Transaction): Call | undefined {
  if (transaction.to === undefined || hex(transaction.to) !== election) return undefined;
  const name = hex(transaction.data.subarray(0, 4));
  const given = transaction.data.subarray(4);
  const form = FORMS.get(name);
  if (form !== undefined) {
    const data = dynamic(given, 0);
    return data === undefined ? undefined : { form, data };
  }
  const signatures = name === REBIND ? dynamic(given, 2) : undefined;
  if (signatures === undefined) return undefined;
  return { form: "rebind", voter: wordAt(given, 0), epoch: wordAt(given, 1), signatures };
}

function wordAt(given: Bytes, place: number): bigint {
  return toBig(given.subarray(WORD * place, WORD * place + WORD));
}

/** The bytes whose offset stands at `place`, as Solidity's decoder finds them. */
function dynamic(given: Bytes, place: number): Bytes | undefined {
  const offset = wordAt(given, place);
  if (offset + BigInt(WORD) > BigInt(given.length)) return undefined;
  const start = Number(offset) + WORD;
  const length = toBig(given.subarray(start - WORD, start));
  if (BigInt(start) + length > BigInt(given.length)) return undefined;
  return given.subarray(start, start + Number(length));
}
