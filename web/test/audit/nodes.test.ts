/** Nodes that stall, lie or break: a reason for people, bounded time and memory, never a crash. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Brought, fetchFor, throughPage, type Wanted } from "../../src/audit/relay.ts";
import { SourceFailed, Untrustworthy } from "../../src/chain/errors.ts";
import { headerOf, transactionOf } from "../../src/chain/nodeblocks.ts";
import { fetchLogs } from "../../src/chain/nodelogs.ts";
import { BadNodeUrl, NodeRefused, Rpc, type RpcOptions } from "../../src/chain/rpc.ts";
import { type HttpOptions, httpTransport } from "../../src/chain/transport.ts";

type Request = { id: number; method: string; params: unknown[] };

function node(answer: (body: Request | Request[]) => unknown, options: HttpOptions = {}): Rpc {
  const send = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const made = answer(JSON.parse(String(init?.body)));
    return made instanceof Response ? made : new Response(JSON.stringify(made));
  };
  return rpcOver({ fetch: send as typeof fetch, ...options });
}

function rpcOver(options: HttpOptions, more: RpcOptions = {}): Rpc {
  const transport = httpTransport(options);
  return new Rpc("https://node.example/key", { transport, firstPause: 1, ...more });
}

const one = (result: unknown) => (body: Request | Request[]) => ({
  jsonrpc: "2.0",
  id: (body as Request).id,
  result,
});

test("an answer is the answer to its request", async () => {
  assert.equal(await node(one("0x7")).call("eth_blockNumber"), "0x7");
});

test("the key in a node's address is never shown", () => {
  assert.equal(node(one("")).name, "https://node.example");
});

for (const url of [
  "",
  "node",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "data:,x",
  "https://a:b@node.example",
]) {
  test(`no address of a node: ${url}`, () => {
    assert.throws(() => new Rpc(url), BadNodeUrl);
  });
}

for (const [name, answer] of [
  ["no JSON", () => new Response("<html>")],
  ["nothing", () => new Response("")],
  ["null", () => null],
  ["a number", () => 7],
  ["another id", () => ({ id: 99, result: "0x" })],
  ["no result", (body: Request | Request[]) => ({ id: (body as Request).id })],
  ["a broken server", () => new Response("", { status: 502 })],
] as const) {
  test(`failed after some tries: ${name}`, async () => {
    let tries = 0;
    const rpc = node((body) => {
      tries += 1;
      return answer(body);
    });
    await assert.rejects(rpc.call("eth_chainId"), SourceFailed);
    assert.equal(tries, 4);
  });
}

test("a refusal is told in the node's words, cut short, and not asked again", async () => {
  let tries = 0;
  const rpc = node((body) => {
    tries += 1;
    return {
      id: (body as Request).id,
      error: { code: 1, message: `<img onerror=x>${"x".repeat(10_000)}` },
    };
  });
  await assert.rejects(rpc.call("eth_chainId"), (error) => {
    assert.ok(error instanceof NodeRefused);
    assert.ok(error.message.length < 300);
    return true;
  });
  assert.equal(tries, 1);
});

test("an answer without end is given up", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(2 ** 16).fill(0x20));
        },
      }),
    );
  await assert.rejects(node(endless, { mostBytes: 2 ** 20 }).call("x"), /more than 1048576 bytes/);
});

test("a node that does not answer is given up", async () => {
  const silent = ((_: unknown, init?: RequestInit) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    })) as typeof fetch;
  const rpc = rpcOver({ fetch: silent, patience: 20 });
  await assert.rejects(rpc.call("x"), /did not answer in time/);
});

test("stopping ends an exchange at once", async () => {
  const stop = new AbortController();
  const silent = ((_: unknown, init?: RequestInit) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    })) as typeof fetch;
  const rpc = rpcOver({ fetch: silent }, { signal: stop.signal });
  setTimeout(() => stop.abort(), 10);
  await assert.rejects(rpc.call("x"), { name: "AbortError" });
});

test("a busy node is asked again after the pause it wants", async () => {
  let tries = 0;
  const rpc = node((body) => {
    tries += 1;
    if (tries > 1) return one("0x1")(body);
    return new Response("", { status: 429, headers: { "Retry-After": "0.01" } });
  });
  assert.equal(await rpc.call("x"), "0x1");
});

test("a node that takes no batches is asked one by one", async () => {
  const rpc = node((body) =>
    Array.isArray(body) ? { error: { code: -32600, message: "no" } } : one(body.method)(body),
  );
  const calls = ["a", "b"].map((method) => ({ method, params: [] }));
  assert.deepEqual(await rpc.results(calls), ["a", "b"]);
});

test("a batch answered in another order is put in order, and a part of one is refused", async () => {
  const calls = ["a", "b", "c"].map((method) => ({ method, params: [] }));
  const reversed = node((body) =>
    (body as Request[]).map((each) => ({ id: each.id, result: each.method })).reverse(),
  );
  assert.deepEqual(await reversed.results(calls), ["a", "b", "c"]);
  const short = node((body) =>
    (body as Request[]).slice(1).map((each) => ({ id: each.id, result: 1 })),
  );
  await assert.rejects(short.results(calls), /does not answer each request once/);
});

for (const block of [
  null,
  7,
  "0x",
  [],
  {},
  { hash: "0x", number: -1 },
  { __proto__: { hash: "0x" } },
]) {
  test(`no header: ${JSON.stringify(block)}`, () => {
    assert.throws(() => headerOf(block), SourceFailed);
  });
}

for (const told of [{ type: "0x0" }, { type: "0x2", accessList: {} }, { type: {} }, 7]) {
  test(`no transaction: ${JSON.stringify(told)}`, () => {
    assert.throws(() => transactionOf(told), SourceFailed);
  });
}

test("a transaction of a type to come is left out", () => {
  assert.equal(transactionOf({ type: "0x77" }), undefined);
});

const ELECTION = `0x${"11".repeat(20)}`;
const HASH = `0x${"22".repeat(32)}`;
const log = (more: object) => ({
  address: ELECTION,
  topics: [HASH],
  data: "0x",
  blockNumber: "0x1",
  blockHash: HASH,
  transactionHash: HASH,
  logIndex: "0x0",
  ...more,
});

function tellingLogs(logs: unknown): Rpc {
  return node((body) => {
    const request = body as Request;
    return one(request.method === "eth_getLogs" ? logs : { hash: HASH })(request);
  });
}

test("logs in order are taken", async () => {
  const found = await fetchLogs(
    tellingLogs([log({}), log({ logIndex: "0x5" })]),
    ELECTION,
    0,
    9,
    () => {},
  );
  assert.deepEqual(
    found.map((each) => each.index),
    [0, 5],
  );
});

for (const [name, logs] of [
  ["twice", [log({}), log({})]],
  ["out of order", [log({ logIndex: "0x5" }), log({})]],
  ["outside the range", [log({ blockNumber: "0xffff" })]],
  ["of another contract", [log({ address: `0x${"33".repeat(20)}` })]],
  ["withdrawn", [log({ removed: true })]],
] as const) {
  test(`a log ${name} contradicts`, async () => {
    await assert.rejects(
      fetchLogs(tellingLogs(logs), ELECTION, 0, 9, () => {}),
      Untrustworthy,
    );
  });
}

for (const [name, logs] of [
  ["an object", {}],
  ["at an absurd place", [log({ logIndex: `0x${"f".repeat(60)}` })]],
  ["without topics", [log({ topics: null })]],
  ["with text for data", [log({ data: "<script>" })]],
] as const) {
  test(`logs that are malformed: ${name}`, async () => {
    await assert.rejects(
      fetchLogs(tellingLogs(logs), ELECTION, 3, 3, () => {}),
      SourceFailed,
    );
  });
}

test("a range that is too much is asked for in parts", async () => {
  const asked: string[] = [];
  const rpc = node((body) => {
    const request = body as Request;
    if (request.method !== "eth_getLogs") return one({ hash: HASH })(request);
    const { fromBlock, toBlock } = request.params[0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) > 30) {
      return { id: request.id, error: { code: -32005, message: "too much" } };
    }
    asked.push(`${Number(fromBlock)}-${Number(toBlock)}`);
    return one([])(request);
  });
  await fetchLogs(rpc, ELECTION, 0, 99, () => {});
  assert.equal(asked[0], "0-24");
  assert.match(asked.at(-1) ?? "", /-99$/);
});

test("a worker's requests travel through its page, answers and failures alike", async () => {
  const page = httpTransport({
    fetch: (async (url: unknown) => {
      if (String(url).endsWith("/bad")) throw new TypeError("refused");
      return new Response("0x7");
    }) as typeof fetch,
  });
  let receive: (brought: Brought) => void = () => {};
  const send = (wanted: Wanted) => {
    void fetchFor(wanted, page, new AbortController().signal).then((brought) => receive(brought));
  };
  const [transport, receiver] = throughPage(send);
  receive = receiver;
  const [one, other] = [
    transport("https://node.example/", "1"),
    transport("https://node.example/bad", "2"),
  ];
  assert.equal((await one).text, "0x7");
  await assert.rejects(other, /https:\/\/node\.example cannot be reached/);
});
