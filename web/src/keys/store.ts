/**
 * What a voter's browser keeps: the key, wrapped, and every act that it committed to.
 *
 * The private key is encrypted under an AES key that the browser will not export: a copy of the
 * storage does not hold it. An act is kept under (election, voter, epoch, revision) before it is
 * signed, in one transaction that first looks for the highest one, so that no two acts ever have
 * the same revision, however many tabs there are.
 */

import { type Bytes, hex } from "../protocol/bytes.ts";
import { addressOf, newPrivateKey, sign } from "../protocol/signatures.ts";
import type { BallotBody, Promised } from "../voting/api.ts";

const NAME = "hanpyo";
const VERSION = 1;
const KEYS = "keys";
const ACTS = "acts";
const ALGORITHM = "AES-GCM";
const IV_BYTES = 12;
const MOST = 65_535;

/** The browser keeps nothing for this site: private mode, or storage that is full or barred. */
export class StorageBarred extends Error {
  override name = "StorageBarred";
}

/** Another tab committed to an act since this one looked. */
export class ActedElsewhere extends Error {
  override name = "ActedElsewhere";
}

/** A key that this browser made. */
export interface BrowserKey extends Place {
  readonly kind: "browser";
  readonly address: string;
  readonly wrapping: CryptoKey;
  readonly iv: Bytes;
  readonly wrapped: ArrayBuffer;
}

/** A wallet's account that the voter chose instead. */
export interface WalletKey extends Place {
  readonly kind: "wallet";
  readonly address: string;
  readonly wallet: string;
}

/** A passkey that the voter chose instead; the point of its public key. */
export interface PasskeyKey extends Place {
  readonly kind: "passkey";
  readonly credential: string;
  readonly x: string;
  readonly y: string;
}

/** What a voter signs with on this device. */
export type KeptKey = BrowserKey | WalletKey | PasskeyKey;

/** Where an act stands on this device: committed to, signed, taken by the service, refused. */
export type ActState = "committed" | "signed" | "accepted" | "refused";

/** One act of a voter as this device knows it; never the choice. */
export interface KeptAct {
  readonly election: string;
  readonly voter: number;
  readonly epoch: number;
  readonly revision: number;
  readonly kind: number;
  readonly state: ActState;
  readonly at: number;
  readonly digest: string | null;
  readonly body: BallotBody | null;
  readonly promise: Promised | null;
}

/** One voter of one election. */
export interface Place {
  readonly election: string;
  readonly voter: number;
}

/** Opens the browser's storage; raises `StorageBarred`. */
export function openStore(): Promise<Store> {
  return new Promise((resolve, reject) => {
    let request: IDBOpenDBRequest;
    try {
      request = indexedDB.open(NAME, VERSION);
    } catch (cause) {
      reject(new StorageBarred("indexedDB", { cause }));
      return;
    }
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS, { keyPath: ["election", "voter"] });
      request.result.createObjectStore(ACTS, {
        keyPath: ["election", "voter", "epoch", "revision"],
      });
    };
    request.onsuccess = () => resolve(new Store(request.result));
    request.onerror = () => reject(new StorageBarred("indexedDB", { cause: request.error }));
    request.onblocked = () => reject(new StorageBarred("indexedDB is blocked"));
  });
}

/** Keys and acts of every voter who used this browser. */
export class Store {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  /** What the voter signs with here; null when nothing was chosen yet. */
  async key({ election, voter }: Place): Promise<KeptKey | null> {
    return (await this.#read<KeptKey | undefined>(KEYS, (s) => s.get([election, voter]))) ?? null;
  }

  /** Keep what the voter chose to sign with, in place of whatever was here. */
  keepKey(key: KeptKey): Promise<void> {
    return this.#write(KEYS, (store) => store.put(key));
  }

  /** Make a key in place of whatever was here. */
  async makeKey({ election, voter }: Place): Promise<BrowserKey> {
    const secret = newPrivateKey();
    const wrapping = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const wrapped = await crypto.subtle.encrypt({ name: ALGORITHM, iv }, wrapping, secret);
    const address = hex(addressOf(secret));
    secret.fill(0);
    const made = { kind: "browser", election, voter, address, wrapping, iv, wrapped } as const;
    await this.keepKey(made);
    return made;
  }

  /** The voter's acts on this device, the first one first. */
  acts({ election, voter }: Place): Promise<KeptAct[]> {
    return this.#read(ACTS, (store) => store.getAll(range(election, voter)));
  }

  /** The voter's last act on this device. */
  async last(place: Place): Promise<KeptAct | null> {
    return (await this.acts(place)).at(-1) ?? null;
  }

  /**
   * Commit to an act. Raises `ActedElsewhere` if an act at its order or above is here already; the
   * look and the note are one transaction, which is on the disk when this returns.
   */
  commit(act: KeptAct): Promise<void> {
    const { election, voter, epoch, revision } = act;
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(ACTS, "readwrite", { durability: "strict" });
      const store = transaction.objectStore(ACTS);
      const later = IDBKeyRange.bound(
        [election, voter, epoch, revision],
        [election, voter, MOST, MOST],
      );
      let taken = false;
      const looked = store.count(later);
      looked.onsuccess = () => {
        if (looked.result > 0) {
          taken = true;
          transaction.abort();
        } else {
          store.add(act);
        }
      };
      transaction.oncomplete = () => resolve();
      transaction.onabort = () =>
        reject(
          taken
            ? new ActedElsewhere("another act was made")
            : new StorageBarred("commit", { cause: transaction.error }),
        );
    });
  }

  /** Note what became of an act that was committed to. */
  note(act: KeptAct): Promise<void> {
    return this.#write(ACTS, (store) => store.put(act));
  }

  /** Forget a voter's key and acts, as on a device that others use. */
  async forget({ election, voter }: Place): Promise<void> {
    await this.#write(KEYS, (store) => store.delete([election, voter]));
    await this.#write(ACTS, (store) => store.delete(range(election, voter)));
  }

  #read<Row>(name: string, ask: (store: IDBObjectStore) => IDBRequest<Row>): Promise<Row> {
    return new Promise((resolve, reject) => {
      const request = ask(this.#database.transaction(name).objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new StorageBarred(name, { cause: request.error }));
    });
  }

  #write(name: string, change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(name, "readwrite", { durability: "strict" });
      change(transaction.objectStore(name));
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(new StorageBarred(name, { cause: transaction.error }));
    });
  }
}

/** Sign a digest with a key that this browser made; the plain key is wiped at once. */
export async function signWith(
  { wrapping, iv, wrapped }: BrowserKey,
  digest: Uint8Array,
): Promise<Bytes> {
  const secret = new Uint8Array(
    await crypto.subtle.decrypt({ name: ALGORITHM, iv }, wrapping, wrapped),
  );
  try {
    return sign(digest, secret);
  } finally {
    secret.fill(0);
  }
}

function range(election: string, voter: number): IDBKeyRange {
  return IDBKeyRange.bound([election, voter, 0, 0], [election, voter, MOST, MOST]);
}
