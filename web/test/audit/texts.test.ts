/** The text that an organiser publishes: shown as it is, counted only where it says how. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExact } from "../../src/audit/exactjson.ts";
import type { Manifest } from "../../src/audit/manifest.ts";
import { readPublished } from "../../src/audit/published.ts";
import { utf8 } from "../../src/chain/bytes.ts";

const MANIFEST = { items: [{ options: 2 }, { options: 3 }] } as unknown as Manifest;
const read = (text: string) => readPublished(MANIFEST, utf8(text));

test("whole numbers of any size stay exact", () => {
  const text =
    '{"a":[123456789012345678901234567890,-1,0],"b":1.5,"c":[true,false,null,"\\u00e9"]}';
  assert.deepEqual(parseExact(text), {
    a: [123456789012345678901234567890n, -1n, 0n],
    b: 1.5,
    c: [true, false, null, "é"],
  });
});

for (const text of [
  "",
  "{",
  "[1,]",
  "01",
  "+1",
  "1 2",
  '{"a":1,}',
  "{a:1}",
  "'a'",
  '"\t"',
  "nul",
  "NaN",
  "[".repeat(100_000),
  "9".repeat(5_000),
  `"${"\\".repeat(100_001)}`,
]) {
  test(`no JSON: ${text.slice(0, 12)}`, () => {
    assert.throws(() => parseExact(text), SyntaxError);
  });
}

test("titles in one language or several, and numbers for what is missing", () => {
  const text = JSON.stringify({
    title: "총회",
    items: [{ title: { ko: "가", en: "a" }, options: ["x", "y"] }],
  });
  const published = read(text);
  assert.equal(published.title, "총회");
  assert.deepEqual(published.titles, [
    { title: "가 / a", options: ["x", "y"] },
    { title: "2", options: ["1", "2", "3"] },
  ]);
});

test("nobody writes over the report: controls and directions are shown as such, length is bounded", () => {
  const hostile = `\u001b[2J\u202egnidaelsim\u0000<img src=x onerror=alert(1)>${"가".repeat(500)}`;
  const published = read(JSON.stringify({ items: [{ title: hostile }] }));
  const title = published.titles[0]?.title ?? "";
  assert.match(title, /^\ufffd\[2J\ufffdgnidaelsim\ufffd<img/);
  assert.equal([...title].length, 201);
});

test("no name in a text reaches an object's prototype", () => {
  const published = read(
    '{"items":[{"__proto__":{"title":"x","counting":{}},"counting":{"__proto__":{"method":"a"}}}]}',
  );
  assert.equal(published.titles[0]?.title, "1");
  assert.equal("method" in {}, false);
});

for (const text of [
  "null",
  "7",
  "[]",
  '{"items":7}',
  '{"items":[7,null]}',
  "\ufffe",
  "{".repeat(9_999),
]) {
  test(`shown by number: ${text.slice(0, 12)}`, () => {
    assert.deepEqual(
      read(text).titles.map((each) => each.title),
      ["1", "2"],
    );
  });
}
