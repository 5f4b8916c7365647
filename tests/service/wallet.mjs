// A wallet made by viem: signs EIP-4361 messages for tests of another implementation.
// Reads lines of JSON {key, fields} from standard input and answers {address, message, signature}.
import { createInterface } from "node:readline";
import { privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";

for await (const line of createInterface({ input: process.stdin })) {
  const { key, fields } = JSON.parse(line);
  const account = privateKeyToAccount(key);
  const times = Object.fromEntries(
    ["issuedAt", "expirationTime", "notBefore"]
      .filter((name) => fields[name])
      .map((name) => [name, new Date(fields[name])]),
  );
  const message = createSiweMessage({ ...fields, ...times, address: account.address });
  const signature = await account.signMessage({ message });
  console.log(JSON.stringify({ address: account.address, message, signature }));
}
