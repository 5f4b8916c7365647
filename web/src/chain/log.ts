/** One log of the election as a source tells it; `transaction` names the transaction's hash. */

import type { Bytes } from "./bytes.ts";

export interface Log {
  readonly topics: readonly Bytes[];
  readonly data: Bytes;
  readonly block: number;
  readonly blockHash: Bytes;
  readonly transaction: string;
  readonly index: number;
}
