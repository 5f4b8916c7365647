/**
 * The booth: seals choices, signs acts and hands them in, each at most once.
 *
 * Order of things: the envelope is made and may be shown; once the voter says cast, the act is
 * committed to the device's storage, then signed, then kept with its signature, then sent. A crash
 * between any two of these leaves either nothing sent, or a signed act that is sent again as it is:
 * the service answers the same act the same way each time.
 */

import type { KeptAct, Place, Store } from "../keys/store.ts";
import { type Bytes, equal, hex, keccak, unhex } from "../protocol/bytes.ts";
import { context, type Domain } from "../protocol/domain.ts";
import { HEAD, seal } from "../protocol/escrow.ts";
import { type Manifest, SEALED } from "../protocol/manifest.ts";
import {
  BALLOT,
  type Ballot,
  ballotDigest,
  digest,
  WITHDRAWAL,
  ZERO_WORD,
} from "../protocol/messages.ts";
import { compact, recover } from "../protocol/signatures.ts";
import {
  type Accepted,
  type Api,
  type BallotBody,
  type Credential,
  Refused,
  Unreachable,
} from "./api.ts";

const ENVELOPE = 32;
const HIGHEST = 1023;
const WAITS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** The relay's answer does not hold: it is signed for another ballot, or by nobody. */
export class BrokenPromise extends Error {
  override name = "BrokenPromise";
}

/** The key has used its last revision. */
export class RevisionsExhausted extends Error {
  override name = "RevisionsExhausted";
}

/** A ballot that is sealed and not yet signed; shown or cast, never both. */
export interface Prepared {
  readonly kind: number;
  readonly epoch: number;
  readonly revision: number;
  readonly choices: Bytes;
  readonly payload: Bytes;
  readonly envelope: Bytes | null;
  readonly salt: Bytes | null;
}

/** How an act is signed: by the key of this browser, a wallet, a passkey. */
export interface Signer {
  readonly keyType: number;
  readonly key: string;
  sign(domain: Domain, ballot: Ballot): Promise<{ signature: string; wallet: boolean }>;
}

/** The booth of one voter in one election. */
export class Booth {
  readonly #domain: Domain;
  readonly #manifest: Manifest;
  readonly #place: Place;
  readonly #store: Store;
  readonly #api: Api;

  constructor(domain: Domain, manifest: Manifest, place: Place, store: Store, api: Api) {
    this.#domain = domain;
    this.#manifest = manifest;
    this.#place = place;
    this.#store = store;
    this.#api = api;
  }

  /** Make the ballot of these padded choices at the next revision; signs nothing. */
  async prepare(choices: Bytes, credential: Credential): Promise<Prepared> {
    const { epoch } = credential;
    const revision = await this.#next(epoch);
    const key = this.#manifest.trusteeKey;
    if (this.#manifest.secrecy !== SEALED || key === null) {
      const open = { envelope: null, salt: null };
      return { kind: BALLOT, epoch, revision, choices, payload: choices, ...open };
    }
    const position = {
      context: context(this.#domain),
      voter: this.#place.voter,
      epoch,
      revision,
    };
    const { envelope, escrow, salt } = seal(choices, key, position);
    const payload = new Uint8Array([...envelope, ...escrow]);
    return { kind: BALLOT, epoch, revision, choices, payload, envelope, salt };
  }

  /** An act that takes the voter's ballot back. */
  async withdrawal(credential: Credential): Promise<Prepared> {
    const { epoch } = credential;
    const revision = await this.#next(epoch);
    const sealed = this.#manifest.secrecy === SEALED ? ENVELOPE + HEAD : 0;
    const payload = new Uint8Array(sealed + this.#manifest.choicesLength);
    const empty = { choices: new Uint8Array(0), envelope: null, salt: null };
    return { kind: WITHDRAWAL, epoch, revision, payload, ...empty };
  }

  /**
   * Commit, sign and send; what the relay promised. One tab at a time.
   *
   * Raises `ActedElsewhere`, `StorageBarred`, `Refused` when nothing was taken, `Unreachable` when
   * nobody knows: the signed act is kept, and `resume` sends it again.
   */
  cast(prepared: Prepared, credential: Credential, signer: Signer): Promise<KeptAct> {
    return this.#alone(async () => {
      const { kind, epoch, revision } = prepared;
      const act: KeptAct = {
        ...this.#place,
        epoch,
        revision,
        kind,
        state: "committed",
        at: Math.floor(Date.now() / 1000),
        digest: null,
        body: null,
        promise: null,
      };
      await this.#store.commit(act);
      const signed = await this.#signed(act, prepared, credential, signer);
      await this.#store.note(signed);
      return this.#send(signed);
    });
  }

  /** Send an act again that was signed and not answered. */
  resume(act: KeptAct): Promise<KeptAct> {
    return this.#alone(() => this.#send(act));
  }

  async #signed(
    act: KeptAct,
    prepared: Prepared,
    credential: Credential,
    signer: Signer,
  ): Promise<KeptAct> {
    const ballot = this.#message(prepared);
    const { signature, wallet } = await signer.sign(this.#domain, ballot);
    const body: BallotBody = {
      voter: this.#place.voter,
      epoch: prepared.epoch,
      revision: prepared.revision,
      kind: prepared.kind,
      keyType: signer.keyType,
      key: signer.key,
      wallet,
      signature,
      payload: hex(prepared.payload),
      attestations: credential.attestations,
      chainId: this.#domain.chainId.toString(),
      verifyingContract: hex(this.#domain.election),
    };
    return { ...act, state: "signed", digest: hex(ballotDigest(this.#domain, ballot)), body };
  }

  #message({ kind, epoch, revision, payload, envelope }: Prepared): Ballot {
    const head = { voter: this.#place.voter, epoch, revision, kind };
    if (kind === WITHDRAWAL) {
      return { ...head, content: ZERO_WORD, escrow: ZERO_WORD };
    }
    return envelope === null
      ? { ...head, content: hex(keccak(payload)), escrow: ZERO_WORD }
      : { ...head, content: hex(envelope), escrow: hex(keccak(payload.subarray(ENVELOPE))) };
  }

  async #send(act: KeptAct): Promise<KeptAct> {
    const { body } = act;
    if (body === null) {
      throw new Error("only a signed act is sent");
    }
    try {
      const accepted = await patiently(() => this.#api.post(this.#place.election, body));
      this.#check(act, accepted);
      const kept: KeptAct = { ...act, state: "accepted", promise: accepted.promise };
      await this.#store.note(kept);
      return kept;
    } catch (error) {
      if (error instanceof Refused && !error.passes) {
        await this.#store.note({ ...act, state: "refused" });
      }
      throw error;
    }
  }

  #check(act: KeptAct, { promise }: Accepted): void {
    try {
      const said = digest(this.#domain, "Promise", {
        ballot: act.digest as `0x${string}`,
        includeBy: promise.includeBy,
      });
      const given = unhex(promise.signature);
      const signer = recover(said, given.length === 65 ? compact(given) : given);
      if (promise.ballot === act.digest && equal(signer, unhex(promise.relay))) {
        return;
      }
    } catch (cause) {
      throw new BrokenPromise("the promise is not signed", { cause });
    }
    throw new BrokenPromise("the promise is another ballot's");
  }

  async #next(epoch: number): Promise<number> {
    const last = await this.#store.last(this.#place);
    const { acts } = await this.#api.acts(this.#place.election, this.#place.voter);
    const used = [...acts.map((each) => each.payload), ...(last ? [last] : [])]
      .filter((each) => each.epoch === epoch)
      .map((each) => each.revision);
    const revision = Math.max(-1, ...used) + 1;
    if (revision > HIGHEST) {
      throw new RevisionsExhausted("no revision is left");
    }
    return revision;
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const { election, voter } = this.#place;
    return navigator.locks.request(`hanpyo.${election}.${voter}`, work) as Promise<Result>;
  }
}

/** Ask again, more and more slowly, while nobody knows whether the act arrived. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const wait of WAITS) {
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof Unreachable || (error instanceof Refused && error.passes);
      if (!passing) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return ask();
}
