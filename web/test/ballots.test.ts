import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, integer, keccak, unhex } from "../src/protocol/bytes.ts";
import {
  encodeChoices,
  faultOf,
  judgeChoices,
  judgeItem,
  type Verdict,
} from "../src/protocol/choices.ts";
import { ORDER, openEscrow, publicKey, randomScalar, seal } from "../src/protocol/escrow.ts";
import { manifestOf } from "../src/protocol/manifest.ts";
import { vectors } from "./vectors.ts";

interface Case {
  readonly class: number;
  readonly choices: string;
  readonly verdicts: readonly Verdict[];
}

const choices = vectors<{ agendas: { name: string; manifest: string; cases: Case[] }[] }>(
  "choices",
);
const manifests = vectors<{
  accepted: { name: string; manifest: string; choicesLength: number }[];
  refused: { name: string; manifest: string }[];
}>("manifest");
const sealed = vectors<{
  context: string;
  secret: string;
  key: [string, string];
  ballots: (Record<"choices" | "salt" | "envelope" | "escrow" | "escrowHash", string> &
    Record<"voter" | "epoch" | "revision", number>)[];
  bad: {
    name: string;
    voter: number;
    epoch: number;
    revision: number;
    envelope: string;
    escrow: string;
  }[];
}>("sealed");

test("every manifest that Python accepts is read", () => {
  for (const each of manifests.accepted) {
    assert.equal(manifestOf(each.manifest).choicesLength, each.choicesLength, each.name);
  }
});

for (const each of manifests.refused) {
  test(`a manifest with a fault is refused: ${each.name}`, () => {
    assert.throws(() => manifestOf(each.manifest), { name: "EncodingError" });
  });
}

for (const agenda of choices.agendas) {
  test(`choices are judged as Python judges them: ${agenda.name}`, () => {
    const manifest = manifestOf(agenda.manifest);
    for (const each of agenda.cases) {
      const padded = unhex(each.choices);
      assert.deepEqual(judgeChoices(manifest, padded, each.class), each.verdicts);
      const apart = manifest.items.map((_, at) => judgeItem(manifest, padded, each.class, at));
      assert.deepEqual(apart, each.verdicts);
    }
  });

  test(`valid choices are encoded to the bytes they came from: ${agenda.name}`, () => {
    const manifest = manifestOf(agenda.manifest);
    for (const each of agenda.cases.filter((one) =>
      one.verdicts.every((v) => v.verdict !== "invalid"),
    )) {
      const marks = each.verdicts.map((one) => (one.verdict === "valid" ? one.marks : []));
      assert.equal(hex(encodeChoices(manifest.items, marks)), each.choices);
    }
  });
}

test("what has no bytes is refused", () => {
  const { items } = manifestOf(manifests.accepted[0]?.manifest ?? "");
  const blank = items.map(() => []);
  const first = (marks: [number, number][]) => [marks, ...blank.slice(1)];
  for (const marks of [
    [[0, 1]],
    [
      [1, 1],
      [1, 1],
    ],
    [[9, 1]],
    [
      [1, 1],
      [2, 1],
    ],
  ] as [number, number][][]) {
    assert.throws(() => encodeChoices(items, first(marks)), { name: "EncodingError" });
  }
  assert.throws(() => encodeChoices(items, blank.slice(1)));
});

test("a fault is named before anything is signed", () => {
  const { items } = manifestOf(manifests.accepted[0]?.manifest ?? "");
  const one = items[0];
  assert.ok(one);
  assert.equal(faultOf(one, [], new Set()), null);
  assert.equal(faultOf(one, [[1, 1]], new Set([1])), "option barred to this class");
});

for (const each of sealed.ballots) {
  test(`a sealed ballot of ${(each.choices.length - 2) / 2} bytes is Python's, and opens`, () => {
    const position = { context: unhex(sealed.context), ...each };
    const secret = BigInt(sealed.secret);
    const opened = openEscrow(
      secret,
      unhex(each.escrow),
      unhex(each.envelope),
      unhex(each.choices).length,
      position,
    );
    assert.ok(typeof opened === "object");
    assert.equal(hex(opened.choices), each.choices);
    assert.equal(hex(opened.salt), each.salt);
    assert.equal(hex(keccak(unhex(each.escrow))), each.escrowHash);
  });
}

test("what is sealed here opens with the trustees' secret, and only in its place", () => {
  const secret = BigInt(sealed.secret);
  const key = publicKey(secret);
  assert.deepEqual(
    key.map((each) => `0x${each.toString(16).padStart(64, "0")}`),
    sealed.key,
  );
  const position = { context: unhex(sealed.context), voter: 3, epoch: 1, revision: 2 };
  const text = unhex("0x0102030405");
  const made = seal(text, key, position);
  assert.notDeepEqual(made.escrow, seal(text, key, position).escrow);
  const opened = openEscrow(secret, made.escrow, made.envelope, 5, position);
  assert.deepEqual(opened, { choices: text, salt: made.salt });
  const elsewhere = { ...position, revision: 3 };
  assert.equal(openEscrow(secret, made.escrow, made.envelope, 5, elsewhere), "envelope");
});

for (const each of sealed.bad) {
  test(`a bad escrow is found: ${each.name}`, () => {
    const position = { context: unhex(sealed.context), ...each };
    const found = openEscrow(
      BigInt(sealed.secret),
      unhex(each.escrow),
      unhex(each.envelope),
      3,
      position,
    );
    assert.ok(found === "point" || found === "envelope");
  });
}

test("scalars are in 1 … order-1, and a key off the curve seals nothing", () => {
  for (let at = 0; at < 100; at += 1) {
    const scalar = randomScalar();
    assert.ok(scalar > 0n && scalar < ORDER);
  }
  const position = { context: unhex(sealed.context), voter: 0, epoch: 0, revision: 0 };
  assert.throws(() => seal(unhex("0x01"), [1n, 3n], position));
  assert.throws(() => seal(unhex("0x01"), [0n, 0n], position));
  assert.ok(integer(unhex("0x")) === 0n);
});
