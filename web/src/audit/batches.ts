/**
 * The bytes given to `cast`, `castWide` and `castDesk` (section 7). What the contract would revert
 * throws `EncodingFault`.
 */

import { at, type Bytes, keccak, ZERO_WORD } from "../chain/bytes.ts";
import { SEALED } from "../protocol/manifest.ts";
import { Kind } from "./acts.ts";
import { ESCROW_HEAD } from "./events.ts";
import type { Manifest } from "./manifest.ts";
import { Reader } from "./reader.ts";

export const ATTESTATION_BYTES = 65;
const CLERKS = 2;
const SUBJECT = "batch";
const WEIGHTS = 1;
const CLASSES = 2;
const ORDERS = 4;
const ADDRESS_KEY = 1;
const KEY_TYPES = 3;

/** One registrar's or clerk's compact signature, with the signer's index in the manifest. */
export interface Attestation {
  readonly index: number;
  readonly signature: Bytes;
}

/** What every record has; a desk record has revision 0. */
export interface Fields {
  readonly voter: number;
  readonly weight: bigint;
  readonly class_: number;
  readonly epoch: number;
  readonly revision: number;
  readonly kind: number;
  readonly payload: Bytes;
  readonly attestations: readonly Attestation[];
}

export interface CompactRecord extends Fields {
  readonly signature: Bytes;
}

export interface WideRecord extends Fields {
  readonly keyType: number;
  readonly key: Bytes;
  readonly signature: Bytes;
  /** The roll proof of a listed voter, undefined where registrars attest. */
  readonly proof: readonly Bytes[] | undefined;
}

export interface DeskRecord extends Fields {
  readonly act: number;
  readonly channel: number;
}

/** One list of credentials for a whole batch; extras are struct hashes at their positions. */
export interface Listing {
  readonly attestations: readonly Attestation[];
  readonly extras: ReadonlyMap<number, Bytes>;
}

export type Batch =
  | {
      readonly form: "compact";
      readonly records: readonly CompactRecord[];
      readonly listing: Listing | undefined;
    }
  | { readonly form: "wide"; readonly records: readonly WideRecord[] }
  | { readonly form: "desk"; readonly records: readonly DeskRecord[] };

/** Bytes of an act's payload: envelope and escrow when sealed, else the padded choices. */
export function payloadLength(manifest: Manifest): number {
  const sealed = manifest.secrecy === SEALED ? 32 + ESCROW_HEAD : 0;
  return sealed + manifest.choicesLength;
}

/** The content and escrow hash that the signed message holds for a payload. */
export function contentOf(
  manifest: Manifest,
  kind: number,
  payload: Bytes,
): [content: Bytes, escrow: Bytes] {
  if (kind === Kind.withdrawal) return [ZERO_WORD, ZERO_WORD];
  if (manifest.secrecy === SEALED) {
    return [payload.subarray(0, 32), keccak(payload.subarray(32))];
  }
  return [keccak(payload), ZERO_WORD];
}

/** The batch in the bytes given to the function of this form. */
export function decodeBatch(form: Batch["form"], data: Bytes, manifest: Manifest): Batch {
  const reader = new Reader(data, SUBJECT);
  const expected = { compact: 1, wide: 2, desk: 3 }[form];
  const found = reader.number(1, "format");
  reader.check(found === expected, "format", `${found} instead of ${expected}`);
  if (form === "compact") return readCompact(reader, manifest);
  const count = readCount(reader);
  const batch: Batch =
    form === "wide"
      ? { form, records: repeat(count, () => readWide(reader, manifest)) }
      : { form, records: repeat(count, () => readDesk(reader, manifest)) };
  reader.finish();
  return batch;
}

function repeat<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}

function readCount(reader: Reader): number {
  const count = reader.number(2, "count");
  reader.check(count >= 1, "count", "the batch is empty");
  return count;
}

function readCompact(reader: Reader, manifest: Manifest): Batch {
  const flags = reader.number(1, "flags");
  const shown = `0x${flags.toString(16).padStart(2, "0")}`;
  reader.check(flags <= (WEIGHTS | CLASSES | ORDERS), "flags", `unknown bits in ${shown}`);
  const count = readCount(reader);
  const mode = reader.number(1, "credentials");
  reader.check(mode <= 1, "credentials", `${mode} is neither 0 nor 1`);
  const extraCount = reader.number(2, "extras");
  reader.check(
    manifest.threshold > 0,
    "credentials",
    "this election has no registrars; use a wide batch with roll proofs",
  );
  const listing = mode === 0 ? readListing(reader, manifest, count, extraCount) : undefined;
  reader.check(listing !== undefined || extraCount === 0, "extras", "only a list has extras");
  const records = repeat(count, () =>
    readCompactRecord(reader, flags, manifest, listing === undefined),
  );
  reader.finish();
  return { form: "compact", records, listing };
}

function readListing(
  reader: Reader,
  manifest: Manifest,
  count: number,
  extraCount: number,
): Listing {
  const attestations = readAttestations(reader, manifest.threshold, manifest.registrars.length);
  const pairs = repeat(
    extraCount,
    () => [reader.number(2, "extras"), reader.take(32, "extras")] as const,
  );
  reader.check(
    pairs.every(([position], place) => place === 0 || at(pairs, place - 1)[0] < position),
    "extras",
    "positions are not strictly ascending",
  );
  const [last] = pairs.slice(-1);
  reader.check(
    last === undefined || last[0] < count + extraCount,
    "extras",
    "a position is beyond the end of the list",
  );
  return { attestations, extras: new Map(pairs) };
}

function readCompactRecord(
  reader: Reader,
  flags: number,
  manifest: Manifest,
  each: boolean,
): CompactRecord {
  const hasOrder = (flags & ORDERS) !== 0;
  return {
    voter: reader.number(4, "voter"),
    weight: flags & WEIGHTS ? reader.big(8, "weight") : 1n,
    class_: flags & CLASSES ? reader.number(2, "class") : 0,
    epoch: hasOrder ? reader.number(2, "epoch") : 0,
    revision: hasOrder ? reader.number(2, "revision") : 0,
    kind: hasOrder ? reader.number(1, "kind") : Kind.ballot,
    signature: reader.take(64, "signature"),
    payload: reader.take(payloadLength(manifest), "payload"),
    attestations: each
      ? readAttestations(reader, manifest.threshold, manifest.registrars.length)
      : [],
  };
}

function readWide(reader: Reader, manifest: Manifest): WideRecord {
  const head = {
    voter: reader.number(4, "voter"),
    weight: reader.big(8, "weight"),
    class_: reader.number(2, "class"),
    epoch: reader.number(2, "epoch"),
    revision: reader.number(2, "revision"),
    kind: reader.number(1, "kind"),
    keyType: reader.number(1, "key type"),
  };
  const { keyType } = head;
  reader.check(keyType >= 1 && keyType <= KEY_TYPES, "key type", `${keyType} is unknown`);
  const key = reader.take(keyType === ADDRESS_KEY ? 20 : 64, "key");
  const signature = reader.take(reader.number(2, "signature length"), "signature");
  const payload = reader.take(payloadLength(manifest), "payload");
  const attested = reader.number(1, "attestation");
  const own = { ...head, key, signature, payload };
  if (attested === 1) {
    reader.check(
      manifest.threshold > 0,
      "attestation",
      "this election has no registrars; use a roll proof",
    );
    const people = manifest.registrars.length;
    const attestations = readAttestations(reader, manifest.threshold, people);
    return { ...own, attestations, proof: undefined };
  }
  reader.check(attested === 2, "attestation", `${attested} is neither 1 nor 2`);
  const proof = repeat(reader.number(1, "depth"), () => reader.take(32, "proof"));
  return { ...own, attestations: [], proof };
}

function readDesk(reader: Reader, manifest: Manifest): DeskRecord {
  return {
    voter: reader.number(4, "voter"),
    act: reader.number(1, "act"),
    channel: reader.number(1, "channel"),
    epoch: reader.number(2, "epoch"),
    revision: 0,
    kind: Kind.ballot,
    weight: reader.big(8, "weight"),
    class_: reader.number(2, "class"),
    payload: reader.take(payloadLength(manifest), "payload"),
    attestations: readAttestations(reader, CLERKS, manifest.clerks.length),
  };
}

/** The next attestations by some of `people` signers, their indices strictly increasing. */
function readAttestations(reader: Reader, count: number, people: number): Attestation[] {
  const attestations = repeat(count, () => ({
    index: reader.number(1, "attestation index"),
    signature: reader.take(64, "attestation signature"),
  }));
  reader.check(
    attestations.every(
      (each, place) => place === 0 || at(attestations, place - 1).index < each.index,
    ),
    "attestation index",
    "indices are not strictly increasing",
  );
  reader.check(
    attestations.every((each) => each.index < people),
    "attestation index",
    `there are only ${people} signers`,
  );
  return attestations;
}
