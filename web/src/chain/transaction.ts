/** Signed transactions as the bytes that were signed (EIP-2718, types 0 to 4). */

import { at, type Bytes, keccak, toBig } from "./bytes.ts";
import { Untrustworthy } from "./errors.ts";
import { asBytes, asInteger, decodeList } from "./rlp.ts";

/** An RLP list begins here; a smaller first byte is a transaction type (EIP-2718). */
const FIRST_UNTYPED = 0xc0;
const ADDRESS = 20;

/** For each type, how many fields it has and where the recipient stands. */
const FORMS: readonly (readonly [fields: number, to: number])[] = [
  [9, 3],
  [11, 4],
  [12, 5],
  [14, 5],
  [13, 5],
];

/** A transaction of a type that cannot be read here. */
export class UnknownTransactionType extends Untrustworthy {
  override name = "UnknownTransactionType";
}

/** What an audit reads of a transaction; `to` is undefined when it creates a contract. */
export interface Transaction {
  readonly encoded: Bytes;
  readonly hash: Bytes;
  readonly to: Bytes | undefined;
  readonly data: Bytes;
  /** The chain id signed for; undefined where the form does not say. */
  readonly chainId: bigint | undefined;
}

/** The transaction with these bytes; throws `Untrustworthy`. */
export function decodeTransaction(encoded: Bytes): Transaction {
  const first = encoded[0] ?? FIRST_UNTYPED;
  const kind = first < FIRST_UNTYPED ? first : 0;
  const form = FORMS[kind];
  if (form === undefined) {
    throw new UnknownTransactionType(`a transaction has the unknown type ${kind}`);
  }
  const fields = decodeList(kind === 0 ? encoded : encoded.subarray(1));
  const [count, place] = form;
  if (fields.length !== count) {
    throw new Untrustworthy(`a transaction of type ${kind} has ${fields.length} fields`);
  }
  const to = asBytes(at(fields, place));
  if (to.length !== 0 && to.length !== ADDRESS) {
    throw new Untrustworthy("a transaction's recipient is not an address");
  }
  asInteger(at(fields, place + 1));
  return {
    encoded,
    hash: keccak(encoded),
    to: to.length === 0 ? undefined : to,
    data: asBytes(at(fields, place + 2)),
    chainId: kind === 0 ? undefined : toBig(asBytes(at(fields, 0))),
  };
}
