// A wallet made by viem: signs typed data (EIP-712), or a text in bytes (EIP-191), for tests of
// another implementation. Reads lines of JSON {key, data} or {key, raw} from standard input and
// answers {address, signature, verified}, where `verified` says whether viem itself takes the
// signature in `data.check` as `data.signer`'s.
import { createInterface } from "node:readline";
import { verifyTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";

for await (const line of createInterface({ input: process.stdin })) {
  const { key, data, raw, check, signer } = JSON.parse(line);
  const account = privateKeyToAccount(key);
  if (raw) {
    const signature = await account.signMessage({ message: { raw } });
    console.log(JSON.stringify({ address: account.address, signature, verified: null }));
    continue;
  }
  const { EIP712Domain: _, ...types } = data.types;
  const typed = { ...data, types };
  const signature = await account.signTypedData(typed);
  const verified = check
    ? await verifyTypedData({ ...typed, address: signer, signature: check })
    : null;
  console.log(JSON.stringify({ address: account.address, signature, verified }));
}
