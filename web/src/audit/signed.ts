/**
 * Acts of a batch's calldata with what their signatures prove, all of it computed anew.
 *
 * What cannot be repeated (a contract wallet's answer on an earlier state) is marked, not guessed.
 */

import { at, type Bytes, EncodingError, equal, isZero, toBig, ZERO_WORD } from "../chain/bytes.ts";
import { recoverAll } from "../chain/secp256k1.ts";
import type { Domain } from "../protocol/domain.ts";
import {
  ADDRESS_KEY,
  addressKeyId,
  compact,
  P256_KEY,
  pointKeyId,
} from "../protocol/signatures.ts";
import { type Act, Channel, Desk, Kind, type Terms } from "./acts.ts";
import {
  ATTESTATION_BYTES,
  type Attestation,
  type Batch,
  type CompactRecord,
  contentOf,
  type DeskRecord,
  type Fields,
  type Listing,
  type WideRecord,
} from "./batches.ts";
import type { RebindCall } from "./calls.ts";
import type { Manifest } from "./manifest.ts";
import { credentialHash, Messages } from "./messages.ts";
import { EntryKind, rollLeaf, rollProofHolds } from "./roll.ts";
import { assertionHolds, rawHolds } from "./webauthn.ts";

/**
 * One act of a batch as its bytes say it.
 *
 * `own` tells whether the voter's signature holds, undefined where only the contract could tell;
 * `attested` the same of registrars or clerks; `listed` that a roll proof did it; `clean` that a
 * withdrawal's payload, or a check-in's other fields and payload, are zeros.
 */
export interface Signed {
  readonly act: Act;
  readonly digest: Bytes;
  readonly key: Bytes;
  readonly own: boolean | undefined;
  readonly attested: boolean;
  readonly listed: boolean;
  readonly desk: number | undefined;
  readonly clean: boolean;
}

/** Reads signed acts under one election's domain. */
export class SignatureReader {
  readonly manifest: Manifest;
  readonly #messages: Messages;

  constructor(manifest: Manifest, domain: Domain) {
    this.manifest = manifest;
    this.#messages = new Messages(domain);
  }

  /** The acts of a batch, a few at a time: recovering keys takes most of an audit's time. */
  *acts(batch: Batch): Generator<Signed, void, undefined> {
    if (batch.form === "desk") for (const record of batch.records) yield this.#desk(record);
    else if (batch.form === "wide") for (const record of batch.records) yield this.#wide(record);
    else {
      const each = batch.listing === undefined;
      for (let start = 0; start < batch.records.length; start += TOGETHER) {
        yield* this.#compact(batch.records.slice(start, start + TOGETHER), each);
      }
    }
  }

  /** Whether the registrars signed the list that these struct hashes and the extras make. */
  listHolds(listing: Listing, credentials: readonly Bytes[]): boolean {
    const rest = credentials[Symbol.iterator]();
    const arranged = Array.from(
      { length: credentials.length + listing.extras.size },
      (_, place): Bytes => listing.extras.get(place) ?? rest.next().value ?? ZERO_WORD,
    );
    return this.#registrarsSigned(this.#messages.credentialList(arranged), listing.attestations);
  }

  /** Whether the signatures given to `rebind` are well formed and the registrars' own. */
  rebindHolds(call: RebindCall, voter: number, epoch: number): boolean {
    const { threshold, registrars } = this.manifest;
    const data = call.signatures;
    if (data.length !== ATTESTATION_BYTES * threshold) return false;
    const attestations = Array.from({ length: threshold }, (_, place) => {
      const own = data.subarray(ATTESTATION_BYTES * place, ATTESTATION_BYTES * (place + 1));
      return { index: at(own, 0), signature: own.subarray(1) };
    });
    const isOrdered = attestations.every(
      ({ index }, place) =>
        index < registrars.length && (place === 0 || at(attestations, place - 1).index < index),
    );
    const digest = this.#messages.rebind(voter, epoch);
    return isOrdered && this.#registrarsSigned(digest, attestations);
  }

  #registrarsSigned(digest: Bytes, attestations: readonly Attestation[]): boolean {
    const { threshold, registrars } = this.manifest;
    return threshold > 0 && signedBy(registrars, digest, attestations);
  }

  #credentialHolds(terms: Terms, key: Bytes, attestations: readonly Attestation[]): boolean {
    const digest = this.#messages.digest(credentialHash(terms, key));
    return this.#registrarsSigned(digest, attestations);
  }

  #compact(records: readonly CompactRecord[], each: boolean): Signed[] {
    const acts = records.map((record) => {
      const [act, clean] = this.#act(record);
      const digest = this.#messages.ballot(act.terms, act.content, act.escrow);
      return { record, act, clean, digest };
    });
    const signers = recoverAll(acts.map(({ digest, record }) => [digest, record.signature]));
    return acts.map(({ record, act, clean, digest }, place) => {
      const signer = signers[place];
      const key = signer === undefined ? ZERO_WORD : addressKeyId(signer);
      const attested = !each || this.#credentialHolds(act.terms, key, record.attestations);
      return { ...PLAIN, act, digest, key, own: signer !== undefined, attested, clean };
    });
  }

  #wide(record: WideRecord): Signed {
    const [act, clean] = this.#act(record);
    const digest = this.#messages.ballot(act.terms, act.content, act.escrow);
    const signed = {
      ...PLAIN,
      act,
      digest,
      key: keyId(record),
      own: wideHolds(record, digest),
      clean,
    };
    if (record.proof === undefined) {
      const attested = this.#credentialHolds(act.terms, signed.key, record.attestations);
      return { ...signed, attested };
    }
    const { weight, class_ } = record;
    const entry = { kind: EntryKind.listed, who: signed.key, weight, class_ };
    const leaf = rollLeaf(entry, record.voter);
    const holds = rollProofHolds(this.manifest.roll.root, leaf, record.proof);
    return { ...signed, attested: record.epoch === 0 && holds, listed: true };
  }

  #desk(record: DeskRecord): Signed {
    const kind = record.act < Desk.boxed ? Kind.ballot : Kind.withdrawal;
    const terms = termsOf(record, kind, record.channel);
    const [content, escrow] = contentOf(this.manifest, kind, record.payload);
    const digest = this.#messages.desk(record.act, terms, content, escrow);
    const { channel, epoch, weight, class_ } = record;
    const isBare = channel === 0 && epoch === 0 && weight === 0n && class_ === 0;
    return {
      ...PLAIN,
      act: { terms, content, escrow },
      digest,
      own: true,
      attested: signedBy(this.manifest.clerks, digest, record.attestations),
      desk: record.act,
      clean: isBare && isZero(record.payload),
    };
  }

  /** The act, and whether a withdrawal's payload is zeros. */
  #act(record: Fields): [Act, boolean] {
    const terms = termsOf(record, record.kind, Channel.online);
    const [content, escrow] = contentOf(this.manifest, record.kind, record.payload);
    return [{ terms, content, escrow }, record.kind !== Kind.withdrawal || isZero(record.payload)];
  }
}

/** Signatures recovered together, so that they share their inversions. */
const TOGETHER = 32;

const PLAIN = { key: ZERO_WORD, attested: true, listed: false, desk: undefined, clean: true };

function termsOf(record: Fields, kind: number, channel: number): Terms {
  const { voter, weight, class_, epoch, revision } = record;
  return { voter, weight, class_, epoch, revision, kind, channel };
}

function signedBy(
  people: readonly Bytes[],
  digest: Bytes,
  attestations: readonly Attestation[],
): boolean {
  const signers = recoverAll(attestations.map(({ signature }) => [digest, signature]));
  return attestations.every(({ index }, place) => {
    const [signer, named] = [signers[place], people[index]];
    return signer !== undefined && named !== undefined && equal(signer, named);
  });
}

function keyId(record: WideRecord): Bytes {
  if (record.keyType === ADDRESS_KEY) return addressKeyId(record.key);
  const [x, y] = [record.key.subarray(0, 32), record.key.subarray(32)];
  return pointKeyId(record.keyType, toBig(x), toBig(y));
}

/** Whether the record's key signed; undefined where only the wallet's contract could say. */
function wideHolds(record: WideRecord, digest: Bytes): boolean | undefined {
  if (record.keyType === ADDRESS_KEY) {
    const signer = expandedSigner(digest, record.signature);
    return signer !== undefined && equal(signer, record.key) ? true : undefined;
  }
  const holds = record.keyType === P256_KEY ? rawHolds : assertionHolds;
  return holds(digest, record.signature, record.key);
}

/** The signer of a 65-byte signature r, s, v. */
function expandedSigner(digest: Bytes, signature: Bytes): Bytes | undefined {
  const isHigh = signature.length > 32 && (at(signature, 32) & 0x80) !== 0;
  try {
    return isHigh ? undefined : recoverAll([[digest, compact(signature)]])[0];
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
