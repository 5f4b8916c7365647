import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyFileRefused, lock, unlock } from "../src/organiser/keystore.ts";
import { publicKey } from "../src/protocol/escrow.ts";
import { vectors } from "./vectors.ts";

interface Case {
  file: string;
  password: string;
  secret: string;
  public: [string, string];
}
const { keystores } = vectors<{ keystores: Case[] }>("keystores");
const silent = () => {};

for (const [at, each] of keystores.entries()) {
  test(`key file ${at} opens with its password and no other`, async () => {
    const secret = await unlock(each.file, each.password, silent);
    assert.equal(secret, BigInt(each.secret));
    assert.deepEqual(publicKey(secret), each.public.map(BigInt));
    await assert.rejects(unlock(each.file, `${each.password} `, silent), { reason: "password" });
  });
}

test("a password typed in parts opens what was locked with it composed", async () => {
  const [, , korean] = keystores;
  assert.ok(korean);
  const parts = korean.password.normalize("NFD");
  assert.notEqual(parts, korean.password);
  assert.equal(await unlock(korean.file, parts, silent), BigInt(korean.secret));
});

test("a locked secret opens again, and the file tells nothing of it", async () => {
  const secret = 0x1234567890abcdefn;
  const seen: number[] = [];
  const file = await lock(secret, "파란 고래", (done) => seen.push(done));
  assert.equal(await unlock(file, "파란 고래", silent), secret);
  assert.ok(!file.includes("1234567890abcdef"));
  assert.equal(seen.at(-1), 1);
});

test("what is no key file, or asks for boundless work, is refused at once", async () => {
  const [one] = keystores;
  assert.ok(one);
  const box = JSON.parse(one.file);
  const changed = (change: (crypto: Record<string, unknown>) => void) => {
    const copy = structuredClone(box);
    change(copy.crypto);
    return JSON.stringify(copy);
  };
  const bad = [
    "",
    "null",
    "[]",
    '"text"',
    "{}",
    JSON.stringify({ ...box, version: 2 }),
    JSON.stringify({ version: 3, crypto: 7 }),
    changed((each) => Object.assign(each, { cipher: "aes-128-cbc" })),
    changed((each) => Object.assign(each, { ciphertext: "00" })),
    changed((each) => Object.assign(each, { ciphertext: "zz" })),
    changed((each) => Object.assign(each, { mac: "" })),
    changed((each) => Object.assign(each, { kdf: "none" })),
    changed((each) => Object.assign(each["kdfparams"] as object, { n: 2 ** 40 })),
    changed((each) => Object.assign(each["kdfparams"] as object, { n: 1000 })),
    changed((each) => Object.assign(each["kdfparams"] as object, { dklen: 64 })),
    changed((each) => Object.assign(each["kdfparams"] as object, { p: "8" })),
  ];
  for (const file of bad) {
    const started = performance.now();
    await assert.rejects(unlock(file, one.password, silent), (error) => {
      return error instanceof KeyFileRefused && error.reason === "file";
    });
    assert.ok(performance.now() - started < 500, file);
  }
});
