/** Files that strangers wrote: refused with a reason, never believed, never a crash. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { decodeBundle, demandBlock, readBundle } from "../../src/audit/bundle.ts";
import { BadBundle } from "../../src/audit/errors.ts";
import { hex, keccak } from "../../src/chain/bytes.ts";
import { integerBytes } from "../../src/chain/quantities.ts";
import { encodeRlp } from "../../src/chain/rlp.ts";

const HEADER = encodeRlp([
  ...[32, 32, 20, 32, 32, 32, 256].map((size) => new Uint8Array(size)),
  ...[0n, 7n, 30_000_000n, 0n, 1_800_000_000n].map(integerBytes),
  ...[0, 32, 8].map((size) => new Uint8Array(size)),
]);
const ADDRESS = `0x${"11".repeat(20)}`;

function honest(): Record<string, unknown> {
  return {
    format: "hanpyo-evidence",
    version: 1,
    chainId: 31_337,
    client: "node",
    election: ADDRESS,
    block: { number: 7, hash: hex(keccak(HEADER)), header: hex(HEADER) },
    proofs: [],
    nodes: ["0x80"],
    code: {},
    headers: [],
    logs: [],
    transactions: {},
  };
}

function file(content: unknown): Blob {
  const data = typeof content === "string" ? content : JSON.stringify(content);
  return new Blob([gzipSync(data)]);
}

test("an honest file is read", async () => {
  const told = await readBundle(file(honest()), "evidence.json.gz");
  assert.equal(told.chainId, 31_337n);
  assert.equal(told.header.number, 7);
  assert.match(told.source.en, /evidence\.json\.gz, trusting block 7 0x/);
});

const hostile: readonly (readonly [string, (content: Record<string, unknown>) => void])[] = [
  ["a missing field", (content) => delete content["nodes"]],
  ["another format", (content) => Object.assign(content, { format: "<script>alert(1)</script>" })],
  ["another version", (content) => Object.assign(content, { version: 2 })],
  ["a version that is an object", (content) => Object.assign(content, { version: { a: [] } })],
  ["a chain id beyond exact numbers", (content) => Object.assign(content, { chainId: 1e300 })],
  ["a chain id with a fraction", (content) => Object.assign(content, { chainId: 1.5 })],
  ["a chain id below zero", (content) => Object.assign(content, { chainId: -1 })],
  ["a chain id as text", (content) => Object.assign(content, { chainId: "31337" })],
  [
    "a block of another number",
    (content) => Object.assign(content, { block: { ...(content["block"] as object), number: 8 } }),
  ],
  ["a block without header", (content) => Object.assign(content, { block: null })],
  ["an election of 3 bytes", (content) => Object.assign(content, { election: "0x112233" })],
  ["an election as a list", (content) => Object.assign(content, { election: [ADDRESS] })],
  ["half a byte", (content) => Object.assign(content, { nodes: ["0x8"] })],
  ["digits that are none", (content) => Object.assign(content, { nodes: ["0xzz"] })],
  ["a client that is an object", (content) => Object.assign(content, { client: {} })],
  ["logs that are an object", (content) => Object.assign(content, { logs: { length: 1e9 } })],
  ["a log of five fields", (content) => Object.assign(content, { logs: [[7, 0, 0, "0x", []]] })],
  [
    "a log at an absurd place",
    (content) => Object.assign(content, { logs: [[7, 0, 1e99, `0x${"00".repeat(32)}`, [], "0x"]] }),
  ],
  [
    "a log of an unknown block",
    (content) => Object.assign(content, { logs: [[8, 0, 0, `0x${"00".repeat(32)}`, [], "0x"]] }),
  ],
  [
    "a place beyond the nodes",
    (content) =>
      Object.assign(content, { proofs: [{ address: ADDRESS, account: [1e6], slots: [] }] }),
  ],
  [
    "a slot of 70 digits",
    (content) =>
      Object.assign(content, {
        proofs: [{ address: ADDRESS, account: [0], slots: [[`0x${"1".repeat(70)}`, [0]]] }],
      }),
  ],
  [
    "a slot in an engineer's notation",
    (content) =>
      Object.assign(content, {
        proofs: [{ address: ADDRESS, account: [0], slots: [["0b11", [0]]] }],
      }),
  ],
  [
    "a transaction that is no list",
    (content) => Object.assign(content, { transactions: { [`0x${"00".repeat(32)}`]: "0x80" } }),
  ],
  [
    "a transaction of a type to come",
    (content) => Object.assign(content, { transactions: { [`0x${"00".repeat(32)}`]: "0x77c0" } }),
  ],
  [
    "a transaction nested beyond reason",
    (content) =>
      Object.assign(content, { transactions: { [`0x${"00".repeat(32)}`]: nested(100_000) } }),
  ],
  [
    "code under a name that is no address",
    (content) => Object.assign(content, { code: { constructor: "0x" } }),
  ],
];

/** Lists in lists, as RLP: a head for each. */
function nested(depth: number): string {
  return `0x${"c1".repeat(depth)}c0`;
}

for (const [name, alter] of hostile) {
  test(`refused: ${name}`, async () => {
    const content = honest();
    alter(content);
    await assert.rejects(readBundle(file(content), "bad"), BadBundle);
  });
}

test("no name in a file reaches an object's prototype", async () => {
  const text = JSON.stringify(honest());
  const poisoned = [
    text.replace('"code":{}', '"code":{"__proto__":{"polluted":"0x"}}'),
    text.replace('"transactions":{}', '"transactions":{"__proto__":"0xc0"}'),
    text.replace('"version":1', '"__proto__":{"version":1,"polluted":true}'),
    text.replace('"format":"hanpyo-evidence",', '"__proto__":{"format":"hanpyo-evidence"},'),
  ];
  for (const each of poisoned) await assert.rejects(readBundle(file(each), "bad"), BadBundle);
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  assert.equal("polluted" in {}, false);
});

test("what a prototype holds is no field of a file", () => {
  const content = Object.create(honest()) as object;
  assert.throws(() => decodeBundle(content, "bad"), BadBundle);
});

const files: readonly (readonly [string, Blob])[] = [
  ["nothing", new Blob([])],
  ["no gzip", new Blob(["{}"])],
  ["no JSON", file("{")],
  ["a list", file("[]")],
  ["a number", file("1e400")],
  ["null", file("null")],
  ["brackets and nothing else", file("[".repeat(2_000_000))],
  ["lists nested a million deep", file("[".repeat(1_000_000) + "]".repeat(1_000_000))],
  ["bytes that are no UTF-8", new Blob([gzipSync(Uint8Array.of(0xff, 0xfe, 0x22))])],
  ["a file cut short", new Blob([gzipSync(JSON.stringify(honest())).subarray(0, 100)])],
  ["a gzip head and noise", new Blob([Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8)])],
];
for (const [name, blob] of files) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(readBundle(blob, "bad"), BadBundle);
  });
}

test("a file that unpacks to more than allowed is given up on the way", async () => {
  const bomb = new Blob([gzipSync(Buffer.alloc(64 * 2 ** 20, " "))]);
  assert.ok(bomb.size < 100_000);
  await assert.rejects(readBundle(bomb, "bomb", 2 ** 20), {
    code: "bad_bundle",
    message: /too large/,
  });
});

test("a file of another block than the one trusted is refused", async () => {
  const told = await readBundle(file(honest()), "evidence");
  demandBlock(told, told.header.hash, "evidence");
  assert.throws(() => demandBlock(told, new Uint8Array(32), "evidence"), BadBundle);
});
