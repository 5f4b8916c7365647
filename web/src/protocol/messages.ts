/** The signed messages (EIP-712): struct hashes, digests, and the typed data for wallets. */

import {
  type Bytes,
  EncodingError,
  type Hex,
  hex,
  keccak,
  number,
  padded,
  unhex,
  utf8,
} from "./bytes.ts";
import { type Domain, NAME, separator, VERSION } from "./domain.ts";

/** The fields of each message as its type names them. */
export const TYPES = {
  Ballot: [
    ["uint32", "voter"],
    ["uint16", "epoch"],
    ["uint16", "revision"],
    ["uint8", "kind"],
    ["bytes32", "content"],
    ["bytes32", "escrow"],
  ],
  Credential: [
    ["uint32", "voter"],
    ["bytes32", "key"],
    ["uint64", "weight"],
    ["uint16", "class"],
    ["uint16", "epoch"],
  ],
  Rebind: [
    ["uint32", "voter"],
    ["uint16", "epoch"],
  ],
  DeskAct: [
    ["uint32", "voter"],
    ["uint8", "act"],
    ["uint8", "channel"],
    ["uint16", "epoch"],
    ["uint64", "weight"],
    ["uint16", "class"],
    ["bytes32", "content"],
    ["bytes32", "escrow"],
  ],
  BoxCount: [
    ["uint16", "group"],
    ["bytes32", "counts"],
  ],
  Promise: [
    ["bytes32", "ballot"],
    ["uint64", "includeBy"],
  ],
} as const;

export type MessageName = keyof typeof TYPES;
/** A message: integers as numbers or bigints, words as 0x text. */
export type Message = Readonly<Record<string, number | bigint | Hex>>;

/** What a ballot does. */
export const BALLOT = 1;
export const WITHDRAWAL = 2;
export const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;

const WORD = 32;

/** A voter's own act. */
export interface Ballot {
  readonly voter: number;
  readonly epoch: number;
  readonly revision: number;
  readonly kind: number;
  readonly content: Hex;
  readonly escrow: Hex;
}

/** EIP-712's encodeType. */
export function typeText(name: MessageName): string {
  return `${name}(${TYPES[name].map(([type, field]) => `${type} ${field}`).join(",")})`;
}

/** EIP-712's hashStruct of a flat message; refuses a value that its type cannot hold. */
export function structHash(name: MessageName, message: Message): Bytes {
  const parts = TYPES[name].map(([type, field]) => {
    const value = message[field];
    if (value === undefined) {
      throw new EncodingError(`${name}.${field} is missing`);
    }
    return encoded(type, value);
  });
  return keccak(keccak(utf8(typeText(name))), ...parts);
}

/** The struct hash of a list of credentials whose own struct hashes these are, in order. */
export function credentialListHash(structHashes: readonly Uint8Array[]): Bytes {
  const type = `CredentialList(Credential[] credentials)${typeText("Credential")}`;
  return keccak(keccak(utf8(type)), keccak(...structHashes));
}

/** The digest that is signed for a message whose struct hash is known. */
export function structDigest(domain: Domain, hash: Uint8Array): Bytes {
  return keccak(Uint8Array.of(0x19, 0x01), separator(domain), hash);
}

/** The digest that is signed. */
export function digest(domain: Domain, name: MessageName, message: Message): Bytes {
  return structDigest(domain, structHash(name, message));
}

/** The digest of a ballot: its receipt. */
export function ballotDigest(domain: Domain, ballot: Ballot): Bytes {
  return digest(domain, "Ballot", { ...ballot });
}

/** The message as `eth_signTypedData_v4` takes it. */
export function typedData(domain: Domain, name: MessageName, message: Message): object {
  const fields = (list: readonly (readonly [string, string])[]) =>
    list.map(([type, field]) => ({ name: field, type }));
  return {
    types: {
      EIP712Domain: fields([
        ["string", "name"],
        ["string", "version"],
        ["uint256", "chainId"],
        ["address", "verifyingContract"],
        ["bytes32", "salt"],
      ]),
      [name]: fields(TYPES[name]),
    },
    primaryType: name,
    domain: {
      name: NAME,
      version: VERSION,
      chainId: plain(domain.chainId),
      verifyingContract: hex(domain.election),
      salt: hex(domain.manifestHash),
    },
    message: Object.fromEntries(
      Object.entries(message).map(([field, value]) => [
        field,
        typeof value === "bigint" ? plain(value) : value,
      ]),
    ),
  };
}

function encoded(type: string, value: number | bigint | Hex): Bytes {
  if (type === "bytes32") {
    if (typeof value !== "string") {
      throw new EncodingError("a word is given as 0x text");
    }
    return unhex(value, WORD);
  }
  if (typeof value === "string") {
    throw new EncodingError("an integer is not given as text");
  }
  return padded(number(value, Number(type.slice("uint".length)) / 8));
}

/** An integer as wallets read it: a number where it is exact, else decimal text. */
function plain(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
