/**
 * Curves y² = x³ + b with a fast endomorphism (secp256k1, BN254), for the public numbers of a record.
 *
 * Made to verify very many signatures and envelopes: nothing here runs in constant time, and nothing
 * here may hold a secret of anybody's.
 */

import { at } from "./bytes.ts";

/** An affine point. */
export type Point = readonly [x: bigint, y: bigint];

/** (x / z², y / z³); z = 0 is the point at infinity. */
type Jacobian = readonly [x: bigint, y: bigint, z: bigint];

/** Odd multiples of one point, P, 3P, 5P, …, and the digits by which they are added. */
interface Term {
  readonly odd: readonly Jacobian[];
  readonly digits: readonly number[];
}

export interface Parameters {
  readonly prime: bigint;
  readonly order: bigint;
  readonly b: bigint;
  readonly generator: Point;
  /** (x, y) ↦ (beta · x, y) multiplies by lambda. */
  readonly beta: bigint;
  readonly lambda: bigint;
}

const INFINITY: Jacobian = [1n, 1n, 0n];
const WINDOW = 5;
const GENERATOR_WINDOW = 8;

export class Curve {
  readonly prime: bigint;
  readonly order: bigint;
  readonly generator: Point;
  readonly #b: bigint;
  readonly #beta: bigint;
  readonly #basis: readonly [Vector, Vector];
  #generatorTables: readonly (readonly Jacobian[])[] | undefined;

  constructor({ prime, order, b, generator, beta, lambda }: Parameters) {
    this.prime = prime;
    this.order = order;
    this.generator = generator;
    this.#b = b;
    this.#beta = beta;
    this.#basis = shortBasis(order, lambda);
  }

  /** The point with this x and this parity of y; undefined where there is none. */
  lift(x: bigint, isOdd: boolean): Point | undefined {
    const { prime } = this;
    if (x >= prime) return undefined;
    const square = (x * x * x + this.#b) % prime;
    const y = power(square, (prime + 1n) / 4n, prime);
    if ((y * y) % prime !== square) return undefined;
    return [x, (y & 1n) === (isOdd ? 1n : 0n) ? y : prime - y];
  }

  /** Each point times one scalar of 1 … order-1. */
  multiplyAll(scalar: bigint, points: readonly Point[]): Point[] {
    const halves = this.#split(scalar);
    const products = points.map((point) => this.#sum(this.#terms(halves, point)));
    return this.#affine(products).map((point) => {
      if (point === undefined) throw new RangeError("a scalar outside the group");
      return point;
    });
  }

  /** generator · u + point · v for each; undefined where that is the point at infinity. */
  combineAll(
    sums: readonly (readonly [u: bigint, v: bigint, point: Point])[],
  ): (Point | undefined)[] {
    this.#generatorTables ??= this.#tables([...this.generator, 1n], 2 ** (GENERATOR_WINDOW - 2));
    const tables = this.#generatorTables;
    const combined = sums.map(([u, v, point]) => {
      const own = this.#split(u).map((half, place) =>
        this.#term(half, at(tables, place), GENERATOR_WINDOW),
      );
      return this.#sum([...own, ...this.#terms(this.#split(v), point)]);
    });
    return this.#affine(combined);
  }

  #terms(halves: readonly [bigint, bigint], [x, y]: Point): Term[] {
    const tables = this.#tables([x, y, 1n], 2 ** (WINDOW - 2));
    return halves.map((half, place) => this.#term(half, at(tables, place), WINDOW));
  }

  /** Odd multiples of a point, and of lambda times it. */
  #tables(point: Jacobian, size: number): readonly [Jacobian[], Jacobian[]] {
    const twice = this.#double(point);
    const odd = [point];
    while (odd.length < size) odd.push(this.#add(at(odd, odd.length - 1), twice));
    const mapped = odd.map(([x, y, z]): Jacobian => [(x * this.#beta) % this.prime, y, z]);
    return [odd, mapped];
  }

  #term(half: bigint, odd: readonly Jacobian[], window: number): Term {
    if (half >= 0n) return { odd, digits: digitsOf(half, window) };
    return { odd, digits: digitsOf(-half, window).map((digit) => -digit) };
  }

  /** Two numbers of half the length, one + other · lambda = scalar modulo the order. */
  #split(scalar: bigint): readonly [bigint, bigint] {
    const [[a1, b1], [a2, b2]] = this.#basis;
    const c1 = rounded(b2 * scalar, this.order);
    const c2 = rounded(-b1 * scalar, this.order);
    return [scalar - c1 * a1 - c2 * a2, -c1 * b1 - c2 * b2];
  }

  #sum(terms: readonly Term[]): Jacobian {
    const length = Math.max(...terms.map((term) => term.digits.length));
    let sum = INFINITY;
    for (let place = length - 1; place >= 0; place--) {
      sum = this.#double(sum);
      for (const { odd, digits } of terms) {
        const digit = digits[place] ?? 0;
        if (digit > 0) sum = this.#add(sum, at(odd, digit >> 1));
        else if (digit < 0) sum = this.#add(sum, this.#negated(at(odd, -digit >> 1)));
      }
    }
    return sum;
  }

  #negated([x, y, z]: Jacobian): Jacobian {
    return [x, this.prime - y, z];
  }

  /** dbl-2009-l of the Explicit-Formulas Database, for a curve with a = 0. */
  #double([x, y, z]: Jacobian): Jacobian {
    const { prime } = this;
    if (z === 0n) return INFINITY;
    const a = (x * x) % prime;
    const b = (y * y) % prime;
    const c = (b * b) % prime;
    const sum = x + b;
    const d = 2n * (sum * sum - a - c);
    const e = 3n * a;
    const newX = this.#modulo(e * e - 2n * d);
    return [newX, this.#modulo(e * (d - newX) - 8n * c), (2n * y * z) % prime];
  }

  /** The addition of two points in Jacobian coordinates, with the cases that formulas leave out. */
  #add(one: Jacobian, other: Jacobian): Jacobian {
    const { prime } = this;
    const [x1, y1, z1] = one;
    const [x2, y2, z2] = other;
    if (z1 === 0n) return other;
    if (z2 === 0n) return one;
    const isAffine = z2 === 1n;
    const zz1 = (z1 * z1) % prime;
    const zz2 = isAffine ? 1n : (z2 * z2) % prime;
    const u1 = isAffine ? x1 : (x1 * zz2) % prime;
    const s1 = isAffine ? y1 : (y1 * ((z2 * zz2) % prime)) % prime;
    const h = this.#modulo(x2 * zz1 - u1);
    const r = this.#modulo(y2 * ((z1 * zz1) % prime) - s1);
    if (h === 0n) return r === 0n ? this.#double(one) : INFINITY;
    const hh = (h * h) % prime;
    const hhh = (h * hh) % prime;
    const v = (u1 * hh) % prime;
    const newX = this.#modulo(r * r - hhh - 2n * v);
    const newZ = isAffine ? (h * z1) % prime : (((h * z1) % prime) * z2) % prime;
    return [newX, this.#modulo(r * (v - newX) - s1 * hhh), newZ];
  }

  /** All points made affine with one inversion; undefined at infinity. */
  #affine(points: readonly Jacobian[]): (Point | undefined)[] {
    const { prime } = this;
    const inverses = invertAll(
      points.map(([, , z]) => z),
      prime,
    );
    return points.map(([x, y], place) => {
      const inverse = at(inverses, place);
      if (inverse === 0n) return undefined;
      const square = (inverse * inverse) % prime;
      return [(x * square) % prime, (y * ((square * inverse) % prime)) % prime];
    });
  }

  #modulo(value: bigint): bigint {
    const rest = value % this.prime;
    return rest < 0n ? rest + this.prime : rest;
  }
}

/** The inverses of many numbers modulo a prime with one exponentiation; 0 stays 0. */
export function invertAll(values: readonly bigint[], prime: bigint): bigint[] {
  const products = [1n];
  for (const value of values) {
    const last = at(products, products.length - 1);
    products.push(value === 0n ? last : (last * value) % prime);
  }
  let inverse = power(at(products, values.length), prime - 2n, prime);
  const found = new Array<bigint>(values.length).fill(0n);
  for (let place = values.length - 1; place >= 0; place--) {
    const value = at(values, place);
    if (value === 0n) continue;
    found[place] = (inverse * at(products, place)) % prime;
    inverse = (inverse * value) % prime;
  }
  return found;
}

/** A scalar's signed odd digits, the least significant first, few of them not zero. */
function digitsOf(scalar: bigint, window: number): number[] {
  const digits: number[] = [];
  const mask = BigInt(2 ** window - 1);
  for (let left = scalar; left > 0n; left >>= 1n) {
    if ((left & 1n) === 0n) {
      digits.push(0);
      continue;
    }
    const low = Number(left & mask);
    const digit = low >= 2 ** (window - 1) ? low - 2 ** window : low;
    digits.push(digit);
    left -= BigInt(digit);
  }
  return digits;
}

function power(base: bigint, exponent: bigint, prime: bigint): bigint {
  const powers = [1n];
  while (powers.length < 16) powers.push((at(powers, powers.length - 1) * base) % prime);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let step = 0; step < 4; step++) result = (result * result) % prime;
    if (digit !== "0") result = (result * at(powers, Number.parseInt(digit, 16))) % prime;
  }
  return result;
}

type Vector = readonly [bigint, bigint];

/** Two short vectors (a, b) with a + b · lambda = 0 modulo the order (Gallant, Lambert, Vanstone). */
function shortBasis(order: bigint, lambda: bigint): readonly [Vector, Vector] {
  const rows: [bigint, bigint][] = [
    [order, 0n],
    [lambda, 1n],
  ];
  for (;;) {
    const [before, last] = [at(rows, rows.length - 2), at(rows, rows.length - 1)];
    const times = before[0] / last[0];
    rows.push([before[0] - times * last[0], before[1] - times * last[1]]);
    if (before[0] * before[0] >= order && last[0] * last[0] < order) break;
  }
  const [after, first, before] = [1, 2, 3].map((back): Vector => at(rows, rows.length - back)) as [
    Vector,
    Vector,
    Vector,
  ];
  const length = ([a, b]: Vector) => a * a + b * b;
  const second = length(before) < length(after) ? before : after;
  return [
    [first[0], -first[1]],
    [second[0], -second[1]],
  ];
}

function rounded(top: bigint, bottom: bigint): bigint {
  const doubled = 2n * top + bottom;
  const quotient = doubled / (2n * bottom);
  return doubled < 0n && doubled % (2n * bottom) !== 0n ? quotient - 1n : quotient;
}
