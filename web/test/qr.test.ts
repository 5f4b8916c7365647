import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { qrCode } from "../src/ui/qr.ts";
import { vectors } from "./vectors.ts";

const { codes } = vectors<{ codes: { text: string; masks: string[] }[] }>("qr");

for (const [at, { text, masks }] of codes.entries()) {
  test(`version ${at + 1} is the code that segno makes under one of the masks`, () => {
    const modules = qrCode(text);
    assert.equal(modules.length, 17 + 4 * (at + 1));
    const rows = modules.map((row) => `${row.map(Number).join("")}\n`).join("");
    assert.ok(masks.includes(createHash("sha256").update(rows).digest("hex")));
  });
}

test("a text that no version holds is refused", () => {
  assert.throws(() => qrCode("x".repeat(214)), RangeError);
});
