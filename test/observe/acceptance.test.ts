import { concat, dataLength, id, toBeHex, Wallet } from "ethers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Registry } from "../../src/clients/registry.ts";
import type { ChangeFacts } from "../../src/facts.ts";
import { observeAcceptance } from "../../src/observe/acceptance.ts";
import type { UpgradeKind } from "../../src/policy.ts";
import type { Call } from "../../src/protocol/approval.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { toAcceptanceCall } from "../../src/protocol/proxy-calls.ts";
import type { RecordDraft } from "../../src/protocol/record.ts";
import { toFinalizeData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployRegistry, registerIdle, sendMined, signApproval, toApproval } from "../helpers/registry.ts";

const signer = new Wallet(`0x${"01".repeat(32)}`);

let anvil: Anvil;
let registry: Registry;
let draft: RecordDraft;
let executor: Address;

beforeAll(async () => {
  anvil = await startAnvil();
  registry = await deployRegistry(anvil);
});
afterAll(() => anvil.stop());

beforeEach(async () => {
  draft = await registerIdle(anvil, registry, { signers: [signer] });
  executor = await registry.executorOf(draft);
  // Whatever it is called with: emits OwnershipTransferred(zero, executor), and answers with the executor.
  const topic = id("OwnershipTransferred(address,address)");
  const code = concat(["0x73", executor, "0x5f7f", topic, "0x5f5fa373", executor, "0x5f5260205ff3"]);
  await anvil.provider.send("anvil_setCode", [draft.contractAddress, code]);
});

/** Whether the plan begins with accepting the ownership, before the change or after it. */
async function observe(change?: ChangeFacts, { kind = "uups" as UpgradeKind, to = executor, block = 0 } = {}) {
  const head = await registry.readHead();
  const record = await registry.readRecord(draft.contractAddress, head.number);
  const contract = { address: draft.contractAddress, chain: 31_337, path: "", kind, build: { settings: {} } };
  const at = { registry, block: block || head.number };
  return observeAcceptance(contract, { record, executor: to, change }, at);
}

async function sign(calls: readonly Call[]): Promise<Hex> {
  const approval = toApproval(draft, await registry.readHead());
  const upgrades = approval.upgrades.map((upgrade) => ({ ...upgrade, calls }));
  const message = { ...approval, upgrades };
  const signature = await signApproval(signer, { domain: registry.domain, approval: message });
  return toFinalizeData(message, packSignatures([signature]));
}

async function send(request: { to?: string; data: string }): Promise<ChangeFacts> {
  const [change] = registry.parseFinalized(await sendMined(anvil.accounts[1], { gasLimit: 2_000_000, ...request }));
  if (!change) throw new Error("nothing was finalized");
  return change;
}

/** Initcode that calls the contract and then the registry, in one transaction. */
function toBatch(finalize: Hex): string {
  const call = (target: Address, size: string) => concat(["0x5f5f", size, "0x5f5f73", target, "0x5af150"]);
  const size = concat(["0x61", toBeHex(dataLength(finalize), 2)]);
  const first = call(draft.contractAddress, "0x5f");
  const second = call(registry.address, size);
  const copyLength = 8;
  const end = "0x5f5ff3";
  const start = dataLength(first) + copyLength + dataLength(second) + dataLength(end);
  return concat([first, size, "0x61", toBeHex(start, 2), "0x5f39", second, end, finalize]);
}

it("is to come while the ownership is pending for the executor", async () => {
  expect(await observe()).toBe(true);
  expect(await observe(undefined, { to: toAddress(anvil.accounts[2].address) })).toBe(false);
  expect(await observe(undefined, { kind: "record" })).toBe(false);
});

it("is read at the block of the other facts", async () => {
  const { number } = await registry.readHead();
  expect(await observe(undefined, { block: number - 1 })).toBe(false);
});

it("has come where the change's calls made the executor the owner", async () => {
  const data = await sign([toAcceptanceCall(draft.contractAddress)]);
  const change = await send({ to: registry.address, data });
  await anvil.provider.send("anvil_setCode", [draft.contractAddress, "0x00"]);
  expect(await observe(change)).toBe(true);
  expect(await observe(change, { to: toAddress(anvil.accounts[2].address) })).toBe(false);
});

it("has not come where there was no call, whatever is pending since", async () => {
  expect(await observe(await send({ to: registry.address, data: await sign([]) }))).toBe(false);
});

it("is not what came before the change in the same transaction", async () => {
  expect(await observe(await send({ data: toBatch(await sign([])) }))).toBe(false);
});

it("is not what another transaction of the block did", async () => {
  const data = await sign([]);
  await anvil.provider.send("evm_setAutomine", [false]);
  const finalizing = send({ to: registry.address, data });
  const other = anvil.accounts[2].sendTransaction({ to: draft.contractAddress, gasLimit: 100_000 });
  await other;
  await anvil.mine();
  await anvil.provider.send("evm_setAutomine", [true]);
  const change = await finalizing;
  const { blockNumber } = (await anvil.provider.getTransactionReceipt((await other).hash)) ?? {};
  expect(blockNumber).toBe(change.block);
  expect(await observe(change)).toBe(false);
});
