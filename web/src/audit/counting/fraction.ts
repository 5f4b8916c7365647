/** Exact fractions of bigints; the denominator is positive. */

export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** top ÷ bottom in lowest terms; `bottom` is above 0. */
export function fraction(top: bigint, bottom = 1n): Fraction {
  const common = gcd(top < 0n ? -top : top, bottom);
  return common > 1n ? { top: top / common, bottom: bottom / common } : { top, bottom };
}

export function gcd(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

export function plus(one: Fraction, other: Fraction): Fraction {
  return fraction(one.top * other.bottom + other.top * one.bottom, one.bottom * other.bottom);
}

export function times(one: Fraction, other: Fraction): Fraction {
  return fraction(one.top * other.top, one.bottom * other.bottom);
}

/** Negative, zero or positive, as `one` is below, equal to or above `other`. */
export function order(one: Fraction, other: Fraction): number {
  const difference = one.top * other.bottom - other.top * one.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const ZERO: Fraction = { top: 0n, bottom: 1n };
