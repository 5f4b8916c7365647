/** Addresses: lower-case hexadecimal inside, with their checksum (ERC-55) where people read them. */

import { at, type Bytes, hex, keccak, utf8 } from "./bytes.ts";

/** The address with its checksum. */
export function checksum(address: Bytes): string {
  const digits = hex(address).slice(2);
  const hash = hex(keccak(utf8(digits))).slice(2);
  const shown = [...digits].map((digit, place) =>
    at(hash, place) >= "8" ? digit.toUpperCase() : digit,
  );
  return `0x${shown.join("")}`;
}
