/** What a signature is bound to: the election's chain, address and manifest. */

import { type Bytes, concat, keccak, padded, utf8, word } from "./bytes.ts";

export const NAME = "Hanpyo";
export const VERSION = "1";

const TYPE =
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";

/** The EIP-712 domain of one election. */
export interface Domain {
  readonly chainId: bigint;
  readonly election: Bytes;
  readonly manifestHash: Bytes;
}

/** EIP-712's domain separator. */
export function separator(domain: Domain): Bytes {
  return keccak(
    keccak(utf8(TYPE)),
    keccak(utf8(NAME)),
    keccak(utf8(VERSION)),
    word(domain.chainId),
    padded(domain.election),
    domain.manifestHash,
  );
}

/** CTX: the chain id and the election's address, two words. */
export function context(domain: Domain): Bytes {
  return concat(word(domain.chainId), padded(domain.election));
}
