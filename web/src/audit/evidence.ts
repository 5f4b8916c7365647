/**
 * What one audit reads, all of it bound to one block: state by proof, code by its hash.
 *
 * Logs and transactions are as the source tells them; the checks hold them against the state.
 */

import { checksum } from "../chain/address.ts";
import { type Bytes, equal, hex, readHex } from "../chain/bytes.ts";
import type { Header } from "../chain/header.ts";
import type { Log } from "../chain/log.ts";
import { type Account, type StateProof, verifyState } from "../chain/state.ts";
import type { Transaction } from "../chain/transaction.ts";
import { Nodes } from "../chain/trie.ts";
import { parseClone } from "./artifacts.ts";
import { decodeLogs } from "./decoding.ts";
import { AuditImpossible, UnknownElection } from "./errors.ts";
import type { Entry } from "./events.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";
import { say, type Text } from "./text.ts";

/** The chain ids that an embedded chain draws from. */
const DRAWN_FROM = 2n ** 49n;
const DRAWN_BELOW = 2n ** 49n + 2n ** 50n;

/** Evidence as a source gives it. Addresses and hashes that name things are lower-case text. */
export interface Told {
  readonly chainId: bigint;
  readonly election: string;
  readonly header: Header;
  /** Whom the block hash was taken from, in words. */
  readonly source: Text;
  readonly client: string;
  readonly proofs: readonly StateProof[];
  readonly code: ReadonlyMap<string, Bytes>;
  readonly logs: readonly Log[];
  readonly transactions: ReadonlyMap<string, Transaction>;
  readonly headers: ReadonlyMap<number, Header>;
  /** Differences between several nodes, or what one withheld. */
  readonly disagreements: readonly Text[];
  /** The contract's own answers to `result(item)`, where it could be asked. */
  readonly views: ReadonlyMap<number, Bytes>;
}

/** Evidence with what follows from it; building it validates clone, manifest and every proof. */
export class Evidence {
  readonly told: Told;
  readonly implementation: Bytes;
  readonly manifestBytes: Bytes;
  readonly manifest: Manifest;
  readonly entries: readonly Entry[];
  readonly strange: readonly (readonly [Log, string])[];
  #state: [Map<string, Account>, Map<bigint, bigint>] | undefined;

  /** Throws `UnknownElection` where no election's code stands at the address. */
  constructor(told: Told) {
    this.told = told;
    const clone = parseClone(this.codeOf(told.election));
    if (clone === undefined) throw unknown(told.election, "");
    [this.implementation, this.manifestBytes] = clone;
    try {
      this.manifest = decodeManifest(this.manifestBytes);
    } catch (error) {
      throw unknown(told.election, error instanceof Error ? `: ${error.message}` : "");
    }
    [this.entries, this.strange] = decodeLogs(told.logs, this.manifest.choicesLength);
  }

  /** The code at an address as the source tells it, empty where it tells none. */
  codeOf(address: string): Bytes {
    return this.told.code.get(address) ?? new Uint8Array(0);
  }

  /** The proven hash of the code at an address. */
  codeHash(address: string): Bytes {
    const account = this.#proven()[0].get(address);
    if (account === undefined) {
      const shown = checksum(readHex(address));
      throw new AuditImpossible(
        say(
          `the evidence lacks the proof of the account ${shown}`,
          `증거에 계정 ${shown}의 증명이 없습니다`,
        ),
      );
    }
    return account.codeHash;
  }

  /** The election's proven storage slots. */
  get storage(): ReadonlyMap<bigint, bigint> {
    return this.#proven()[1];
  }

  /** The value of a storage slot; throws `AuditImpossible` when the evidence lacks it. */
  slot(number: bigint | number): bigint {
    const value = this.storage.get(BigInt(number));
    if (value === undefined) {
      const shown = `0x${BigInt(number).toString(16).padStart(64, "0")}`;
      throw new AuditImpossible(
        say(
          `the evidence lacks the election's storage slot ${shown}: it is incomplete`,
          `증거에 저장 칸 ${shown}이 없어 온전하지 않습니다`,
        ),
      );
    }
    return value;
  }

  /** The timestamp of a block, undefined where the evidence has no header of it. */
  timeOf(block: number): bigint | undefined {
    return this.told.headers.get(block)?.timestamp;
  }

  /** Whether the headers lead without a gap from the first log's block to the trusted one. */
  get isLinked(): boolean {
    const { header, headers, logs } = this.told;
    if (logs.length === 0) return true;
    const first = logs.reduce((least, log) => Math.min(least, log.block), header.number);
    let expected = header.hash;
    for (let number = header.number; number >= first; number--) {
      const own = headers.get(number);
      if (own === undefined || own.number !== number || !equal(own.hash, expected)) return false;
      expected = own.parentHash;
    }
    return true;
  }

  /** Whether the chain is an embedded one, which its operator controls. */
  get isEmbedded(): boolean {
    const { chainId, client } = this.told;
    const isDrawn = DRAWN_FROM <= chainId && chainId < DRAWN_BELOW;
    return isDrawn || client.toLowerCase().startsWith("anvil");
  }

  #proven(): [Map<string, Account>, Map<bigint, bigint>] {
    if (this.#state !== undefined) return this.#state;
    const accounts = new Map<string, Account>();
    const storage = new Map<bigint, bigint>();
    const nodes = new Nodes();
    for (const proof of this.told.proofs) {
      const [account, values] = verifyState(proof, this.told.header.stateRoot, nodes);
      accounts.set(proof.address, account);
      if (proof.address !== this.told.election) continue;
      for (const [slot, value] of values) storage.set(slot, value);
    }
    this.#state = [accounts, storage];
    return this.#state;
  }
}

function unknown(election: string, why: string): UnknownElection {
  const shown = checksum(readHex(election));
  return new UnknownElection(
    say(
      `there is no Hanpyo election at ${shown}${why}`,
      `${shown}에는 이 프로그램이 읽을 수 있는 한표 투표가 없습니다${why}`,
    ),
  );
}

/** Whether two logs say the same. */
export function sameLog(one: Log, other: Log): boolean {
  return (
    one.block === other.block &&
    one.index === other.index &&
    one.transaction === other.transaction &&
    equal(one.blockHash, other.blockHash) &&
    equal(one.data, other.data) &&
    one.topics.map(hex).join() === other.topics.map(hex).join()
  );
}
