/** Sealed ballots: the secret is the trustees', every escrow decrypted, every opening compared. */

import { BN254, decompress } from "../chain/bn254.ts";
import { at, type Bytes, concat, equal, hex, keccak, padded, tag, word } from "../chain/bytes.ts";
import type { Point } from "../chain/curve.ts";
import type { Domain } from "../protocol/domain.ts";
import type { Act } from "./acts.ts";
import { ESCROW_HEAD } from "./events.ts";
import type { Findings } from "./findings.ts";
import type { Work } from "./progress.ts";
import type { Replay } from "./replay.ts";
import { say, type Text } from "./text.ts";

const CHECK = "openings";
/** Points multiplied together, so that they share one inversion. */
const TOGETHER = 32;

const SALT = tag("salt");
const STREAM = tag("stream");
const ENVELOPE = tag("envelope");

const FAULTS = {
  length: say("the escrow has the wrong length", "개표용 봉투의 길이가 다릅니다"),
  point: say(
    "the escrow does not start with a point of the group",
    "개표용 봉투가 곡선의 점으로 시작하지 않습니다",
  ),
  envelope: say(
    "the choices and salt in the escrow do not give the envelope",
    "개표용 봉투 속의 선택이 봉투와 맞지 않습니다",
  ),
} as const;

interface Sealed {
  readonly voter: number;
  readonly act: Act;
  readonly escrow: Bytes;
}

/** Hold the key, every opening and every void of a sealed election against the escrows. */
export function* checkOpenings(
  trusteeKey: Point,
  replay: Replay,
  domain: Domain,
  findings: Findings,
): Work<void> {
  const secret = replay.key?.secret;
  if (secret === undefined) {
    const text = say("the trustees' key is not released", "개표 열쇠가 아직 공개되지 않았습니다");
    findings.note(CHECK, text);
  } else if (secret <= 0n || secret >= BN254.order) {
    const text = say(
      "the released secret is no key of the group",
      "공개된 값이 개표 열쇠가 될 수 없습니다",
    );
    findings.fail(CHECK, text);
  } else if (!samePoint(at(BN254.multiplyAll(secret, [BN254.generator]), 0), trusteeKey)) {
    const text = say(
      "the released secret is not that of the trustees' key",
      "공개된 값이 개표 참관인들의 열쇠가 아닙니다",
    );
    findings.fail(CHECK, text);
  } else yield* new Openings(secret, replay, domain, findings).check();
}

function samePoint(one: Point, other: Point): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

/** All live ballots of a sealed election whose key is out. */
class Openings {
  readonly #secret: bigint;
  readonly #replay: Replay;
  readonly #context: Bytes;
  readonly #findings: Findings;

  constructor(secret: bigint, replay: Replay, domain: Domain, findings: Findings) {
    this.#secret = secret;
    this.#replay = replay;
    this.#context = concat(word(domain.chainId), padded(domain.election));
    this.#findings = findings;
  }

  *check(): Work<void> {
    const { record } = this.#replay;
    const voters = [...new Set([...record.firsts.keys(), ...record.acts.keys()])].sort(
      (one, other) => one - other,
    );
    for (let start = 0; start < voters.length; start += TOGETHER) {
      this.#checkVoters(voters.slice(start, start + TOGETHER));
      yield { stage: "openings", done: start, total: voters.length };
    }
  }

  #checkVoters(voters: readonly number[]): void {
    const ballots = voters.map((voter) => this.#sealed(voter));
    const points = ballots.map((ballot) =>
      ballot === undefined ? undefined : decompress(ballot.escrow.subarray(0, ESCROW_HEAD)),
    );
    const shared = BN254.multiplyAll(
      this.#secret,
      points.filter((point) => point !== undefined),
    );
    let next = 0;
    ballots.forEach((ballot, place) => {
      const point = points[place];
      if (ballot === undefined) return;
      if (point === undefined) this.#checkBad(ballot.voter, FAULTS.point);
      else this.#checkBallot(ballot, point, at(shared, next++));
    });
  }

  /** The live ballot of a voter with its escrow. */
  #sealed(voter: number): Sealed | undefined {
    const live = this.#replay.record.liveAct(voter);
    if (live === undefined) return undefined;
    const ballot = this.#replay.ballot(live);
    if (ballot?.escrow === undefined) {
      const text = say(
        "no event holds the escrow of the live ballot",
        "유효한 표의 개표용 봉투가 어느 이벤트에도 없습니다",
      );
      this.#fail(text, voter);
      return undefined;
    }
    return { voter, act: ballot.act, escrow: ballot.escrow };
  }

  /** One live ballot: opened as its escrow says, or bad and voided. */
  #checkBallot(ballot: Sealed, commitment: Point, shared: Point): void {
    const { voter } = ballot;
    const { opened, voided } = this.#replay.record;
    const found = this.#choicesIn(ballot, commitment, shared);
    if ("en" in found) {
      this.#checkBad(voter, found);
      return;
    }
    this.#findings.count("escrows");
    const told = opened.get(voter);
    if (voided.has(voter)) {
      const text = say(
        "voided, although its escrow is good",
        "무효가 되었으나 개표용 봉투는 올바릅니다",
      );
      this.#fail(text, voter);
    } else if (told === undefined) this.#missing(say("not opened", "개표되지 않았습니다"), voter);
    else if (!equal(told, found)) {
      const text = say(
        `opened as ${hex(told)}, its escrow holds ${hex(found)}`,
        `${hex(told)}로 개표되었으나 봉투 속은 ${hex(found)}입니다`,
      );
      this.#fail(text, voter);
    }
  }

  /** The choices in an escrow, or why it is bad (docs/protocol.md section 6). */
  #choicesIn({ voter, act, escrow }: Sealed, commitment: Point, shared: Point): Bytes | Text {
    const length = this.#replay.evidence.manifest.choicesLength;
    if (escrow.length !== ESCROW_HEAD + length) return FAULTS.length;
    const { epoch, revision } = act.terms;
    const position = concat(this.#context, word(voter), word(epoch), word(revision));
    const points = [...shared, ...commitment].map((coordinate) => word(coordinate));
    const material = concat(...points, position);
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
      keccak(STREAM, material, word(block)),
    );
    const stream = concat(...blocks);
    const choices = escrow.subarray(ESCROW_HEAD).map((byte, place) => byte ^ at(stream, place));
    const envelope = keccak(ENVELOPE, position, keccak(choices), keccak(SALT, material));
    return equal(envelope, act.content) ? choices : FAULTS.envelope;
  }

  #checkBad(voter: number, fault: Text): void {
    const { opened, voided } = this.#replay.record;
    this.#findings.count("bad escrows");
    if (voided.has(voter)) {
      const text = say(`voided: ${fault.en}`, `무효: ${fault.ko}`);
      this.#findings.note(CHECK, text, { voter });
      return;
    }
    const [en, ko] = opened.has(voter)
      ? ["opened", "개표되었고"]
      : ["not opened", "개표되지 않았고"];
    const text = say(
      `${en} and not voided, although ${fault.en}`,
      `${ko} 무효도 아닙니다. 그러나 ${fault.ko}`,
    );
    this.#missing(text, voter);
  }

  /** Something still to be done before certification, and a failure after it. */
  #missing(text: Text, voter: number): void {
    if (this.#replay.record.certified) this.#fail(text, voter);
    else this.#findings.count("pending openings");
  }

  #fail(text: Text, voter: number): void {
    this.#findings.fail(CHECK, text, { voter });
  }
}
