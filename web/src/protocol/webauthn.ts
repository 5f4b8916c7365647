/** WebAuthn assertions as the record takes them: the fields of `WebAuthnAuth`, ABI-encoded. */

import { type Bytes, concat, EncodingError, integer, number, word } from "./bytes.ts";

const HEAD = 6 * 32;
const WORD = 32;
/** The order of P-256; s is kept in its lower half. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The bytes of a signature; `der` is ECDSA's as authenticators give it. */
export function encodeAssertion(
  der: Uint8Array,
  authenticatorData: Uint8Array,
  clientData: Uint8Array,
): Bytes {
  const text = new TextDecoder().decode(clientData);
  const [r, s] = readDer(der);
  const places = [text.indexOf('"challenge"'), text.indexOf('"type"')];
  if (places.some((each) => each < 0)) {
    throw new EncodingError("the client data name no challenge or type");
  }
  const data = padded(authenticatorData);
  const low = s > ORDER / 2n ? ORDER - s : s;
  return concat(
    word(r),
    word(low),
    ...places.map(word),
    word(HEAD),
    word(HEAD + data.length),
    data,
    padded(clientData),
  );
}

/** r and s of ECDSA-Sig-Value. */
function readDer(der: Uint8Array): [bigint, bigint] {
  let at = 2;
  const next = () => {
    const length = der[at + 1] ?? 0;
    const value = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 2 || value.length !== length || length === 0) {
      throw new EncodingError("not an ECDSA signature");
    }
    at += 2 + length;
    return integer(value);
  };
  if (der[0] !== 0x30 || der[1] !== der.length - 2) {
    throw new EncodingError("not an ECDSA signature");
  }
  return [next(), next()];
}

function padded(data: Uint8Array): Bytes {
  const rest = (WORD - (data.length % WORD)) % WORD;
  return concat(number(data.length, WORD), data, new Uint8Array(rest));
}
