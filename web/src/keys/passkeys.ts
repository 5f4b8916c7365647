/** Passkeys: WebAuthn's structures as JSON and back, so that the service and browsers meet. */

import { hex } from "../protocol/bytes.ts";
import { ballotDigest } from "../protocol/messages.ts";
import { WEBAUTHN_KEY } from "../protocol/signatures.ts";
import { encodeAssertion } from "../protocol/webauthn.ts";
import type { Signer } from "../voting/booth.ts";
import type { PasskeyKey } from "./store.ts";

/** Ask for an assertion by these options; its JSON as the service takes it. */
export async function assertion(options: unknown): Promise<object> {
  const given = options as PublicKeyCredentialRequestOptionsJSON;
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: decoded(given.challenge),
    ...(given.rpId === undefined ? {} : { rpId: given.rpId }),
    ...(given.timeout === undefined ? {} : { timeout: given.timeout }),
    userVerification: "required",
    allowCredentials: (given.allowCredentials ?? []).map((each) => ({
      type: "public-key" as const,
      id: decoded(each.id),
    })),
  };
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (found === null) {
    throw new DOMException("no passkey was chosen", "NotAllowedError");
  }
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: found.id,
    type: found.type,
    response: {
      clientDataJSON: encoded(answer.clientDataJSON),
      authenticatorData: encoded(answer.authenticatorData),
      signature: encoded(answer.signature),
      userHandle: answer.userHandle ? encoded(answer.userHandle) : null,
    },
    clientExtensionResults: {},
  };
}

/** Make a passkey by these options; its JSON as the service takes it. */
export async function enrolment(options: unknown): Promise<{ id: string }> {
  const given = options as PublicKeyCredentialCreationOptionsJSON;
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: decoded(given.challenge),
    rp: given.rp,
    user: { ...given.user, id: decoded(given.user.id) },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  };
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  if (made === null) {
    throw new DOMException("no passkey was made", "NotAllowedError");
  }
  const answer = made.response as AuthenticatorAttestationResponse;
  const response = {
    clientDataJSON: encoded(answer.clientDataJSON),
    attestationObject: encoded(answer.attestationObject),
  };
  const whole = { id: made.id, rawId: made.id, type: made.type, clientExtensionResults: {} };
  return { ...whole, response } as { id: string };
}

/** The bytes of base64url. */
export function decoded(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

/** Bytes as base64url. */
export function encoded(data: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(data));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Signs ballots with a passkey: the digest is the challenge. */
export function passkeySigner(kept: PasskeyKey): Signer {
  return {
    keyType: WEBAUTHN_KEY,
    key: `${kept.x}${kept.y.slice(2)}`,
    async sign(domain, ballot) {
      const publicKey: PublicKeyCredentialRequestOptions = {
        challenge: ballotDigest(domain, ballot),
        userVerification: "required",
        allowCredentials: [{ type: "public-key", id: decoded(kept.credential) }],
      };
      const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
      if (found === null) {
        throw new DOMException("no passkey was chosen", "NotAllowedError");
      }
      const answer = found.response as AuthenticatorAssertionResponse;
      const signature = encodeAssertion(
        new Uint8Array(answer.signature),
        new Uint8Array(answer.authenticatorData),
        new Uint8Array(answer.clientDataJSON),
      );
      return { signature: hex(signature), wallet: false };
    },
  };
}
