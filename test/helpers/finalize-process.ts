// A process of its own that finalizes one order and prints what came of it: `node finalize-process.ts JSON`.
import { Wallet } from "ethers";
import { ensureFinalized } from "../../src/act/ensure-finalized.ts";
import { openChain } from "../../src/clients/chain.ts";
import { openRegistry } from "../../src/clients/registry.ts";
import { createRelayer } from "../../src/clients/relayer.ts";
import { openStore } from "../../src/clients/store.ts";
import type { Address } from "../../src/protocol/hex.ts";
import type { FinalizeOrder } from "../../src/verdict.ts";

/** An order without calls, so that it is plain JSON. */
export interface FinalizeTask {
  readonly rpc: string;
  readonly registry: Address;
  readonly key: string;
  readonly directory: string;
  readonly order: FinalizeOrder;
}

const task = JSON.parse(process.argv[2] ?? "") as FinalizeTask;
const chain = openChain({ chainId: 31_337, rpc: task.rpc, confirmations: 1, pollingInterval: 20 });
const store = await openStore({ directory: task.directory, staleAfter: 2_000 });
const relayer = createRelayer({ chain, wallet: new Wallet(task.key), store, timeout: 10_000 });
const result = await ensureFinalized(task.order, { registry: openRegistry(chain, task.registry), relayer });
console.log(JSON.stringify(result, (_, value) => (typeof value === "bigint" ? String(value) : value)));
await store.close();
