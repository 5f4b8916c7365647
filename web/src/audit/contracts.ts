/** The code that runs the election: every contract against the packaged one. */

import { checksum } from "../chain/address.ts";
import { at, type Bytes, equal, hex, keccak, readHex, tag } from "../chain/bytes.ts";
import {
  type Artifact,
  ELECTION,
  fixedAddresses,
  MODULES,
  matches,
  VERIFIERS,
  WIDE_MODULE,
} from "./artifacts.ts";
import type { Evidence } from "./evidence.ts";
import type { Findings } from "./findings.ts";
import { say, type Text } from "./text.ts";

/** Every contract that runs the election is the packaged one; their system hash if all are known. */
export function checkCode(evidence: Evidence, findings: Findings): Bytes | undefined {
  for (const [address, code] of evidence.told.code) {
    if (equal(keccak(code), evidence.codeHash(address))) continue;
    const shown = checksum(readHex(address));
    const text = say(
      `the code told for ${shown} is not the code in the state`,
      `${shown}의 코드라고 한 것이 체인에 있는 코드와 다릅니다`,
    );
    findings.fail("code", text);
  }
  const code = evidence.codeOf(hex(evidence.implementation));
  const fixed = fixedAddresses(ELECTION, code);
  if (fixed.length !== MODULES.length) {
    findings.fail("code", unlike(ELECTION, evidence.implementation));
    return undefined;
  }
  const addresses = [evidence.implementation, ...fixed.slice(1)];
  MODULES.forEach((own, place) => {
    const address = at(addresses, place);
    if (!matches(own, evidence.codeOf(hex(address)))) {
      findings.fail("code", unlike(own, address));
    }
  });
  if (!equal(at(fixed, 0), evidence.implementation)) {
    const text = say(
      "the implementation names another contract than itself",
      "구현 컨트랙트가 자기 아닌 다른 컨트랙트를 가리킵니다",
    );
    findings.fail("code", text);
  }
  checkVerifiers(evidence, at(addresses, MODULES.indexOf(WIDE_MODULE)), findings);
  const hashes = addresses.map((address) => evidence.codeHash(hex(address)));
  return keccak(tag("system"), ...hashes);
}

function unlike(own: Artifact, address: Bytes): Text {
  const shown = checksum(address);
  return say(
    `the contract at ${shown} is not the packaged ${own.name} of this version`,
    `${shown}의 컨트랙트가 이 버전의 ${own.name}과 다릅니다`,
  );
}

function checkVerifiers(evidence: Evidence, wide: Bytes, findings: Findings): void {
  const fixed = fixedAddresses(WIDE_MODULE, evidence.codeOf(hex(wide)));
  fixed.slice(0, VERIFIERS.length).forEach((address, place) => {
    const own = at(VERIFIERS, place);
    if (!matches(own, evidence.codeOf(hex(address)))) findings.fail("code", unlike(own, address));
  });
}
