/** What a node tells of blocks, transactions and receipts, encoded again and held to its hashes. */

import { type Bytes, concat, equal, hex } from "./bytes.ts";
import { SourceFailed, Untrustworthy } from "./errors.ts";
import { decodeHeader, type Header } from "./header.ts";
import {
  integerBytes,
  readArray,
  readData,
  readHash,
  readPlace,
  readQuantity,
  tellField,
  toQuantity,
} from "./quantities.ts";
import { encodeRlp, type Item } from "./rlp.ts";
import { NodeRefused, type Rpc } from "./rpc.ts";
import { decodeTransaction, type Transaction, UnknownTransactionType } from "./transaction.ts";
import { orderedRoot } from "./trieroot.ts";

const ADDRESS = 20;
const DEPOSIT = 0x7e;

/** A block changed under a read, or is gone: reading anew may help. */
export class ChainMoved extends Untrustworthy {
  override name = "ChainMoved";
}

const HEADER_DATA = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
];
const HEADER_NUMBERS = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"];
const HEADER_END = ["extraData", "mixHash", "nonce"];
/** Added by later forks, always in this order, with whether the value is an integer. */
const HEADER_LATER: readonly (readonly [string, boolean])[] = [
  ["baseFeePerGas", true],
  ["withdrawalsRoot", false],
  ["blobGasUsed", true],
  ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false],
  ["requestsHash", false],
];

/** The header in a node's block object; throws `Untrustworthy` unless its hash is right. */
export function headerOf(block: unknown): Header {
  const data = (name: string) => readData(tellField(block, name), name);
  const integer = (name: string) => integerBytes(readQuantity(tellField(block, name), name));
  const later = HEADER_LATER.filter(([name]) => (tellField(block, name) ?? null) !== null);
  const header = decodeHeader(
    encodeRlp([
      ...HEADER_DATA.map(data),
      ...HEADER_NUMBERS.map(integer),
      ...HEADER_END.map(data),
      ...later.map(([name, isInteger]) => (isInteger ? integer(name) : data(name))),
    ]),
  );
  const claimed = readHash(tellField(block, "hash"), "hash");
  if (equal(header.hash, claimed)) return header;
  throw new Untrustworthy(
    `block ${header.number} is said to be ${hex(claimed)} but its header hashes to ` +
      `${hex(header.hash)}: the node is wrong or the chain has other header fields`,
  );
}

/** The verified headers of blocks by number. */
export async function fetchHeaders(
  rpc: Rpc,
  numbers: readonly number[],
  tell?: (done: number) => void,
): Promise<Header[]> {
  const calls = numbers.map((number) => ({
    method: "eth_getBlockByNumber",
    params: [toQuantity(number), false],
  }));
  const blocks = await rpc.results(calls, tell);
  return blocks.map((block, place) => {
    if (block === null) throw new ChainMoved(`no block ${numbers[place]}`);
    const header = headerOf(block);
    if (header.number === numbers[place]) return header;
    throw new ChainMoved(
      `block ${numbers[place]} was asked for, block ${header.number} was answered`,
    );
  });
}

const CALL = ["to", "value", "input"];
const FEES = ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", ...CALL];
const SIGNATURE = ["v", "r", "s"];
/** The fields of each transaction type in the order signed (EIP-155, 2930, 1559, 4844, 7702). */
const TRANSACTION_FIELDS: readonly (readonly string[])[] = [
  ["nonce", "gasPrice", "gas", ...CALL, ...SIGNATURE],
  ["chainId", "nonce", "gasPrice", "gas", ...CALL, "accessList", ...SIGNATURE],
  [...FEES, "accessList", ...SIGNATURE],
  [...FEES, "accessList", "maxFeePerBlobGas", "blobVersionedHashes", ...SIGNATURE],
  [...FEES, "accessList", "authorizationList", ...SIGNATURE],
];

/** The transaction in a node's object, not yet held to its name; undefined for unknown types. */
export function transactionOf(told: unknown): Transaction | undefined {
  const kind = readPlace(tellField(told, "type") ?? "0x0", "type");
  const names = TRANSACTION_FIELDS[kind];
  if (names === undefined) return undefined;
  const encoded = encodeRlp(names.map((name) => transactionField(name, tellField(told, name))));
  try {
    return decodeTransaction(kind === 0 ? encoded : concat(Uint8Array.of(kind), encoded));
  } catch (error) {
    if (error instanceof UnknownTransactionType) return undefined;
    throw error;
  }
}

function transactionField(name: string, value: unknown): Item {
  if (name === "to") {
    return value === null || value === undefined
      ? new Uint8Array(0)
      : readData(value, name, ADDRESS);
  }
  if (name === "input") return readData(value, name);
  if (name === "blobVersionedHashes") {
    return readArray(value, name).map((hash) => readHash(hash, name));
  }
  if (name === "accessList") {
    return readArray(value, name).map((entry) => [
      readData(tellField(entry, "address"), name, ADDRESS),
      readArray(tellField(entry, "storageKeys"), name).map((key) => readHash(key, name)),
    ]);
  }
  if (name === "authorizationList") return readArray(value, name).map(authorization);
  return integerBytes(readQuantity(value, name));
}

function authorization(entry: unknown): Item {
  const integer = (name: string, value: unknown = tellField(entry, name)) =>
    integerBytes(readQuantity(value, name));
  return [
    integer("chainId"),
    readData(tellField(entry, "address"), "address", ADDRESS),
    integer("nonce"),
    integer("yParity", tellField(entry, "yParity") ?? tellField(entry, "v")),
    integer("r"),
    integer("s"),
  ];
}

/**
 * Whether a block's receipts, proven complete by its header, hold a log of this address; undefined
 * where the node does not serve them. Throws `Untrustworthy` when they are not the header's.
 */
export async function receiptsHold(
  rpc: Rpc,
  header: Header,
  address: Bytes,
): Promise<boolean | undefined> {
  let found: unknown;
  try {
    found = await rpc.call("eth_getBlockReceipts", hex(header.hash));
  } catch (error) {
    if (error instanceof NodeRefused) return undefined;
    throw error;
  }
  if (found === null) throw new SourceFailed(`no receipts of block ${header.number}`);
  const receipts = readArray(found, "eth_getBlockReceipts").map(receiptOf);
  if (!equal(orderedRoot(receipts.map(([encoded]) => encoded)), header.receiptsRoot)) {
    throw new Untrustworthy(
      `the receipts of block ${header.number} do not hash to its receipts root`,
    );
  }
  return receipts.some(([, addresses]) => addresses.some((each) => equal(each, address)));
}

/** What the receipts root covers of a receipt, and whose logs it holds. */
function receiptOf(told: unknown): [encoded: Bytes, addresses: Bytes[]] {
  const kind = readPlace(tellField(told, "type") ?? "0x0", "type");
  const integer = (name: string) => integerBytes(readQuantity(tellField(told, name), name));
  const logs = readArray(tellField(told, "logs"), "logs").map((log) => ({
    address: readData(tellField(log, "address"), "address", ADDRESS),
    topics: readArray(tellField(log, "topics"), "topics").map((topic) => readHash(topic, "topics")),
    data: readData(tellField(log, "data"), "data"),
  }));
  const later = ["depositNonce", "depositReceiptVersion"].filter(
    (name) => kind === DEPOSIT && (tellField(told, name) ?? null) !== null,
  );
  const encoded = encodeRlp([
    integer("status"),
    integer("cumulativeGasUsed"),
    readData(tellField(told, "logsBloom"), "logsBloom"),
    logs.map(({ address, topics, data }) => [address, topics, data]),
    ...later.map(integer),
  ]);
  return [
    kind === 0 ? encoded : concat(Uint8Array.of(kind), encoded),
    logs.map(({ address }) => address),
  ];
}
