/** A contract's logs over a range of blocks, from a node that may fail or lie. */

import { equal, hex, readHex } from "./bytes.ts";
import { SourceFailed, Untrustworthy } from "./errors.ts";
import type { Log } from "./log.ts";
import { ChainMoved } from "./nodeblocks.ts";
import { readArray, readData, readHash, readPlace, tellField, toQuantity } from "./quantities.ts";
import type { Rpc } from "./rpc.ts";

const FIRST_SPAN = 100_000;
const MOST_SPAN = 1_000_000;

/**
 * The logs of `address` in blocks `first` to `last`, in chain order. The range asked for shrinks when
 * the node refuses it and grows while it answers.
 */
export async function fetchLogs(
  rpc: Rpc,
  address: string,
  first: number,
  last: number,
  tell: (done: number) => void,
): Promise<Log[]> {
  const found: Log[] = [];
  let span = FIRST_SPAN;
  let start = first;
  while (start <= last) {
    const end = Math.min(start + span - 1, last);
    let logs: Log[];
    try {
      logs = await readRange(rpc, address, start, end);
    } catch (error) {
      if (!(error instanceof SourceFailed) || start === end) throw error;
      span = Math.max(1, Math.floor((end - start + 1) / 2));
      continue;
    }
    for (const log of logs) found.push(log);
    start = end + 1;
    span = Math.min(2 * span, MOST_SPAN);
    tell(start - first);
  }
  return found;
}

async function readRange(rpc: Rpc, address: string, start: number, end: number): Promise<Log[]> {
  const before = await blockHash(rpc, end);
  const [fromBlock, toBlock] = [toQuantity(start), toQuantity(end)];
  const told = await rpc.call("eth_getLogs", { address, fromBlock, toBlock, topics: [] });
  const logs = readArray(told, "eth_getLogs").map((log) => readLog(log, address));
  const after = await blockHash(rpc, end);
  const isMoved = logs.some((log) => log.block === end && !equal(log.blockHash, after));
  if (!equal(before, after) || isMoved) {
    throw new ChainMoved(`block ${end} changed while its logs were read`);
  }
  logs.forEach((log, place) => {
    const previous = logs[place - 1];
    const follows =
      previous === undefined
        ? log.block >= start
        : log.block > previous.block ||
          (log.block === previous.block && log.index > previous.index);
    const name = `log (${log.block}, ${log.index})`;
    if (!follows) throw new Untrustworthy(`${name} stands twice or out of order`);
    if (log.block > end) {
      throw new Untrustworthy(`${name} lies outside blocks ${start} to ${end}`);
    }
  });
  return logs;
}

async function blockHash(rpc: Rpc, number: number) {
  const block = await rpc.call("eth_getBlockByNumber", toQuantity(number), false);
  if (block === null) throw new ChainMoved(`no block ${number}`);
  return readHash(tellField(block, "hash"), "hash");
}

function readLog(told: unknown, address: string): Log {
  if (tellField(told, "removed") === true) {
    throw new Untrustworthy("the node answered with a log that a reorganisation removed");
  }
  const emitter = readData(tellField(told, "address"), "address", 20);
  const block = readPlace(tellField(told, "blockNumber"), "blockNumber");
  const index = readPlace(tellField(told, "logIndex"), "logIndex");
  if (!equal(emitter, readHex(address))) {
    throw new Untrustworthy(`log (${block}, ${index}) is not what was asked for`);
  }
  return {
    topics: readArray(tellField(told, "topics"), "topics").map((topic) =>
      readHash(topic, "topics"),
    ),
    data: readData(tellField(told, "data"), "data"),
    block,
    blockHash: readHash(tellField(told, "blockHash"), "blockHash"),
    transaction: hex(readHash(tellField(told, "transactionHash"), "transactionHash")),
    index,
  };
}
