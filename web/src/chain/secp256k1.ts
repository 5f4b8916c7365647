/**
 * Recovering the signers of many compact ECDSA signatures over secp256k1 (docs/protocol.md
 * section 4): s in the lower half, r and s in range; anything else is a bad signature.
 */

import { at, type Bytes, keccak, toBig, word } from "./bytes.ts";
import { Curve, invertAll } from "./curve.ts";

const COMPACT = 64;
const TOP_BIT = 1n << 255n;

const SECP256K1 = new Curve({
  prime: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
  order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  b: 7n,
  generator: [
    0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
    0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  ],
  beta: 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een,
  lambda: 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n,
});

/** A digest and the compact signature of it (EIP-2098). */
export type Signed = readonly [digest: Bytes, signature: Bytes];

/** The address whose key made each signature; undefined where it is none. */
export function recoverAll(signatures: readonly Signed[]): (Bytes | undefined)[] {
  const { order } = SECP256K1;
  const parts = signatures.map(([digest, signature]) => {
    const r = toBig(signature.subarray(0, 32));
    const vs = toBig(signature.subarray(32));
    const s = vs & (TOP_BIT - 1n);
    const isInRange = r > 0n && r < order && s > 0n && s <= order / 2n;
    if (signature.length !== COMPACT || !isInRange) return undefined;
    const point = SECP256K1.lift(r, vs >= TOP_BIT);
    return point === undefined ? undefined : { r, s, point, z: toBig(digest) % order };
  });
  const good = parts.filter((part) => part !== undefined);
  const inverses = invertAll(
    good.map((part) => part.r),
    order,
  );
  const keys = SECP256K1.combineAll(
    good.map(({ s, z, point }, place) => {
      const inverse = at(inverses, place);
      return [(((order - z) % order) * inverse) % order, (s * inverse) % order, point];
    }),
  );
  let next = 0;
  return parts.map((part) => {
    const key = part === undefined ? undefined : keys[next++];
    return key === undefined ? undefined : keccak(word(key[0]), word(key[1])).subarray(12);
  });
}
