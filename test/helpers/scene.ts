import { Wallet } from "ethers";
import { openChain } from "../../src/clients/chain.ts";
import { openRegistry, type Registry } from "../../src/clients/registry.ts";
import type { Relayer } from "../../src/clients/relayer.ts";
import { createRelayers } from "../../src/clients/relayers.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import type { Transactions } from "../../src/clients/store/transactions.ts";
import { type Approval, hashApproval } from "../../src/protocol/approval.ts";
import type { RecordDraft } from "../../src/protocol/record.ts";
import type { AnnounceOrder, FinalizeOrder, Proposal } from "../../src/verdict.ts";
import { startAnvil } from "./anvil.ts";
import { deployRegistry, registerIdle, signApproval, toApproval } from "./registry.ts";
import { type Intercept, type RpcProxy, startRpcProxy } from "./rpc-proxy.ts";

export const sceneSigners = ["01", "02", "03"].map((byte) => new Wallet(`0x${byte.repeat(32)}`));

/** What a bot of its own may be given. */
export interface Life {
  /** Which of anvil's accounts pay. */
  readonly accounts?: readonly number[];
  readonly transactions?: Transactions;
  readonly intercept?: Intercept;
  readonly timeout?: number;
}

export interface Bot {
  readonly proxy: RpcProxy;
  readonly relayer: Relayer;
  readonly registry: Registry;
}

/** Two records with two of three signers, on a real registry; the relayer is anvil's third account. */
export async function startScene() {
  const anvil = await startAnvil();
  const registry = await deployRegistry(anvil);
  const register = () => registerIdle(anvil, registry, { signers: sceneSigners, minSignatures: 2 });
  const drafts: readonly [RecordDraft, RecordDraft] = [await register(), await register()];
  let proxies: RpcProxy[] = [];

  /** One approval that moves the records, signed by as many as said. */
  async function toOrder({ records = drafts as readonly RecordDraft[], signed = 2, term = 86_400 } = {}) {
    const head = await registry.readHead();
    const upgrades = records.flatMap((record) => toApproval(record, head).upgrades);
    return toSigned({ upgrades, deadline: head.timestamp + term }, signed);
  }

  async function toSigned(approval: Approval, signed = 2) {
    const { domain } = registry;
    const signatures = await Promise.all(
      sceneSigners.slice(0, signed).map((signer) => signApproval(signer, { domain, approval })),
    );
    const proposal: Proposal = { domain, approval, digest: hashApproval(domain, approval) };
    return { proposal, signatures, deployments: [] } satisfies FinalizeOrder;
  }

  /** One proposal to announce, of each kind. */
  async function toAnnouncements(): Promise<Record<AnnounceOrder["kind"], AnnounceOrder>> {
    const { proposal, signatures } = await toOrder();
    const known = { proposal, since: (await registry.readHead()).timestamp };
    return { open: { ...known, kind: "open", signatures: [] }, quorum: { ...known, kind: "quorum", signatures } };
  }

  async function startBot({ accounts = [2], intercept, timeout = 4_000, ...life }: Life = {}): Promise<Bot> {
    const proxy = await startRpcProxy(anvil.rpc);
    proxies.push(proxy);
    if (intercept) proxy.intercept(intercept);
    const chain = openChain({ chainId: 31_337, rpc: proxy.rpc, confirmations: 1, pollingInterval: 10, timeout: 400 });
    const wallets = accounts.map((account) => new Wallet(anvil.accounts[account]?.privateKey ?? ""));
    const store = { transactions: life.transactions ?? createMemoryTransactions() };
    const relayer = createRelayers({ chain, wallets, store, timeout });
    return { proxy, relayer, registry: openRegistry(chain, registry.address) };
  }

  /** What is on the chain: events of the proposal, versions of the records, transactions of the third and fourth account. */
  async function readEffects({ digest }: Proposal) {
    const { number } = await registry.readHead();
    const changes = await registry.readFinalized(digest, { fromBlock: 0, block: number });
    const records = await Promise.all(
      drafts.map(({ contractAddress }) => registry.readRecord(contractAddress, number)),
    );
    const senders = anvil.accounts.slice(2, 4);
    const sent = await Promise.all(senders.map(({ address }) => anvil.provider.getTransactionCount(address)));
    const versions = records.map((record) => record?.version);
    return { changes: changes.length, versions, sent: sent.reduce((sum, count) => sum + count) };
  }

  /** Remembers the chain as it is; what it returns brings it back and ends the bots. */
  async function snapshot(): Promise<() => Promise<void>> {
    const id = await anvil.provider.send("evm_snapshot", []);
    return async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      proxies = [];
      await anvil.provider.send("evm_revert", [id]);
    };
  }

  return {
    anvil,
    registry,
    drafts,
    toOrder,
    toSigned,
    toAnnouncements,
    startBot,
    readEffects,
    snapshot,
    stop: () => anvil.stop(),
  };
}

export type Scene = Awaited<ReturnType<typeof startScene>>;
