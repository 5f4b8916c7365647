/**
 * BN254 G1 (docs/protocol.md section 6), made to multiply many points by one secret that is public
 * by then: nothing here runs in constant time, and nothing here may hold a secret of anybody's.
 */

import { at, type Bytes, toBig } from "./bytes.ts";

export const PRIME = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
export const ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;

const COMPRESSED = 33;
const WINDOW = 5;
const TABLE = 1 << (WINDOW - 2);

/** An affine point. */
export type Point = readonly [x: bigint, y: bigint];

/** (x / z², y / z³); z = 0 is the point at infinity. */
type Jacobian = readonly [x: bigint, y: bigint, z: bigint];

const INFINITY: Jacobian = [1n, 1n, 0n];
export const GENERATOR: Point = [1n, 2n];

/** The point that 33 bytes stand for; undefined where they are none of the group. */
export function decompress(data: Bytes): Point | undefined {
  const [sign] = data;
  const x = toBig(data.subarray(1));
  if (data.length !== COMPRESSED || (sign !== 2 && sign !== 3) || x >= PRIME) return undefined;
  const square = (x * x * x + 3n) % PRIME;
  const y = power(square, (PRIME + 1n) / 4n);
  if ((y * y) % PRIME !== square) return undefined;
  return [x, (y & 1n) === BigInt(sign & 1) ? y : PRIME - y];
}

/** Each point times a scalar of 1 … order-1. */
export function multiplyAll(scalar: bigint, points: readonly Point[]): Point[] {
  const digits = digitsOf(scalar);
  return affine(points.map((point) => multiply(digits, point)));
}

/** The scalar's signed odd digits, the least significant first, few of them not zero. */
function digitsOf(scalar: bigint): number[] {
  const digits: number[] = [];
  for (let left = scalar; left > 0n; left >>= 1n) {
    if ((left & 1n) === 0n) {
      digits.push(0);
      continue;
    }
    const low = Number(left & BigInt(2 ** WINDOW - 1));
    const digit = low >= 2 ** (WINDOW - 1) ? low - 2 ** WINDOW : low;
    digits.push(digit);
    left -= BigInt(digit);
  }
  return digits;
}

function multiply(digits: readonly number[], [x, y]: Point): Jacobian {
  const odd: Jacobian[] = [[x, y, 1n]];
  const twice = double([x, y, 1n]);
  while (odd.length < TABLE) odd.push(add(at(odd, odd.length - 1), twice));
  let sum = INFINITY;
  for (let place = digits.length - 1; place >= 0; place--) {
    sum = double(sum);
    const digit = at(digits, place);
    if (digit > 0) sum = add(sum, at(odd, digit >> 1));
    else if (digit < 0) sum = add(sum, negated(at(odd, -digit >> 1)));
  }
  return sum;
}

function negated([x, y, z]: Jacobian): Jacobian {
  return [x, PRIME - y, z];
}

/** dbl-2009-l, for a curve with a = 0. */
function double([x, y, z]: Jacobian): Jacobian {
  const a = (x * x) % PRIME;
  const b = (y * y) % PRIME;
  const c = (b * b) % PRIME;
  const d = 2n * ((x + b) ** 2n - a - c);
  const e = 3n * a;
  const newX = modulo(e * e - 2n * d);
  return [newX, modulo(e * (d - newX) - 8n * c), (2n * y * z) % PRIME];
}

/** add-2007-bl, with the cases it leaves out. */
function add(one: Jacobian, other: Jacobian): Jacobian {
  if (one[2] === 0n) return other;
  if (other[2] === 0n) return one;
  const [x1, y1, z1] = one;
  const [x2, y2, z2] = other;
  const zz1 = (z1 * z1) % PRIME;
  const zz2 = (z2 * z2) % PRIME;
  const u1 = (x1 * zz2) % PRIME;
  const s1 = (y1 * ((z2 * zz2) % PRIME)) % PRIME;
  const h = modulo(x2 * zz1 - u1);
  const r = modulo(y2 * ((z1 * zz1) % PRIME) - s1);
  if (h === 0n) return r === 0n ? double(one) : INFINITY;
  const hh = (h * h) % PRIME;
  const hhh = (h * hh) % PRIME;
  const v = (u1 * hh) % PRIME;
  const newX = modulo(r * r - hhh - 2n * v);
  return [newX, modulo(r * (v - newX) - s1 * hhh), (((h * z1) % PRIME) * z2) % PRIME];
}

/** All points made affine with one inversion; none is at infinity, the order being prime. */
function affine(points: readonly Jacobian[]): Point[] {
  const products: bigint[] = [1n];
  for (const [, , z] of points) products.push((at(products, products.length - 1) * z) % PRIME);
  let inverse = power(at(products, points.length), PRIME - 2n);
  const found: Point[] = [];
  for (let place = points.length - 1; place >= 0; place--) {
    const [x, y, z] = at(points, place);
    const own = (inverse * at(products, place)) % PRIME;
    inverse = (inverse * z) % PRIME;
    const square = (own * own) % PRIME;
    found.push([(x * square) % PRIME, (y * ((square * own) % PRIME)) % PRIME]);
  }
  return found.reverse();
}

function modulo(value: bigint): bigint {
  const rest = value % PRIME;
  return rest < 0n ? rest + PRIME : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  const powers = [1n];
  while (powers.length < 16) powers.push((at(powers, powers.length - 1) * base) % PRIME);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let step = 0; step < 4; step++) result = (result * result) % PRIME;
    if (digit !== "0") result = (result * at(powers, Number.parseInt(digit, 16))) % PRIME;
  }
  return result;
}
