/** The browser's own key as a signer of ballots. */

import { hex } from "../protocol/bytes.ts";
import { ballotDigest } from "../protocol/messages.ts";
import { ADDRESS_KEY } from "../protocol/signatures.ts";
import type { Signer } from "../voting/booth.ts";
import type { Place, Store } from "./store.ts";

/** Signs with the key that this browser keeps for the voter. */
export function browserSigner(store: Store, place: Place, address: string): Signer {
  return {
    keyType: ADDRESS_KEY,
    key: address,
    async sign(domain, ballot) {
      const signature = await store.sign(place, ballotDigest(domain, ballot));
      return { signature: hex(signature), wallet: false };
    },
  };
}
