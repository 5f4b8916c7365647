/** What a second node says differently of the block and the events that the first told. */

import { at, equal, hex, readHex } from "../chain/bytes.ts";
import type { Header } from "../chain/header.ts";
import type { Log } from "../chain/log.ts";
import { fetchHeaders } from "../chain/nodeblocks.ts";
import { readQuantity } from "../chain/quantities.ts";
import { NodeRefused, type Rpc } from "../chain/rpc.ts";
import { sameLog, type Told } from "./evidence.ts";
import type { LiveOptions } from "./live.ts";
import { NodeReader } from "./nodereader.ts";
import { say, type Text } from "./text.ts";

/** What another node says differently of the same block; empty when it agrees. */
export async function differences(
  told: Told,
  rpc: Rpc,
  first: Rpc,
  options: LiveOptions,
): Promise<Text[]> {
  const chainId = readQuantity(await rpc.call("eth_chainId"), "eth_chainId");
  if (chainId !== told.chainId) {
    return [
      say(
        `${rpc.name} serves chain id ${chainId}, ${first.name} ${told.chainId}`,
        `${rpc.name}의 체인은 ${chainId}, ${first.name}의 체인은 ${told.chainId}입니다`,
      ),
    ];
  }
  const { number, hash } = told.header;
  const header = await headerAt(rpc, number);
  if ("en" in header) return [header];
  if (!equal(header.hash, hash)) {
    const [theirs, ours] = [hex(header.hash), hex(hash)];
    return [
      say(
        `block ${number} is ${theirs} at ${rpc.name}, ${ours} at ${first.name}`,
        `블록 ${number}: ${rpc.name}에는 ${theirs}, ${first.name}에는 ${ours}입니다`,
      ),
    ];
  }
  const logs = await new NodeReader(rpc, readHex(told.election), header, options).logs();
  return differingLogs(told.logs, logs).map(([block, index]) =>
    say(
      `${rpc.name} and ${first.name} tell different events at block ${block}, log ${index}`,
      `블록 ${block}의 로그 ${index}: ${rpc.name}과 ${first.name}이 다른 이벤트를 말합니다`,
    ),
  );
}

/** The header of a block at another node, or why there is none. */
async function headerAt(rpc: Rpc, number: number): Promise<Header | Text> {
  try {
    return at(await fetchHeaders(rpc, [number]), 0);
  } catch (error) {
    if (!(error instanceof NodeRefused)) throw error;
    return say(
      `${rpc.name} does not know block ${number}: ${error.message}`,
      `${rpc.name}에는 블록 ${number}이 없습니다: ${error.korean}`,
    );
  }
}

/** The (block, index) places at which two nodes tell different logs, ascending. */
function differingLogs(ours: readonly Log[], theirs: readonly Log[]): [number, number][] {
  const byPlace = (logs: readonly Log[]) =>
    new Map(logs.map((log) => [`${log.block}/${log.index}`, log]));
  const [own, other] = [byPlace(ours), byPlace(theirs)];
  const places = new Map([...own, ...other]);
  return [...places]
    .filter(([place]) => {
      const [one, two] = [own.get(place), other.get(place)];
      return one === undefined || two === undefined || !sameLog(one, two);
    })
    .map(([, log]): [number, number] => [log.block, log.index])
    .sort(([block, index], [otherBlock, otherIndex]) => block - otherBlock || index - otherIndex);
}
