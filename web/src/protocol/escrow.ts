/** Sealed ballots: an envelope that commits to the choices, an escrow that the trustees can open. */

import { type WeierstrassPoint, weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { type Bytes, concat, equal, integer, keccak, tag, word } from "./bytes.ts";

/** Bytes of an escrow before the choices: R compressed. */
export const HEAD = 33;
/** The prime of BN254's field. */
export const PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
/** The prime order of its group. */
export const ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;

const WORD = 32;
const WIDE = 64;

let made: ReturnType<typeof weierstrass<bigint>> | null = null;

/** The curve, made when it is first needed: an old phone takes a while. */
function bn254() {
  made ??= weierstrass({ p: PRIME, n: ORDER, h: 1n, a: 0n, b: 3n, Gx: 1n, Gy: 2n });
  return made;
}

/** An affine point of BN254. */
export type Point = readonly [bigint, bigint];
type Curve = WeierstrassPoint<bigint>;

/** Where a sealed ballot belongs; `context` is CTX. */
export interface Position {
  readonly context: Uint8Array;
  readonly voter: number;
  readonly epoch: number;
  readonly revision: number;
}

/** A sealed ballot: what is signed, and the salt that opens the envelope. */
export interface Sealed {
  readonly envelope: Bytes;
  readonly escrow: Bytes;
  readonly salt: Bytes;
}

/** What an escrow holds. */
export interface Opening {
  readonly choices: Bytes;
  readonly salt: Bytes;
}

/** Why an escrow is bad. */
export type EscrowFault = "length" | "point" | "envelope";

/** The commitment to padded choices under a salt. */
export function envelopeOf(position: Position, choices: Uint8Array, salt: Uint8Array): Bytes {
  return keccak(tag("envelope"), words(position), keccak(choices), salt);
}

/** A scalar 1 … order-1 from 512 random bits, so that no value is likelier than another. */
export function randomScalar(): bigint {
  const random = crypto.getRandomValues(new Uint8Array(WIDE));
  const scalar = (integer(random) % (ORDER - 1n)) + 1n;
  random.fill(0);
  return scalar;
}

/** Seal padded choices to the trustees' key; refuses a key that is not on the curve. */
export function seal(
  choices: Uint8Array,
  key: Point,
  position: Position,
  scalar: bigint = randomScalar(),
): Sealed {
  const trustees = pointOf(key);
  const commitment = bn254().BASE.multiply(scalar);
  const { salt, stream } = derive(trustees.multiply(scalar), commitment, position, choices.length);
  return {
    envelope: envelopeOf(position, choices, salt),
    escrow: concat(compress(commitment), mask(choices, stream)),
    salt,
  };
}

/** The opening of an envelope by the trustees' secret, or why the escrow is bad. */
export function openEscrow(
  secret: bigint,
  escrow: Uint8Array,
  expected: Uint8Array,
  length: number,
  position: Position,
): Opening | EscrowFault {
  if (escrow.length !== HEAD + length) {
    return "length";
  }
  const commitment = decompress(escrow.subarray(0, HEAD));
  if (commitment === null) {
    return "point";
  }
  const { salt, stream } = derive(commitment.multiply(secret), commitment, position, length);
  const choices = mask(escrow.subarray(HEAD), stream);
  return equal(envelopeOf(position, choices, salt), expected) ? { choices, salt } : "envelope";
}

/** The public key of a trustees' secret. */
export function publicKey(secret: bigint): Point {
  const { x, y } = bn254().BASE.multiply(secret).toAffine();
  return [x, y];
}

function pointOf([x, y]: Point): Curve {
  const point = bn254().fromAffine({ x, y });
  point.assertValidity();
  return point;
}

function words(position: Position): Bytes {
  return concat(
    position.context,
    word(position.voter),
    word(position.epoch),
    word(position.revision),
  );
}

function derive(shared: Curve, commitment: Curve, position: Position, length: number) {
  const [s, r] = [shared.toAffine(), commitment.toAffine()];
  const material = concat(word(s.x), word(s.y), word(r.x), word(r.y), words(position));
  const blocks = Array.from({ length: Math.ceil(length / WORD) }, (_, at) =>
    keccak(tag("stream"), material, word(at)),
  );
  return { salt: keccak(tag("salt"), material), stream: concat(...blocks) };
}

function mask(data: Uint8Array, stream: Uint8Array): Bytes {
  return Uint8Array.from(data, (value, at) => value ^ (stream[at] ?? 0));
}

function compress(point: Curve): Bytes {
  const { x, y } = point.toAffine();
  return concat(Uint8Array.of(y & 1n ? 3 : 2), word(x));
}

function decompress(data: Uint8Array): Curve | null {
  const x = integer(data.subarray(1));
  if ((data[0] !== 2 && data[0] !== 3) || x >= PRIME) {
    return null;
  }
  try {
    const y = bn254().Fp.sqrt((x * x * x + 3n) % PRIME);
    return pointOf([x, (y & 1n) === BigInt(data[0] & 1) ? y : PRIME - y]);
  } catch {
    return null;
  }
}
