import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, unhex } from "../src/protocol/bytes.ts";
import { encodeAssertion } from "../src/protocol/webauthn.ts";
import { vectors } from "./vectors.ts";

type Assertion = Record<"signature" | "authenticatorData" | "clientData" | "encoded", string>;
const { assertions } = vectors<{ assertions: Assertion[] }>("passkeys");

for (const [at, each] of assertions.entries()) {
  test(`assertion ${at} is encoded as the record takes it`, () => {
    const encoded = encodeAssertion(
      unhex(each.signature),
      unhex(each.authenticatorData),
      unhex(each.clientData),
    );
    assert.equal(hex(encoded), each.encoded);
  });
}

test("what is no signature or no client data is refused", () => {
  const [one] = assertions;
  assert.ok(one);
  const signature = unhex(one.signature);
  const data = unhex(one.authenticatorData);
  const client = unhex(one.clientData);
  for (const bad of [signature.slice(1), signature.slice(0, -1), new Uint8Array(0)]) {
    assert.throws(() => encodeAssertion(bad, data, client), { name: "EncodingError" });
  }
  assert.throws(() => encodeAssertion(signature, data, new Uint8Array(2)), {
    name: "EncodingError",
  });
});
