/**
 * Wallets that the browser carries: found by EIP-6963, spoken to by EIP-1193.
 *
 * What a wallet says of itself (name, picture, address) is shown and never trusted: the service and
 * the contract judge its signatures.
 */

import { equal, type Hex, hex, keccak, unhex, utf8 } from "../protocol/bytes.ts";
import type { Domain } from "../protocol/domain.ts";
import { type Ballot, ballotDigest, typedData } from "../protocol/messages.ts";
import { ADDRESS_KEY, compact, recover } from "../protocol/signatures.ts";
import type { Signer } from "../voting/booth.ts";

const DISCOVERY = 150;
const UNKNOWN_CHAIN = 4902;
const PLAIN = 65;

/** EIP-1193's provider. */
export interface Provider {
  request(asked: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** A wallet that announced itself. */
export interface Wallet {
  readonly name: string;
  readonly id: string;
  readonly provider: Provider;
}

/** The wallet refused, or answered something that is no answer. */
export class WalletFailed extends Error {
  override name = "WalletFailed";
}

/** Every wallet that announces itself when asked. */
export async function discover(): Promise<Wallet[]> {
  const found = new Map<string, Wallet>();
  const heard = (event: Event) => {
    const wallet = announced((event as CustomEvent<unknown>).detail);
    if (wallet !== null) {
      found.set(wallet.id, wallet);
    }
  };
  addEventListener("eip6963:announceProvider", heard);
  dispatchEvent(new Event("eip6963:requestProvider"));
  await new Promise((resolve) => setTimeout(resolve, DISCOVERY));
  removeEventListener("eip6963:announceProvider", heard);
  return [...found.values()];
}

/** The wallet of an id, found again. */
export async function wallet(id: string): Promise<Wallet> {
  const found = (await discover()).find((each) => each.id === id);
  if (found === undefined) {
    throw new WalletFailed("the wallet is not in this browser any more");
  }
  return found;
}

/** Ask the wallet for its account; the address in lower case. */
export async function account({ provider }: Wallet): Promise<Hex> {
  const accounts = await ask(provider, "eth_requestAccounts");
  const first = Array.isArray(accounts) ? accounts[0] : null;
  try {
    return hex(unhex(String(first), 20));
  } catch (cause) {
    throw new WalletFailed("the wallet named no account", { cause });
  }
}

/** Signs ballots with a wallet, as typed data that the wallet shows to the voter. */
export function walletSigner(id: string, address: string): Signer {
  return {
    keyType: ADDRESS_KEY,
    key: address,
    async sign(domain, ballot) {
      const { provider } = await wallet(id);
      await useChain(provider, domain.chainId);
      const typed = JSON.stringify(typedData(domain, "Ballot", { ...ballot }));
      const signature = bytes(await ask(provider, "eth_signTypedData_v4", address, typed));
      return { signature: hex(signature), wallet: !isOwn(domain, ballot, signature, address) };
    },
  };
}

/** Sign the service's EIP-4361 message with a wallet. */
export async function signIn(
  chosen: Wallet,
  fields: Readonly<Record<string, unknown>>,
): Promise<{ message: string; signature: string }> {
  const address = await account(chosen);
  const text = (name: string) => String(fields[name] ?? "");
  const message = [
    `${text("domain")} wants you to sign in with your Ethereum account:`,
    checksummed(address),
    "",
    text("statement"),
    "",
    `URI: ${text("uri")}`,
    `Version: ${text("version")}`,
    `Chain ID: ${text("chainId")}`,
    `Nonce: ${text("nonce")}`,
    `Issued At: ${text("issuedAt")}`,
    `Expiration Time: ${text("expirationTime")}`,
  ].join("\n");
  const signature = await ask(chosen.provider, "personal_sign", hex(utf8(message)), address);
  return { message, signature: hex(bytes(signature)) };
}

/** An address with the capitals of EIP-55. */
export function checksummed(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const hash = hex(keccak(utf8(digits))).slice(2);
  const cased = [...digits].map((each, at) =>
    Number.parseInt(hash[at] ?? "0", 16) > 7 ? each.toUpperCase() : each,
  );
  return `0x${cased.join("")}`;
}

/** Whether the account's own key signed; else its contract has to say so. */
function isOwn(domain: Domain, ballot: Ballot, signature: Uint8Array, address: string): boolean {
  try {
    return (
      signature.length === PLAIN &&
      equal(recover(ballotDigest(domain, ballot), compact(signature)), unhex(address))
    );
  } catch {
    return false;
  }
}

/** Move the wallet to the election's chain, which it may have to be told of first. */
async function useChain(provider: Provider, chainId: bigint): Promise<void> {
  const id = `0x${chainId.toString(16)}`;
  if ((await ask(provider, "eth_chainId")) === id) {
    return;
  }
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: id }] });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== UNKNOWN_CHAIN) {
      throw new WalletFailed("the wallet does not change its chain", { cause: error });
    }
    await ask(provider, "wallet_addEthereumChain", {
      chainId: id,
      chainName: `Hanpyo ${chainId}`,
      rpcUrls: [new URL("/rpc", location.origin).href],
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    });
  }
}

async function ask(provider: Provider, method: string, ...params: unknown[]): Promise<unknown> {
  try {
    return await provider.request(params.length > 0 ? { method, params } : { method });
  } catch (cause) {
    throw new WalletFailed(method, { cause });
  }
}

function bytes(answer: unknown): Uint8Array {
  try {
    return unhex(String(answer));
  } catch (cause) {
    throw new WalletFailed("the wallet gave no signature", { cause });
  }
}

function announced(detail: unknown): Wallet | null {
  const { info, provider } = (detail ?? {}) as {
    info?: { name?: unknown; rdns?: unknown; uuid?: unknown };
    provider?: Provider;
  };
  const id = info?.rdns ?? info?.uuid;
  return typeof info?.name === "string" && typeof id === "string" && provider !== undefined
    ? { name: info.name.slice(0, 60), id, provider }
    : null;
}
