/** The election's logs decoded strictly: what is not exactly what the contract emits is no event. */

import {
  at,
  type Bytes,
  concat,
  EncodingError,
  hashName,
  hex,
  isZero,
  keccak,
  toBig,
  toNumber,
  utf8,
  ZERO_WORD,
} from "../chain/bytes.ts";
import type { Log } from "../chain/log.ts";
import { type Terms, unpackTerms } from "./acts.ts";
import { type Entry, ESCROW_HEAD, type Event } from "./events.ts";

const WORD = 32;

/** The events of the logs in order, and the logs that are none with the reason. */
export function decodeLogs(
  logs: readonly Log[],
  choicesLength: number,
): [entries: Entry[], strange: [Log, string][]] {
  const entries: Entry[] = [];
  const strange: [Log, string][] = [];
  for (const log of logs) {
    try {
      entries.push({ event: decodeLog(log, choicesLength), log });
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      strange.push([log, error.message]);
    }
  }
  return [entries, strange];
}

function decodeLog(log: Log, choicesLength: number): Event {
  const [topic] = log.topics;
  const known = topic === undefined ? undefined : FORMS.get(hex(topic));
  if (known === undefined) throw new EncodingError("no event of an election has this topic");
  const { name, bits, decode } = known;
  if (log.topics.length !== (bits === 0 ? 1 : 2)) {
    throw new EncodingError(`${name} has ${log.topics.length} topics`);
  }
  try {
    return decode(new Arguments(log, bits, choicesLength));
  } catch (error) {
    if (error instanceof EncodingError) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** The arguments of a log: the indexed one, then the data as words. */
class Arguments {
  readonly data: Bytes;
  readonly length: number;
  readonly indexedWord: Bytes;
  readonly indexed: number;

  constructor(log: Log, bits: number, length: number) {
    this.data = log.data;
    this.length = length;
    this.indexedWord = log.topics[1] ?? ZERO_WORD;
    this.indexed = bits === 32 ? toNumber(fits(this.indexedWord, 4)) : 0;
  }

  /** All words, of which there are exactly `count`. */
  words(count: number): Bytes[] {
    if (this.data.length !== WORD * count) {
      throw new EncodingError(`${this.data.length} bytes of data instead of ${WORD * count}`);
    }
    return Array.from({ length: count }, (_, place) => this.word(place));
  }

  word(place: number): Bytes {
    return this.data.subarray(WORD * place, WORD * place + WORD);
  }

  /** The integer at `place` of exactly `count` words, in at most `size` bytes. */
  number(place: number, count: number, size: number): number {
    return toNumber(fits(at(this.words(count), place), size));
  }

  /** The one dynamic argument, whose offset stands at `place`, the last head word. */
  tail(place: number): Bytes {
    const offset = WORD * place + WORD;
    const start = offset + WORD;
    const isSized = this.data.length >= start && toBig(this.word(place)) === BigInt(offset);
    const length = isSized ? toBig(this.word(place + 1)) : 0n;
    const end = BigInt(start) + length;
    const isExact =
      isSized &&
      BigInt(this.data.length) === BigInt(start) + ((length + 31n) / 32n) * 32n &&
      isZero(this.data.subarray(Number(end)));
    if (!isExact) {
      throw new EncodingError("the bytes in the data are not encoded as the contract does");
    }
    return this.data.subarray(start, Number(end));
  }

  /** The only argument is the indexed one. */
  nothing(): this {
    this.words(0);
    return this;
  }

  /** The terms in a word, of the voter in the topic. */
  terms(packed: Bytes): Terms {
    const terms = unpackTerms(packed);
    if (terms.voter !== this.indexed) {
      throw new EncodingError(
        `the terms name voter ${terms.voter}, the topic voter ${this.indexed}`,
      );
    }
    return terms;
  }

  /** Words that hold `length` bytes and zeros behind. */
  cut(data: Bytes, length: number): Bytes {
    if (data.length < length || !isZero(data.subarray(length))) {
      throw new EncodingError(`the padding behind ${length} bytes is not zero`);
    }
    return data.subarray(0, length);
  }
}

function fits(word: Bytes, size: number): Bytes {
  const high = WORD - size;
  if (!isZero(word.subarray(0, high))) {
    throw new EncodingError(`${toBig(word)} does not fit ${8 * size} bits`);
  }
  return word.subarray(high);
}

function sealed(told: Arguments, key: Bytes, envelope: Bytes, escrow: Bytes, terms: Bytes): Event {
  const own = told.terms(terms);
  return {
    kind: "Recorded",
    voter: own.voter,
    terms: own,
    key,
    content: envelope,
    escrow,
    escrowHash: keccak(escrow),
    choices: undefined,
  };
}

function open(told: Arguments, key: Bytes, choices: Bytes | undefined, terms: Bytes): Event {
  const own = told.terms(terms);
  return {
    kind: "Recorded",
    voter: own.voter,
    terms: own,
    key,
    content: choices === undefined ? ZERO_WORD : keccak(choices),
    escrow: undefined,
    escrowHash: ZERO_WORD,
    choices,
  };
}

function readSealed(told: Arguments): Event {
  const [terms, key, envelope, first, second] = told.words(5) as [
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
  ];
  const escrow = told.cut(concat(first, second), ESCROW_HEAD + told.length);
  return sealed(told, key, envelope, escrow, terms);
}

function readLongSealed(told: Arguments): Event {
  const escrow = told.tail(3);
  if (escrow.length !== ESCROW_HEAD + told.length) {
    throw new EncodingError(`an escrow of ${escrow.length} bytes`);
  }
  return sealed(told, told.word(1), told.word(2), escrow, told.word(0));
}

function readCast(told: Arguments): Event {
  const [terms, key, choices] = told.words(3) as [Bytes, Bytes, Bytes];
  return open(told, key, told.cut(choices, told.length), terms);
}

function readLongCast(told: Arguments): Event {
  const choices = longChoices(told, 2);
  return open(told, told.word(1), choices, told.word(0));
}

function readWithdrawn(told: Arguments): Event {
  const [terms, key] = told.words(2) as [Bytes, Bytes];
  return open(told, key, undefined, terms);
}

function longChoices(told: Arguments, place: number): Bytes {
  const choices = told.tail(place);
  if (choices.length !== told.length) {
    throw new EncodingError(`choices of ${choices.length} bytes`);
  }
  return choices;
}

function readBatch(told: Arguments): Event {
  const [root, seals, firsts] = told.words(3) as [Bytes, Bytes, Bytes];
  return {
    kind: "BatchRecorded",
    number: told.indexed,
    root,
    seals,
    firsts: toNumber(fits(firsts, 4)),
  };
}

function readReleased(told: Arguments): Event {
  const [secret, lost] = told.words(2) as [Bytes, Bytes];
  if (toBig(lost) > 1n) throw new EncodingError(`${toBig(lost)} does not fit 1 bits`);
  return { kind: "KeyReleased", secret: toBig(secret), lost: toBig(lost) === 1n };
}

function readCertified(told: Arguments): Event {
  const [ballots, weight, voided] = told.words(3) as [Bytes, Bytes, Bytes];
  return {
    kind: "Certified",
    ballots: toNumber(fits(ballots, 4)),
    weight: toBig(weight),
    voided: toNumber(fits(voided, 4)),
  };
}

interface Form {
  readonly name: string;
  /** Bits of the indexed argument; 0: there is none. */
  readonly bits: number;
  readonly decode: (told: Arguments) => Event;
}

const FORMS: ReadonlyMap<string, Form> = new Map(
  (
    [
      ["TextPublished(string)", 0, (told) => ({ kind: "TextPublished", text: told.tail(0) })],
      [
        "RollPublished(uint32,bytes)",
        32,
        (told) => ({ kind: "RollPublished", first: told.indexed, entries: told.tail(0) }),
      ],
      [
        "ElectionFrozen(bytes32)",
        256,
        (told) => ({ kind: "Frozen", manifestHash: told.nothing().indexedWord }),
      ],
      [
        "ElectionCancelled()",
        0,
        (told) => {
          told.nothing();
          return { kind: "Cancelled" };
        },
      ],
      ["BallotSealed(uint32,uint256,bytes32,bytes32,bytes32,bytes32)", 32, readSealed],
      ["LongBallotSealed(uint32,uint256,bytes32,bytes32,bytes)", 32, readLongSealed],
      ["BallotCast(uint32,uint256,bytes32,bytes32)", 32, readCast],
      ["LongBallotCast(uint32,uint256,bytes32,bytes)", 32, readLongCast],
      ["BallotWithdrawn(uint32,uint256,bytes32)", 32, readWithdrawn],
      [
        "BallotSkipped(uint32,bytes32,uint8)",
        32,
        (told) => ({
          kind: "Skipped",
          voter: told.indexed,
          digest: at(told.words(2), 0),
          reason: told.number(1, 2, 1),
        }),
      ],
      ["BatchRecorded(uint32,bytes32,bytes32,uint32)", 32, readBatch],
      [
        "VoterRebound(uint32,uint16)",
        32,
        (told) => ({ kind: "Rebound", voter: told.indexed, epoch: told.number(0, 1, 2) }),
      ],
      [
        "VoterCheckedIn(uint32)",
        32,
        (told) => ({ kind: "CheckedIn", voter: told.nothing().indexed }),
      ],
      [
        "VoterSettled(uint32,uint256)",
        32,
        (told) => ({ kind: "Settled", voter: told.indexed, slot: toBig(at(told.words(1), 0)) }),
      ],
      ["KeyReleased(uint256,bool)", 0, readReleased],
      [
        "BallotOpened(uint32,bytes32)",
        32,
        (told) => ({
          kind: "Opened",
          voter: told.indexed,
          choices: told.cut(at(told.words(1), 0), told.length),
        }),
      ],
      [
        "LongBallotOpened(uint32,bytes)",
        32,
        (told) => ({ kind: "Opened", voter: told.indexed, choices: longChoices(told, 0) }),
      ],
      ["BallotVoided(uint32)", 32, (told) => ({ kind: "Voided", voter: told.nothing().indexed })],
      ["ElectionCertified(uint32,uint256,uint32)", 0, readCertified],
    ] as [string, number, (told: Arguments) => Event][]
  ).map(([signature, bits, decode]) => [
    hashName(utf8(signature)),
    { name: signature.slice(0, signature.indexOf("(")), bits, decode },
  ]),
);
