/** BN254 G1 (docs/protocol.md section 6), to open many envelopes by one secret that is public then. */

import { type Bytes, toBig } from "./bytes.ts";
import { Curve, type Point } from "./curve.ts";

const COMPRESSED = 33;

export const BN254 = new Curve({
  prime: 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
  order: 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n,
  b: 3n,
  generator: [1n, 2n],
  beta: 2203960485148121921418603742825762020974279258880205651966n,
  lambda: 4407920970296243842393367215006156084916469457145843978461n,
});

/** The point that 33 bytes stand for; undefined where they are none of the group. */
export function decompress(data: Bytes): Point | undefined {
  const [sign] = data;
  if (data.length !== COMPRESSED || (sign !== 2 && sign !== 3)) return undefined;
  return BN254.lift(toBig(data.subarray(1)), sign === 3);
}
