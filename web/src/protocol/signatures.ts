/** ECDSA over secp256k1 in the one form that the record takes, and the ids of voter keys. */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  type Bytes,
  concat,
  EncodingError,
  integer,
  keccak,
  number,
  padded,
  word,
} from "./bytes.ts";

const COMPACT = 64;
const PLAIN = 65;
const TOP_BIT = 0x80;
const LOW_248_BITS = (1n << 248n) - 1n;
const HALF_ORDER = secp256k1.Point.Fn.ORDER / 2n;

export const ADDRESS_KEY = 1;
export const P256_KEY = 2;
export const WEBAUTHN_KEY = 3;

/** A fresh private key from the browser's generator. */
export function newPrivateKey(): Bytes {
  return secp256k1.utils.randomSecretKey() as Bytes;
}

/** Sign a digest (RFC 6979); 65 bytes r, s, v with s in the lower half and v 27 or 28. */
export function sign(digest: Uint8Array, privateKey: Uint8Array): Bytes {
  const signed = secp256k1.sign(digest, privateKey, { prehash: false, format: "recovered" });
  return concat(signed.subarray(1), Uint8Array.of(27 + (signed[0] ?? 0)));
}

/** The 64 bytes of a 65-byte signature, as EIP-2098 packs it. */
export function compact(signature: Uint8Array): Bytes {
  const v = signature[COMPACT];
  if (signature.length !== PLAIN || (v !== 27 && v !== 28)) {
    throw new EncodingError("not a signature r, s, v with v 27 or 28");
  }
  const packed = concat(signature.subarray(0, COMPACT));
  packed[32] = (packed[32] ?? 0) | (v === 28 ? TOP_BIT : 0);
  return packed;
}

/** The address whose key made a compact signature; refuses a high s and whatever gives no key. */
export function recover(digest: Uint8Array, signature: Uint8Array): Bytes {
  if (signature.length !== COMPACT) {
    throw new EncodingError(`${signature.length} bytes instead of ${COMPACT}`);
  }
  const plain = concat(signature);
  const parity = (plain[32] ?? 0) & TOP_BIT ? 1 : 0;
  plain[32] = (plain[32] ?? 0) & ~TOP_BIT;
  const s = integer(plain.subarray(32));
  if (s === 0n || s > HALF_ORDER) {
    throw new EncodingError("s is not in the lower half of the order");
  }
  try {
    const recovered = secp256k1.recoverPublicKey(concat(Uint8Array.of(parity), plain), digest, {
      prehash: false,
    });
    return addressOfPoint(recovered);
  } catch (cause) {
    throw new EncodingError("no key made this signature", { cause });
  }
}

/** The address of a private key. */
export function addressOf(privateKey: Uint8Array): Bytes {
  return addressOfPoint(secp256k1.getPublicKey(privateKey, true));
}

/** The key id of a wallet, a browser-made key or a contract wallet. */
export function addressKeyId(address: Uint8Array): Bytes {
  const id = padded(address);
  id[0] = ADDRESS_KEY;
  return id;
}

/** The key id of a P-256 or WebAuthn public key. */
export function pointKeyId(type: number, x: bigint, y: bigint): Bytes {
  const value = integer(keccak(word(x), word(y))) & LOW_248_BITS;
  return concat(Uint8Array.of(type), number(value, 31));
}

function addressOfPoint(point: Uint8Array): Bytes {
  const whole = secp256k1.Point.fromBytes(point).toBytes(false);
  return keccak(whole.subarray(1)).slice(12);
}
