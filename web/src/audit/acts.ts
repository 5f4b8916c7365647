/** What the contract keeps of an act: terms, leaf, act hash, and a voter's slot (section 7). */

import {
  at,
  type Bytes,
  EncodingError,
  isZero,
  joined,
  keccak,
  tag,
  toBig,
  toNumber,
  word,
  ZERO_WORD,
} from "../chain/bytes.ts";

export const Kind = { ballot: 1, withdrawal: 2 } as const;
export const Channel = { online: 0, onlineAssembly: 1, paper: 2, proxy: 3, inPerson: 4 } as const;
export const Desk = { named: 1, inPerson: 2, boxed: 3, checkIn: 4 } as const;
export const MOST_REVISION = 1023;
export const FINAL_EPOCH = 65_535;

const LEAF = tag("leaf");
const ACT = tag("act");
const ACT_BITS = (1n << 200n) - 1n;

/** All of an act but its content. */
export interface Terms {
  readonly voter: number;
  readonly weight: bigint;
  readonly class_: number;
  readonly epoch: number;
  readonly revision: number;
  readonly kind: number;
  readonly channel: number;
}

/** An act as recorded; `choices` are the padded choices of an open election's ballot. */
export interface Act {
  readonly terms: Terms;
  readonly content: Bytes;
  readonly escrow: Bytes;
}

/** An act's rank: the higher one counts. */
export function orderOf(terms: Terms): number {
  return terms.epoch * 65_536 + terms.revision;
}

export function isBallot(act: Act): boolean {
  return act.terms.kind === Kind.ballot;
}

/** One word: kind, channel, class, epoch, revision, voter and weight from the top. */
export function packTerms(terms: Terms): Bytes {
  const packed = new Uint8Array(32);
  const view = new DataView(packed.buffer);
  view.setUint8(0, terms.kind);
  view.setUint8(1, terms.channel);
  view.setUint16(2, terms.class_);
  view.setUint16(4, terms.epoch);
  view.setUint16(6, terms.revision);
  view.setUint32(20, terms.voter);
  view.setBigUint64(24, terms.weight);
  return packed;
}

/** The terms of one word; throws `EncodingError` where nothing may stand. */
export function unpackTerms(packed: Bytes): Terms {
  if (!isZero(packed.subarray(8, 20))) {
    throw new EncodingError("act, terms: the bytes above the voter number are not zero");
  }
  return {
    kind: at(packed, 0),
    channel: at(packed, 1),
    class_: toNumber(packed.subarray(2, 4)),
    epoch: toNumber(packed.subarray(4, 6)),
    revision: toNumber(packed.subarray(6, 8)),
    voter: toNumber(packed.subarray(20, 24)),
    weight: toBig(packed.subarray(24, 32)),
  };
}

export function sameTerms(one: Terms, other: Terms): boolean {
  return (
    one.voter === other.voter &&
    one.weight === other.weight &&
    one.class_ === other.class_ &&
    one.epoch === other.epoch &&
    one.revision === other.revision &&
    one.kind === other.kind &&
    one.channel === other.channel
  );
}

/** The leaf of a batch's tree. */
export function leafOf(act: Act): Bytes {
  return keccak(LEAF, packTerms(act.terms), act.content);
}

/** The hash that stands for the act in slots and seals. */
export function actHash(act: Act): Bytes {
  return keccak(ACT, packTerms(act.terms), act.content, act.escrow);
}

/** The state bits of a slot. */
export const State = { hasFirst: 1, hasAct: 2, actIsBallot: 4, settled: 8 } as const;

/** What the contract keeps of a voter beyond the bit of the first; `act` is 200 bits. */
export interface Slot {
  readonly minimumEpoch: number;
  readonly epoch: number;
  readonly revision: number;
  readonly state: number;
  readonly act: bigint;
}

export const EMPTY_SLOT: Slot = { minimumEpoch: 0, epoch: 0, revision: 0, state: 0, act: 0n };

/** The slot's word in storage. */
export function packSlot(slot: Slot): bigint {
  return (
    (BigInt(slot.minimumEpoch) << 240n) |
    (BigInt(slot.epoch) << 224n) |
    (BigInt(slot.revision) << 208n) |
    (BigInt(slot.state) << 200n) |
    slot.act
  );
}

/** The slot after an act outranked what was recorded. */
export function slotAfter(slot: Slot, act: Act, hasFirst: boolean): Slot {
  return {
    minimumEpoch: slot.minimumEpoch,
    epoch: act.terms.epoch,
    revision: act.terms.revision,
    state: State.hasAct | (hasFirst ? State.hasFirst : 0) | (isBallot(act) ? State.actIsBallot : 0),
    act: toBig(actHash(act)) & ACT_BITS,
  };
}

/** The root of a batch's tree: a level's odd last node moves up unchanged (section 7). */
export function batchRoot(leaves: readonly Bytes[]): Bytes {
  let level = leaves;
  while (level.length > 1) {
    const parents: Bytes[] = [];
    for (let place = 0; place + 1 < level.length; place += 2) {
      parents.push(keccak(at(level, place), at(level, place + 1)));
    }
    if (level.length % 2 === 1) parents.push(at(level, level.length - 1));
    level = parents;
  }
  return at(level, 0);
}

/** The seals of a batch's firsts: H of their act hashes in a sealed election, else zero. */
export function sealsOf(firsts: readonly Act[], sealed: boolean): Bytes {
  return sealed ? keccak(joined(firsts.map(actHash))) : ZERO_WORD;
}

/** What storage keeps of a batch. */
export function batchRecord(root: Bytes, seals: Bytes): bigint {
  return toBig(keccak(root, seals));
}

/** The slot of `key` in the mapping declared at `base`. */
export function mappingSlot(base: number | bigint, key: number | bigint): bigint {
  return toBig(keccak(word(key), word(base)));
}
