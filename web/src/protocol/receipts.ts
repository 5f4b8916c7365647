/** A receipt: the ballot's digest, and the short code that a person can read aloud. */

import { EncodingError, integer, number } from "./bytes.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_BYTES = 10;
const SYMBOLS = 16;
const GROUP = 4;

/** The first 10 bytes of a digest as 16 symbols of Crockford's base 32, `XXXX-XXXX-XXXX-XXXX`. */
export function shortCode(digest: Uint8Array): string {
  const value = integer(digest.subarray(0, CODE_BYTES));
  const symbols = Array.from(
    { length: SYMBOLS },
    (_, at) => ALPHABET[Number((value >> BigInt(5 * (SYMBOLS - 1 - at))) & 31n)] ?? "",
  );
  const groups = Array.from({ length: SYMBOLS / GROUP }, (_, at) =>
    symbols.slice(at * GROUP, (at + 1) * GROUP).join(""),
  );
  return groups.join("-");
}

/** The first 10 bytes of the digest; takes lower case, blanks, and O, I, L for 0, 1, 1. */
export function parseCode(code: string): Uint8Array {
  const plain = code.toUpperCase().replaceAll(/[-\s]/g, "");
  const symbols = plain.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  if (symbols.length !== SYMBOLS) {
    throw new EncodingError(`${symbols.length} symbols instead of ${SYMBOLS}`);
  }
  let value = 0n;
  for (const symbol of symbols) {
    const digit = ALPHABET.indexOf(symbol);
    if (digit < 0) {
      throw new EncodingError(`${symbol} is no symbol of a receipt`);
    }
    value = (value << 5n) | BigInt(digit);
  }
  return number(value, CODE_BYTES);
}
