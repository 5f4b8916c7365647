/** One election read from one node at one block: state with proofs, logs, transactions, headers. */

import { checksum } from "../chain/address.ts";
import {
  at,
  type Bytes,
  concat,
  equal,
  hashName,
  hex,
  readHex,
  utf8,
  word,
} from "../chain/bytes.ts";
import { Untrustworthy } from "../chain/errors.ts";
import { type Header, mayHold } from "../chain/header.ts";
import type { Log } from "../chain/log.ts";
import { ChainMoved, fetchHeaders, receiptsHold, transactionOf } from "../chain/nodeblocks.ts";
import { fetchLogs } from "../chain/nodelogs.ts";
import { readArray, readData, readQuantity, tellField, toQuantity } from "../chain/quantities.ts";
import { NodeRefused, type Rpc } from "../chain/rpc.ts";
import { type StateProof, verifyState } from "../chain/state.ts";
import { Nodes } from "../chain/trie.ts";
import { Kind, mappingSlot, orderOf } from "./acts.ts";
import { ELECTION, fixedAddresses, MODULES, parseClone, WIDE_MODULE } from "./artifacts.ts";
import { decodeLogs } from "./decoding.ts";
import { EncodingFault, UnknownElection } from "./errors.ts";
import type { Told } from "./evidence.ts";
import type { LiveOptions } from "./live.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";
import type { Step } from "./progress.ts";
import {
  bitmapsInUse,
  bitmapWords,
  FIXED_SLOTS,
  Place,
  strataInUse,
  tallySlot,
} from "./storage.ts";
import { say, type Text } from "./text.ts";

/** The longest run of headers that is read whole, so that every block time is proven. */
const LINKED_BLOCKS = 5_000;
const SLOTS_AT_ONCE = 200;
const MOST_SUSPECTS = 200;
const PROOFS_ASKED = 3;
const PROOF_PAUSE = 50;
const RESULT = hashName(utf8("result(uint256)")).slice(0, 10);

/** Reads one election from one node at one block. */
export class NodeReader {
  readonly #rpc: Rpc;
  readonly #election: Bytes;
  readonly #header: Header;
  readonly #fromBlock: number;
  readonly #tell: (step: Step) => void;
  readonly #nodes = new Nodes();

  constructor(rpc: Rpc, election: Bytes, header: Header, options: LiveOptions) {
    this.#rpc = rpc;
    this.#election = election;
    this.#header = header;
    this.#fromBlock = options.fromBlock ?? 0;
    this.#tell = options.tell ?? (() => undefined);
  }

  get #block(): string {
    return toQuantity(this.#header.number);
  }

  async read(): Promise<Told> {
    const rpc = this.#rpc;
    const header = this.#header;
    const clone = await this.#codeAt(this.#election);
    const [implementation, manifest] = this.#parse(clone);
    const logs = await this.logs();
    const headers = await this.#headers(logs);
    const code = await this.#code(clone, implementation);
    const proofs = await this.#storage(manifest, logs);
    for (const address of code.keys()) {
      if (address !== hex(this.#election)) proofs.push(await this.#proof(readHex(address), []));
    }
    const block = `${header.number} (${hex(header.hash)})`;
    return {
      chainId: readQuantity(await rpc.call("eth_chainId"), "eth_chainId"),
      election: hex(this.#election),
      header,
      source: say(`block ${block} of ${rpc.name}`, `${rpc.name}의 블록 ${block}`),
      client: await this.#client(),
      proofs,
      code,
      logs,
      transactions: await this.#transactions(logs),
      headers,
      disagreements: await this.#withheld(headers, logs),
      views: await this.#views(manifest.items.length),
    };
  }

  /** The election's logs up to the block. */
  async logs(): Promise<Log[]> {
    const { number } = this.#header;
    return await fetchLogs(this.#rpc, hex(this.#election), this.#fromBlock, number, (done) =>
      this.#progress(done, number - this.#fromBlock),
    );
  }

  #progress(done: number, total: number): void {
    this.#tell({ stage: "read", done, total });
  }

  async #codeAt(address: Bytes): Promise<Bytes> {
    return readData(await this.#rpc.call("eth_getCode", hex(address), this.#block), "eth_getCode");
  }

  async #client(): Promise<string> {
    try {
      const client = await this.#rpc.call("web3_clientVersion");
      return typeof client === "string" ? client : "";
    } catch (error) {
      if (error instanceof NodeRefused) return "";
      throw error;
    }
  }

  #parse(code: Bytes): [implementation: Bytes, manifest: Manifest] {
    const shown = checksum(this.#election);
    const clone = parseClone(code);
    if (clone === undefined) {
      throw new UnknownElection(
        say(
          `there is no Hanpyo election at ${shown} on ${this.#rpc.name}: check address and chain`,
          `${this.#rpc.name}의 ${shown}에는 한표 투표가 없습니다. 주소와 체인을 확인하세요`,
        ),
      );
    }
    try {
      return [clone[0], decodeManifest(clone[1])];
    } catch (error) {
      if (!(error instanceof EncodingFault)) throw error;
      throw new UnknownElection(
        say(
          `what stands at ${shown} is no election that this version reads: ${error.message}`,
          `${shown}에 있는 것은 이 버전이 읽을 수 있는 투표가 아닙니다: ${error.text.ko}`,
        ),
      );
    }
  }

  /** The code of the election, its implementation, its modules and their verifiers. */
  async #code(clone: Bytes, implementation: Bytes): Promise<Map<string, Bytes>> {
    const code = new Map([[hex(this.#election), clone]]);
    const add = async (address: Bytes): Promise<Bytes> => {
      const name = hex(address);
      const known = code.get(name) ?? (await this.#codeAt(address));
      code.set(name, known);
      return known;
    };
    const fixed = fixedAddresses(ELECTION, await add(implementation));
    if (fixed.length !== MODULES.length) return code;
    for (const [place, address] of fixed.entries()) {
      const own = place === 0 ? implementation : address;
      const found = await add(own);
      if (at(MODULES, place) !== WIDE_MODULE) continue;
      for (const verifier of fixedAddresses(WIDE_MODULE, found)) await add(verifier);
    }
    return code;
  }

  async #storage(manifest: Manifest, logs: readonly Log[]): Promise<StateProof[]> {
    const first = await this.#proof(this.#election, FIXED_SLOTS);
    const [, fixed] = verifyState(first, this.#header.stateRoot, this.#nodes);
    const wanted = derivedSlots(manifest, fixed, logs);
    const proofs = [first];
    for (let start = 0; start < wanted.length; start += SLOTS_AT_ONCE) {
      const group = wanted.slice(start, start + SLOTS_AT_ONCE);
      proofs.push(await this.#proof(this.#election, group));
      this.#progress(start, wanted.length);
    }
    return proofs;
  }

  /**
   * The proof of an account and some slots (EIP-1186), verified against the header.
   *
   * A node that makes a block at that moment may prove the state after it (anvil does), so what does
   * not verify is asked for three times.
   */
  async #proof(address: Bytes, slots: readonly bigint[]): Promise<StateProof> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#askProof(address, slots);
      } catch (error) {
        if (!(error instanceof Untrustworthy) || attempt === PROOFS_ASKED) throw error;
        await new Promise((resume) => setTimeout(resume, PROOF_PAUSE));
      }
    }
  }

  async #askProof(address: Bytes, slots: readonly bigint[]): Promise<StateProof> {
    const keys = slots.map((slot) => hex(word(slot)));
    const found = await this.#rpc.call("eth_getProof", hex(address), keys, this.#block);
    const answers = readArray(tellField(found, "storageProof"), "storageProof");
    if (answers.length !== slots.length) {
      throw new Untrustworthy(
        `${slots.length} slots were asked for, ${answers.length} were answered`,
      );
    }
    const nodes = (value: unknown) =>
      readArray(value, "proof").map((node) => readData(node, "proof"));
    const proof: StateProof = {
      address: hex(address),
      nodes: nodes(tellField(found, "accountProof")),
      slots: slots.map((slot, place) => [slot, nodes(tellField(answers[place], "proof"))] as const),
    };
    verifyState(proof, this.#header.stateRoot, this.#nodes);
    return proof;
  }

  async #transactions(logs: readonly Log[]) {
    const names = [...new Set(logs.map((log) => log.transaction))];
    const calls = names.map((name) => ({ method: "eth_getTransactionByHash", params: [name] }));
    const found = await this.#rpc.results(calls, (done) => this.#progress(done, names.length));
    const entries = names.flatMap((name, place) => {
      const told = found[place];
      const transaction = told === null ? undefined : transactionOf(told);
      return transaction === undefined ? [] : [[name, transaction] as const];
    });
    return new Map(entries);
  }

  async #headers(logs: readonly Log[]): Promise<Map<number, Header>> {
    const trusted = this.#header;
    const used = [...new Set(logs.map((log) => log.block))].sort((one, other) => one - other);
    const [first] = used;
    const isShort = first !== undefined && trusted.number - first < LINKED_BLOCKS;
    const numbers = isShort
      ? Array.from({ length: trusted.number - first + 1 }, (_, place) => first + place)
      : used;
    const headers = await fetchHeaders(this.#rpc, numbers, (done) =>
      this.#progress(done, numbers.length),
    );
    headers.forEach((child, place) => {
      const parent = headers[place - 1];
      if (!isShort || parent === undefined || equal(child.parentHash, parent.hash)) return;
      throw new ChainMoved(`block ${child.number} does not follow block ${parent.number}`);
    });
    const found = new Map(headers.map((header) => [header.number, header]));
    return found.set(trusted.number, trusted);
  }

  /**
   * Blocks whose receipts hold events of the election although the node told none of them.
   *
   * A bloom that allows the election's address is settled by the block's receipts, unless too many
   * blocks are so crowded that their blooms allow everything.
   */
  async #withheld(headers: ReadonlyMap<number, Header>, logs: readonly Log[]): Promise<Text[]> {
    const told = new Set(logs.map((log) => log.block));
    const suspects = [...headers.values()]
      .filter((header) => !told.has(header.number) && mayHold(header, this.#election))
      .sort((one, other) => one.number - other.number);
    if (suspects.length > MOST_SUSPECTS) return [];
    const found: Text[] = [];
    for (const header of suspects) {
      if ((await receiptsHold(this.#rpc, header, this.#election)) !== true) continue;
      found.push(
        say(
          `block ${header.number} holds events of the election that ${this.#rpc.name} withheld`,
          `블록 ${header.number}에 있는 이 투표의 이벤트를 ${this.#rpc.name}이 숨겼습니다`,
        ),
      );
    }
    return found;
  }

  /** The contract's own answer to `result(item)` for each item that it answers. */
  async #views(items: number): Promise<Map<number, Bytes>> {
    const to = hex(this.#election);
    const calls = Array.from({ length: items }, (_, item) => ({
      method: "eth_call",
      params: [{ to, data: hex(concat(readHex(RESULT), word(item))) }, this.#block],
    }));
    const outcomes = await this.#rpc.batch(calls);
    return new Map(
      outcomes.flatMap((outcome, item) =>
        outcome instanceof NodeRefused ? [] : [[item, readData(outcome, "eth_call")] as const],
      ),
    );
  }
}

/** All further slots that an audit reads, given the fixed ones and the logs. */
function derivedSlots(
  manifest: Manifest,
  fixed: ReadonlyMap<bigint, bigint>,
  logs: readonly Log[],
): bigint[] {
  const batches = new Set<number>();
  const seen = new Set<number>();
  const later = new Set<number>();
  for (const { event } of decodeLogs(logs, manifest.choicesLength)[0]) {
    if (event.kind === "BatchRecorded") batches.add(event.number);
    else if (event.kind === "Rebound") later.add(event.voter);
    else if (event.kind === "Recorded") {
      const isPlain = orderOf(event.terms) === 0 && event.terms.kind === Kind.ballot;
      if (seen.has(event.voter) || !isPlain) later.add(event.voter);
      seen.add(event.voter);
    }
  }
  const slotOf = (place: number) => fixed.get(BigInt(place)) ?? 0n;
  const bitmaps = bitmapsInUse(slotOf(Place.progress), slotOf(Place.counters));
  const indices = Array.from({ length: bitmapWords(manifest) }, (_, index) => index);
  const { words, planes } = manifest.layout;
  const cells = Array.from({ length: words * planes }, (_, index) => index);
  return [
    ...bitmaps.flatMap((base) => indices.map((index) => mappingSlot(base, index))),
    ...[...batches].map((number) => mappingSlot(Place.batches, number)),
    ...[...later].map((voter) => mappingSlot(Place.slots, voter)),
    ...strataInUse(fixed).flatMap((stratum) => [
      mappingSlot(Place.turnout, stratum),
      ...cells.map((index) => tallySlot(stratum, index)),
    ]),
  ];
}
