/** P-256 signatures, plain and inside WebAuthn assertions, verified as the contracts do. */

import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { at, type Bytes, bigBytes, concat, equal, toBig, utf8 } from "../chain/bytes.ts";

const ORDER = p256.Point.Fn.ORDER;
const PRIME = p256.Point.Fp.ORDER;
const WORD = 32;
const HEAD = 6 * WORD;
const FLAGS_AT = 32;
const SHORTEST_AUTHENTICATOR_DATA = 37;
const PRESENT_AND_VERIFIED = 1 | 4;
const BACKUP_ELIGIBLE = 8;
const BACKED_UP = 16;
const TYPE = utf8('"type":"webauthn.get"');

/** Whether (r, s), s in the lower half, signs a digest under the public key (x, y). */
export function p256Holds(digest: Bytes, r: bigint, s: bigint, key: Bytes): boolean {
  const [x, y] = [toBig(key.subarray(0, WORD)), toBig(key.subarray(WORD))];
  if (r <= 0n || r >= ORDER || s <= 0n || s > ORDER / 2n || x >= PRIME || y >= PRIME) return false;
  try {
    const signature = concat(bigBytes(r, WORD), bigBytes(s, WORD));
    const point = concat(Uint8Array.of(4), key);
    return p256.verify(signature, digest, point, { prehash: false, lowS: true });
  } catch {
    return false;
  }
}

/** Whether the first 64 bytes of a signature sign a digest under a P-256 key. */
export function rawHolds(digest: Bytes, signature: Bytes, key: Bytes): boolean {
  if (signature.length < 2 * WORD) return false;
  const [r, s] = [signature.subarray(0, WORD), signature.subarray(WORD, 2 * WORD)];
  return p256Holds(digest, toBig(r), toBig(s), key);
}

/** Whether an assertion in these bytes takes the digest as its challenge, the user verified. */
export function assertionHolds(digest: Bytes, signature: Bytes, key: Bytes): boolean {
  if (signature.length < HEAD) return false;
  const [r, s, challengeAt, typeAt, dataAt, clientAt] = Array.from({ length: 6 }, (_, place) =>
    toBig(signature.subarray(WORD * place, WORD * place + WORD)),
  ) as [bigint, bigint, bigint, bigint, bigint, bigint];
  const data = bytesAt(signature, dataAt);
  const client = bytesAt(signature, clientAt);
  if (data === undefined || client === undefined || data.length < SHORTEST_AUTHENTICATOR_DATA) {
    return false;
  }
  const flags = at(data, FLAGS_AT);
  const challenge = utf8(`"challenge":"${base64Url(digest)}"`);
  return (
    (flags & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED &&
    ((flags & BACKUP_ELIGIBLE) !== 0 || (flags & BACKED_UP) === 0) &&
    standsAt(client, typeAt, TYPE) &&
    standsAt(client, challengeAt, challenge) &&
    p256Holds(sha256(concat(data, sha256(client))), r, s, key)
  );
}

function bytesAt(data: Bytes, offset: bigint): Bytes | undefined {
  if (offset + BigInt(WORD) > BigInt(data.length)) return undefined;
  const start = Number(offset) + WORD;
  const length = toBig(data.subarray(start - WORD, start));
  if (BigInt(start) + length > BigInt(data.length)) return undefined;
  return data.subarray(start, start + Number(length));
}

function standsAt(text: Bytes, place: bigint, part: Bytes): boolean {
  if (place > BigInt(text.length)) return false;
  const start = Number(place);
  return equal(text.subarray(start, start + part.length), part);
}

function base64Url(data: Bytes): string {
  const plain = btoa(String.fromCharCode(...data));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
