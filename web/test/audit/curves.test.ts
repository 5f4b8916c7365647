/** The fast arithmetic of the auditor against @noble/curves, which was written apart. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { BN254, decompress } from "../../src/chain/bn254.ts";
import { bigBytes, concat, hex, joined, keccak, utf8, word } from "../../src/chain/bytes.ts";
import type { Point } from "../../src/chain/curve.ts";
import { recoverAll } from "../../src/chain/secp256k1.ts";
import { addressOf, compact, sign } from "../../src/protocol/signatures.ts";

const OTHER = weierstrass({
  p: BN254.prime,
  n: BN254.order,
  h: 1n,
  a: 0n,
  b: 3n,
  Gx: 1n,
  Gy: 2n,
});

function scalarOf(name: string, order: bigint): bigint {
  return (BigInt(hex(keccak(utf8(name)))) % (order - 1n)) + 1n;
}

function affine(point: { toAffine(): { x: bigint; y: bigint } }): Point {
  const { x, y } = point.toAffine();
  return [x, y];
}

test("many points of BN254 are multiplied by one scalar", () => {
  const points = Array.from({ length: 20 }, (_, place) =>
    OTHER.BASE.multiply(scalarOf(`point ${place}`, BN254.order)),
  );
  const edges = [1n, 2n, 3n, BN254.order - 1n, BN254.order - 2n, (BN254.order - 1n) / 2n];
  for (const scalar of [...edges, scalarOf("secret", BN254.order)]) {
    assert.deepEqual(
      BN254.multiplyAll(scalar, points.map(affine)),
      points.map((point) => affine(point.multiply(scalar))),
    );
  }
});

test("a compressed point is the point, and nothing else is one", () => {
  for (let place = 0; place < 20; place++) {
    const [x, y] = affine(OTHER.BASE.multiply(scalarOf(`point ${place}`, BN254.order)));
    const data = concat(Uint8Array.of(2 + Number(y & 1n)), word(x));
    assert.deepEqual(decompress(data), [x, y]);
    assert.deepEqual(decompress(concat(Uint8Array.of(data[0] === 2 ? 3 : 2), word(x))), [
      x,
      BN254.prime - y,
    ]);
  }
  const bad = [
    new Uint8Array(33),
    concat(Uint8Array.of(4), word(1n)),
    concat(Uint8Array.of(2), word(BN254.prime + 1n)),
    concat(Uint8Array.of(2), word(4n)),
    concat(Uint8Array.of(2), word(1n), Uint8Array.of(0)),
  ];
  for (const data of bad) assert.equal(decompress(data), undefined, hex(data));
});

test("the signers of many signatures are recovered", () => {
  const signed = Array.from({ length: 40 }, (_, place) => {
    const key = keccak(utf8(`voter ${place}`));
    const digest = keccak(utf8(`ballot ${place}`));
    return { key, digest, signature: compact(sign(digest, key)) };
  });
  const found = recoverAll(signed.map(({ digest, signature }) => [digest, signature]));
  assert.deepEqual(
    found.map((address) => address && hex(address)),
    signed.map(({ key }) => hex(addressOf(key))),
  );
});

test("what is no signature has no signer, and its neighbours keep theirs", () => {
  const key = keccak(utf8("voter"));
  const digest = keccak(utf8("ballot"));
  const good = compact(sign(digest, key));
  const order = secp256k1.Point.Fn.ORDER;
  const r = good.slice(0, 32);
  const bad = [
    new Uint8Array(64),
    good.slice(0, 63),
    concat(good, Uint8Array.of(0)),
    concat(bigBytes(order, 32), good.slice(32)),
    concat(r, new Uint8Array(32)),
    concat(r, bigBytes(order / 2n + 1n, 32)),
    concat(word(5n), good.slice(32)),
  ];
  const found = recoverAll([good, ...bad, good].map((signature) => [digest, signature]));
  const signer = hex(addressOf(key));
  assert.equal(found.length, bad.length + 2);
  assert.deepEqual(
    found.map((address) => address && hex(address)),
    [signer, ...bad.map(() => undefined), signer],
  );
});

test("a signature that would recover the point at infinity has no signer", () => {
  const nonce = scalarOf("nonce", secp256k1.Point.Fn.ORDER);
  const point = secp256k1.Point.BASE.multiply(nonce).toAffine();
  const order = secp256k1.Point.Fn.ORDER;
  const s = 7n;
  const digest = word((s * nonce) % order);
  const vs = ((point.y & 1n) << 255n) | s;
  assert.deepEqual(recoverAll([[digest, concat(word(point.x), word(vs))]]), [undefined]);
});

test("however many parts are joined", () => {
  const parts = Array.from({ length: 200_000 }, (_, place) => Uint8Array.of(place % 256));
  const whole = joined(parts);
  assert.equal(whole.length, 200_000);
  assert.equal(whole[199_999], 199_999 % 256);
});
