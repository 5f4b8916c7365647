/**
 * Key files: a secret of 32 bytes in an encrypted keystore of version 3, as `hanpyo` writes them.
 *
 * The password becomes a key by scrypt or PBKDF2; AES-128 in counter mode hides the secret, and a
 * Keccak-256 over the key's second half and the hidden secret tells a wrong password.
 */

import { pbkdf2Async } from "@noble/hashes/pbkdf2.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, hex, integer, keccak, unhex, word } from "../protocol/bytes.ts";
import { fieldOf, textOf } from "./api.ts";

const KEY_BYTES = 32;
const HALF = 16;
const COUNTER_BITS = 128;
const SCRYPT = { n: 1 << 18, r: 8, p: 1 } as const;
/** A file may ask for this much work at most: 4 times what we write. */
const MOST_SCRYPT = 4 * SCRYPT.n * SCRYPT.r * SCRYPT.p;
const MOST_ROUNDS = 20_000_000;

/** Why a file does not open. */
export class KeyFileRefused extends Error {
  override name = "KeyFileRefused";
  readonly reason: "file" | "password";

  constructor(reason: "file" | "password") {
    super(reason);
    this.reason = reason;
  }
}

/** Told how far the work is, from 0 to 1. */
export type Progress = (done: number) => void;

/** The file's text for a secret under a password. */
export async function lock(secret: bigint, password: string, progress: Progress): Promise<string> {
  const [salt, counter] = [random(KEY_BYTES), random(HALF)];
  const { n, r, p } = SCRYPT;
  const key = await scryptAsync(password.normalize("NFC"), salt, {
    N: n,
    r,
    p,
    dkLen: KEY_BYTES,
    onProgress: progress,
  });
  const hidden = await cipher(key, counter, word(secret));
  return JSON.stringify({
    version: 3,
    id: crypto.randomUUID(),
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: plain(counter) },
      ciphertext: plain(hidden),
      kdf: "scrypt",
      kdfparams: { dklen: KEY_BYTES, n, r, p, salt: plain(salt) },
      mac: plain(keccak(key.subarray(HALF), hidden)),
    },
  });
}

/** The secret in a file's text; raises `KeyFileRefused`. */
export async function unlock(text: string, password: string, progress: Progress): Promise<bigint> {
  const box = boxOf(text);
  const [salt, counter, hidden, mac] = [
    bytesAt(fieldOf(box, "kdfparams"), "salt"),
    bytesAt(fieldOf(box, "cipherparams"), "iv"),
    bytesAt(box, "ciphertext"),
    bytesAt(box, "mac"),
  ];
  const sound =
    textOf(box, "cipher") === "aes-128-ctr" &&
    hidden.length === KEY_BYTES &&
    counter.length === HALF;
  if (!sound) {
    throw new KeyFileRefused("file");
  }
  const parameters = fieldOf(box, "kdfparams");
  for (const form of new Set([password.normalize("NFC"), password])) {
    const key = await derive(textOf(box, "kdf"), parameters, form, salt, progress);
    if (equal(keccak(key.subarray(HALF), hidden), mac)) {
      return integer(await cipher(key, counter, hidden));
    }
  }
  throw new KeyFileRefused("password");
}

async function derive(
  kind: string,
  parameters: unknown,
  password: string,
  salt: Uint8Array,
  progress: Progress,
): Promise<Uint8Array> {
  const secret = new TextEncoder().encode(password);
  if (numberAt(parameters, "dklen") !== KEY_BYTES) {
    throw new KeyFileRefused("file");
  }
  if (kind === "pbkdf2" && textOf(parameters, "prf") === "hmac-sha256") {
    const c = numberAt(parameters, "c");
    if (c < 1 || c > MOST_ROUNDS) {
      throw new KeyFileRefused("file");
    }
    return pbkdf2Async(sha256, secret, salt, { c, dkLen: KEY_BYTES });
  }
  const [n, r, p] = [
    numberAt(parameters, "n"),
    numberAt(parameters, "r"),
    numberAt(parameters, "p"),
  ];
  const sound = kind === "scrypt" && n > 1 && (n & (n - 1)) === 0 && r > 0 && p > 0;
  if (!sound || n * r * p > MOST_SCRYPT) {
    throw new KeyFileRefused("file");
  }
  return scryptAsync(secret, salt, { N: n, r, p, dkLen: KEY_BYTES, onProgress: progress });
}

async function cipher(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Promise<Bytes> {
  const aes = await crypto.subtle.importKey(
    "raw",
    concat(key.subarray(0, HALF)),
    "AES-CTR",
    false,
    ["encrypt"],
  );
  const algorithm = { name: "AES-CTR", counter: concat(counter), length: COUNTER_BITS };
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, concat(data)));
}

function boxOf(text: string): unknown {
  try {
    const told: unknown = JSON.parse(text);
    const box = fieldOf(told, "crypto") ?? fieldOf(told, "Crypto");
    if (fieldOf(told, "version") === 3 && box) {
      return box;
    }
  } catch {
    // told below
  }
  throw new KeyFileRefused("file");
}

function bytesAt(value: unknown, name: string): Bytes {
  const text = textOf(value, name).replace(/^0x/, "");
  if (text === "" || text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text)) {
    throw new KeyFileRefused("file");
  }
  return unhex(`0x${text.toLowerCase()}`);
}

function numberAt(value: unknown, name: string): number {
  const found = fieldOf(value, name);
  if (typeof found !== "number" || !Number.isSafeInteger(found)) {
    throw new KeyFileRefused("file");
  }
  return found;
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

function plain(data: Uint8Array): string {
  return hex(data).slice(2);
}
