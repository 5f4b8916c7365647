/**
 * Evidence from one or several nodes, read at one block.
 *
 * State comes with proofs against that block's header. The first node is the one whose header is
 * trusted; the others are asked for the same block and the same logs, and every difference is kept.
 */

import { type Bytes, hex } from "../chain/bytes.ts";
import { SourceFailed } from "../chain/errors.ts";
import { ChainMoved, fetchHeaders } from "../chain/nodeblocks.ts";
import { readPlace } from "../chain/quantities.ts";
import type { Rpc } from "../chain/rpc.ts";
import type { Told } from "./evidence.ts";
import { differences } from "./nodecompare.ts";
import { NodeReader } from "./nodereader.ts";
import type { Step } from "./progress.ts";
import { say } from "./text.ts";

const TRIES = 3;
export interface LiveOptions {
  /** A block not later than the election's creation. */
  readonly fromBlock?: number;
  readonly tell?: (step: Step) => void;
}

/**
 * All evidence on the election at the newest block that all nodes know. Throws `UnknownElection`,
 * `Untrustworthy` when what is told contradicts itself, and what the nodes' failures throw.
 */
export async function readLive(
  rpcs: readonly [Rpc, ...Rpc[]],
  election: Bytes,
  options: LiveOptions = {},
): Promise<Told> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await collect(rpcs, election, options);
    } catch (error) {
      if (!(error instanceof ChainMoved) || attempt === TRIES) throw error;
    }
  }
}

async function collect(
  rpcs: readonly [Rpc, ...Rpc[]],
  election: Bytes,
  options: LiveOptions,
): Promise<Told> {
  const [first, ...others] = rpcs;
  const heights: number[] = [];
  for (const rpc of rpcs)
    heights.push(readPlace(await rpc.call("eth_blockNumber"), "eth_blockNumber"));
  const [header] = await fetchHeaders(first, [Math.min(...heights)]);
  if (header === undefined) throw new SourceFailed(`${first.name} told no block`);
  const told = await new NodeReader(first, election, header, options).read();
  if (others.length === 0) return told;
  const disagreements = [...told.disagreements];
  for (const rpc of others) {
    for (const each of await differences(told, rpc, first, options)) disagreements.push(each);
  }
  const names = rpcs.map((rpc) => rpc.name).join(", ");
  const block = `${header.number} (${hex(header.hash)})`;
  const source = say(`block ${block}, as told by ${names}`, `${names}이 말하는 블록 ${block}`);
  return { ...told, source, disagreements };
}
