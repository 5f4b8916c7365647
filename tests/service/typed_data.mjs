// A wallet made by viem: signs typed data (EIP-712) for tests of another implementation.
// Reads lines of JSON {key, data} from standard input and answers {address, signature, verified},
// where `verified` says whether viem itself takes the signature in `data.check` as `data.signer`'s.
import { createInterface } from "node:readline";
import { verifyTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";

for await (const line of createInterface({ input: process.stdin })) {
  const { key, data, check, signer } = JSON.parse(line);
  const account = privateKeyToAccount(key);
  const { EIP712Domain: _, ...types } = data.types;
  const typed = { ...data, types };
  const signature = await account.signTypedData(typed);
  const verified = check
    ? await verifyTypedData({ ...typed, address: signer, signature: check })
    : null;
  console.log(JSON.stringify({ address: account.address, signature, verified }));
}
