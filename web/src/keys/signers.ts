/** What signs a voter's ballots, whatever it is: browser's own key, wallet, passkey. */

import { type Hex, hex, unhex } from "../protocol/bytes.ts";
import { ballotDigest } from "../protocol/messages.ts";
import { ADDRESS_KEY, addressKeyId, pointKeyId, WEBAUTHN_KEY } from "../protocol/signatures.ts";
import type { KeyIn } from "../voting/api.ts";
import type { Signer } from "../voting/booth.ts";
import { passkeySigner } from "./passkeys.ts";
import { type KeptKey, signWith } from "./store.ts";
import { walletSigner } from "./wallets.ts";

/** The signer of a kept key. */
export function signerOf(kept: KeptKey): Signer {
  switch (kept.kind) {
    case "wallet":
      return walletSigner(kept.wallet, kept.address);
    case "passkey":
      return passkeySigner(kept);
    case "browser":
      return {
        keyType: ADDRESS_KEY,
        key: kept.address,
        async sign(domain, ballot) {
          const signature = await signWith(kept, ballotDigest(domain, ballot));
          return { signature: hex(signature), wallet: false };
        },
      };
  }
}

/** The key as it is bound. */
export function keyIn(kept: KeptKey): KeyIn {
  return kept.kind === "passkey"
    ? { type: "webauthn", x: kept.x, y: kept.y }
    : { type: "address", address: kept.address };
}

/** The key's id on the record. */
export function keyId(kept: KeptKey): Hex {
  return hex(
    kept.kind === "passkey"
      ? pointKeyId(WEBAUTHN_KEY, BigInt(kept.x), BigInt(kept.y))
      : addressKeyId(unhex(kept.address)),
  );
}
