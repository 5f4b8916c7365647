/** State proofs (EIP-1186): what an account and its storage held, proven by a state root alone. */

import { at, type Bytes, keccak, readHex, toBig, word } from "./bytes.ts";
import { Untrustworthy } from "./errors.ts";
import { asBytes, asInteger, decodeList, decodeRlp } from "./rlp.ts";
import { EMPTY_ROOT, type Nodes, readProof } from "./trie.ts";

const ACCOUNT_FIELDS = 4;

/** The nodes that prove an account (address in lower-case hexadecimal) and some of its slots. */
export interface StateProof {
  readonly address: string;
  readonly nodes: readonly Bytes[];
  readonly slots: readonly (readonly [slot: bigint, nodes: readonly Bytes[]])[];
}

/** The parts of an account that an audit reads. */
export interface Account {
  readonly storageRoot: Bytes;
  readonly codeHash: Bytes;
}

const ABSENT: Account = { storageRoot: EMPTY_ROOT, codeHash: keccak(new Uint8Array(0)) };

/** The account and slot values proven under a state root; throws `Untrustworthy`. */
export function verifyState(
  proof: StateProof,
  stateRoot: Bytes,
  nodes: Nodes,
): [Account, Map<bigint, bigint>] {
  const account = readAccount(proof, stateRoot, nodes);
  const values = new Map<bigint, bigint>();
  for (const [slot, path] of proof.slots) {
    const encoded = readProof(account.storageRoot, keccak(word(slot)), path, nodes);
    values.set(slot, encoded === undefined ? 0n : toBig(asInteger(decodeRlp(encoded))));
  }
  return [account, values];
}

function readAccount(proof: StateProof, stateRoot: Bytes, nodes: Nodes): Account {
  const encoded = readProof(stateRoot, keccak(readHex(proof.address)), proof.nodes, nodes);
  if (encoded === undefined) return ABSENT;
  const fields = decodeList(encoded);
  if (fields.length !== ACCOUNT_FIELDS) {
    throw new Untrustworthy("a proven account has not four fields");
  }
  asInteger(at(fields, 0));
  asInteger(at(fields, 1));
  return { storageRoot: asBytes(at(fields, 2)), codeHash: asBytes(at(fields, 3)) };
}
