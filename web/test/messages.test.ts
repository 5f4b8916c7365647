import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, unhex } from "../src/protocol/bytes.ts";
import { type Domain, separator } from "../src/protocol/domain.ts";
import {
  credentialListHash,
  type Message,
  type MessageName,
  structDigest,
  structHash,
  TYPES,
  typedData,
} from "../src/protocol/messages.ts";
import { parseCode, shortCode } from "../src/protocol/receipts.ts";
import {
  addressKeyId,
  addressOf,
  compact,
  pointKeyId,
  recover,
  sign,
} from "../src/protocol/signatures.ts";
import { vectors } from "./vectors.ts";

interface Signed {
  readonly type: MessageName | "CredentialList";
  readonly message: Message & { readonly credentials?: readonly Message[] };
  readonly structHash: string;
  readonly digest: string;
  readonly privateKey: string;
  readonly signer: string;
  readonly signature: string;
  readonly shortCode: string;
}

const given = vectors<{
  chainId: number;
  election: string;
  manifestHash: string;
  domainSeparator: string;
  keyIds: { type: number; address?: string; x?: string; y?: string; keyId: string }[];
  messages: Signed[];
}>("messages");

const domain: Domain = {
  chainId: BigInt(given.chainId),
  election: unhex(given.election),
  manifestHash: unhex(given.manifestHash),
};

function hashOf({ type, message }: Signed): Uint8Array {
  return type === "CredentialList"
    ? credentialListHash((message.credentials ?? []).map((each) => structHash("Credential", each)))
    : structHash(type, message);
}

test("the domain separator is Python's", () => {
  assert.equal(hex(separator(domain)), given.domainSeparator);
});

test("key ids are Python's", () => {
  for (const each of given.keyIds) {
    const id = each.address
      ? addressKeyId(unhex(each.address))
      : pointKeyId(each.type, BigInt(each.x ?? 0), BigInt(each.y ?? 0));
    assert.equal(hex(id), each.keyId);
  }
});

for (const [place, each] of given.messages.entries()) {
  test(`message ${place} (${each.type}): hash, digest, signature, receipt`, () => {
    const hash = hashOf(each);
    const digest = structDigest(domain, hash);
    assert.equal(hex(hash), each.structHash);
    assert.equal(hex(digest), each.digest);
    const key = unhex(each.privateKey);
    assert.equal(hex(addressOf(key)), each.signer);
    assert.equal(hex(compact(sign(digest, key))), each.signature);
    assert.equal(hex(recover(digest, unhex(each.signature))), each.signer);
    assert.equal(shortCode(digest), each.shortCode);
    assert.deepEqual(parseCode(each.shortCode.toLowerCase()), digest.slice(0, 10));
  });
}

test("a high s, a wrong length and a zero are no signatures", () => {
  const { digest, signature } = given.messages[0] as Signed;
  const plain = unhex(signature);
  const high = plain.slice();
  high.set(unhex(`0x7f${"ff".repeat(31)}`), 32);
  for (const bad of [high, plain.slice(1), new Uint8Array(64)]) {
    assert.throws(() => recover(unhex(digest), bad), /EncodingError|s is|bytes|no key/);
  }
});

test("a value that its type cannot hold has no hash", () => {
  const ballot = { voter: 1, epoch: 0, revision: 0, kind: 1, content: "0x", escrow: "0x" } as const;
  assert.throws(() => structHash("Ballot", ballot));
  assert.throws(() => structHash("Rebind", { voter: 2 ** 32, epoch: 0 }));
  assert.throws(() => structHash("Rebind", { voter: -1, epoch: 0 }));
  assert.throws(() => structHash("Rebind", { voter: 1 }));
});

test("typed data names every field of the message", () => {
  const ballot = given.messages[0] as Signed;
  const typed = typedData(domain, "Ballot", ballot.message) as {
    types: Record<string, { name: string }[]>;
    domain: { chainId: string | number };
  };
  assert.deepEqual(
    typed.types["Ballot"]?.map((each) => each.name),
    TYPES.Ballot.map(([, name]) => name),
  );
  assert.equal(BigInt(typed.domain.chainId), domain.chainId);
});

test("receipt codes with strange symbols are refused", () => {
  for (const bad of ["", "0000-0000-0000-000U", "0000-0000-0000-00000"]) {
    assert.throws(() => parseCode(bad));
  }
});
