/** The digests of the signed messages (section 4), made fast: an audit makes several a ballot. */

import { type Bytes, joined, keccak, utf8, word } from "../chain/bytes.ts";
import { type Domain, separator } from "../protocol/domain.ts";
import { typeText } from "../protocol/messages.ts";
import type { Terms } from "./acts.ts";

const BALLOT = keccak(utf8(typeText("Ballot")));
const CREDENTIAL = keccak(utf8(typeText("Credential")));
const CREDENTIAL_LIST = keccak(
  utf8(`CredentialList(Credential[] credentials)${typeText("Credential")}`),
);
const REBIND = keccak(utf8(typeText("Rebind")));
const DESK_ACT = keccak(utf8(typeText("DeskAct")));
const PREFIX = Uint8Array.of(0x19, 0x01);

/** Makes digests under one election's domain. */
export class Messages {
  readonly #separator: Bytes;

  constructor(domain: Domain) {
    this.#separator = separator(domain);
  }

  digest(structHash: Bytes): Bytes {
    return keccak(PREFIX, this.#separator, structHash);
  }

  /** The digest that the voter signed. */
  ballot(terms: Terms, content: Bytes, escrow: Bytes): Bytes {
    const { voter, epoch, revision, kind } = terms;
    const numbers = [voter, epoch, revision, kind].map((number) => word(number));
    return this.digest(keccak(BALLOT, ...numbers, content, escrow));
  }

  /** The digest of a list of credentials whose struct hashes these are. */
  credentialList(structHashes: readonly Bytes[]): Bytes {
    return this.digest(keccak(CREDENTIAL_LIST, keccak(joined(structHashes))));
  }

  rebind(voter: number, epoch: number): Bytes {
    return this.digest(keccak(REBIND, word(voter), word(epoch)));
  }

  /** The digest that the clerks signed; `act` is the DeskAct's own field. */
  desk(act: number, terms: Terms, content: Bytes, escrow: Bytes): Bytes {
    const numbers = [terms.voter, act, terms.channel, terms.epoch, terms.weight, terms.class_];
    return this.digest(keccak(DESK_ACT, ...numbers.map((number) => word(number)), content, escrow));
  }
}

/** The struct hash of a voter's credential for a key. */
export function credentialHash(terms: Terms, key: Bytes): Bytes {
  const { voter, weight, class_, epoch } = terms;
  return keccak(CREDENTIAL, word(voter), key, word(weight), word(class_), word(epoch));
}
