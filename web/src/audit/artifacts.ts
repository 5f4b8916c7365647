/** The packaged contracts: the code of an honest election, and where its fixed addresses lie. */

import {
  deployedBytecode as castCode,
  immutableReferences as castFixed,
} from "../../../backend/hanpyo/chain/artifacts/CastModule.json";
import {
  deployedBytecode as deskCode,
  immutableReferences as deskFixed,
} from "../../../backend/hanpyo/chain/artifacts/DeskModule.json";
import {
  deployedBytecode as electionCode,
  immutableReferences as electionFixed,
} from "../../../backend/hanpyo/chain/artifacts/Election.json";
import {
  deployedBytecode as p256Code,
  immutableReferences as p256Fixed,
} from "../../../backend/hanpyo/chain/artifacts/ERC7913P256Verifier.json";
import {
  deployedBytecode as webAuthnCode,
  immutableReferences as webAuthnFixed,
} from "../../../backend/hanpyo/chain/artifacts/ERC7913WebAuthnVerifier.json";
import {
  deployedBytecode as openingCode,
  immutableReferences as openingFixed,
} from "../../../backend/hanpyo/chain/artifacts/OpeningModule.json";
import {
  deployedBytecode as settleCode,
  immutableReferences as settleFixed,
} from "../../../backend/hanpyo/chain/artifacts/SettleModule.json";
import {
  deployedBytecode as setupCode,
  immutableReferences as setupFixed,
} from "../../../backend/hanpyo/chain/artifacts/SetupModule.json";
import {
  deployedBytecode as voidCode,
  immutableReferences as voidFixed,
} from "../../../backend/hanpyo/chain/artifacts/VoidModule.json";
import {
  deployedBytecode as wideCode,
  immutableReferences as wideFixed,
} from "../../../backend/hanpyo/chain/artifacts/WideModule.json";
import { at, type Bytes, equal, readHex } from "../chain/bytes.ts";

const WORD = 32;
const ADDRESS_AT = 12;

type References = Readonly<Record<string, readonly { readonly start: number }[]>>;

/** A contract's deployed code; `copies` are the places of each fixed value, in declared order. */
export interface Artifact {
  readonly name: string;
  readonly code: Bytes;
  readonly copies: readonly (readonly number[])[];
}

function artifact(name: string, code: string, fixed: References): Artifact {
  const numbers = Object.keys(fixed).sort((one, other) => Number(one) - Number(other));
  const copies = numbers.map((number) => (fixed[number] ?? []).map((place) => place.start));
  return { name, code: readHex(code), copies };
}

/** The implementation and its modules in the order of `Election.modules()`. */
export const MODULES: readonly Artifact[] = [
  artifact("Election", electionCode, electionFixed),
  artifact("SetupModule", setupCode, setupFixed),
  artifact("CastModule", castCode, castFixed),
  artifact("WideModule", wideCode, wideFixed),
  artifact("DeskModule", deskCode, deskFixed),
  artifact("SettleModule", settleCode, settleFixed),
  artifact("OpeningModule", openingCode, openingFixed),
  artifact("VoidModule", voidCode, voidFixed),
];
export const ELECTION = at(MODULES, 0);
export const WIDE_MODULE = at(MODULES, 3);

/** What the wide module's fixed addresses are, in order. */
export const VERIFIERS: readonly Artifact[] = [
  artifact("ERC7913P256Verifier", p256Code, p256Fixed),
  artifact("ERC7913WebAuthnVerifier", webAuthnCode, webAuthnFixed),
];

/** Whether `deployed` is this code with its fixed values filled in consistently. */
export function matches(own: Artifact, deployed: Bytes): boolean {
  return (
    equal(masked(own, deployed), masked(own, own.code)) &&
    own.copies.every((places) => {
      const [first] = places;
      return places.every((place) =>
        equal(
          deployed.subarray(place, place + WORD),
          deployed.subarray(first, (first ?? 0) + WORD),
        ),
      );
    })
  );
}

/** The fixed values of a deployed copy as addresses; empty when the code is another. */
export function fixedAddresses(own: Artifact, deployed: Bytes): Bytes[] {
  if (!matches(own, deployed)) return [];
  return own.copies.map((places) => {
    const place = at(places, 0);
    return deployed.subarray(place + ADDRESS_AT, place + WORD);
  });
}

function masked(own: Artifact, code: Bytes): Bytes {
  const copy = code.slice();
  for (const place of own.copies.flat()) copy.fill(0, place, place + WORD);
  return copy;
}

const PROXY_HEAD = readHex("0x363d3d373d3d3d363d73");
const PROXY_TAIL = readHex("0x5af43d82803e903d91602b57fd5bf3");
const PROXY_LENGTH = PROXY_HEAD.length + 20 + PROXY_TAIL.length;

/** The implementation and the manifest's bytes in an election's code; undefined when it is none. */
export function parseClone(code: Bytes): [implementation: Bytes, manifest: Bytes] | undefined {
  const end = PROXY_HEAD.length + 20;
  const isClone =
    code.length > PROXY_LENGTH &&
    equal(code.subarray(0, PROXY_HEAD.length), PROXY_HEAD) &&
    equal(code.subarray(end, PROXY_LENGTH), PROXY_TAIL);
  return isClone ? [code.subarray(PROXY_HEAD.length, end), code.subarray(PROXY_LENGTH)] : undefined;
}
