import type { Approval, Upgrade } from "../../src/protocol/approval.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import type { ContractRecord } from "../../src/protocol/record.ts";
import { registryInterface, toFinalizeData } from "../../src/protocol/registry-calls.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { settle } from "./example.ts";
import { readTypedData, signTyped } from "./people.ts";
import type { Project } from "./project.ts";
import type { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** The record, which has this version. */
export async function readVersion(
  { registry, contract }: Pick<Project, "registry" | "contract">,
  version: number,
): Promise<ContractRecord> {
  const head = await registry.readHead();
  const record = await registry.readRecord(contract, head.number);
  if (record?.version !== version) throw new Error(`expected version ${version}, found ${record?.version}`);
  return record;
}

export async function awaitVersion(project: Project, version: number): Promise<ContractRecord> {
  return until(`version ${version} of ${project.path}`, () => readVersion(project, version));
}

/** Every `finalize` that anybody sent to the registry for this contract, also those that reverted. */
export async function countFinalizing(stage: Stage, project: Project): Promise<number> {
  return countCalls(stage, project, { name: "finalize" });
}

/** How many transactions called this function of the registry for this record, also such that reverted. */
export async function countCalls(
  { anvil }: Stage,
  { registry, contract }: Project,
  { name, from: sender }: { readonly name: string; readonly from?: Address },
): Promise<number> {
  const selector = registryInterface.getFunction(name)?.selector;
  if (selector === undefined) throw new Error(`the registry has no ${name}`);
  const needle = contract.slice(2).toLowerCase();
  const height = await anvil.provider.getBlockNumber();
  let count = 0;
  for (let number = 0; number <= height; number++) {
    const block = await anvil.provider.getBlock(number, true);
    for (const { to, from, data } of block?.prefetchedTransactions ?? []) {
      const isCall = to === registry.address && data.startsWith(selector) && data.includes(needle);
      if (isCall && (sender ?? from) === from) count += 1;
    }
  }
  return count;
}

/** What anybody may do with the signatures of a quorum: takes the comment's proposal to the chain, past the App. */
export async function finalizePast(
  { anvil }: Stage,
  { registry, signers, threshold }: Project,
  comment: string,
): Promise<void> {
  const [, anyone] = anvil.accounts;
  const entries = await Promise.all(
    signers.slice(0, threshold).map(async (wallet): Promise<SignerSignature> => {
      const signature = (await signTyped(wallet, comment)) as Hex;
      return { signer: toAddress(wallet.address), kind: "account", signature };
    }),
  );
  const data = toFinalizeData(readApproval(comment), packSignatures(entries));
  await settle(await anyone.sendTransaction({ to: registry.address, data }), anyone);
}

/** The message of a comment, as the registry's `finalize` takes it. */
export function readApproval(comment: string): Approval {
  const { message } = readTypedData(comment);
  const upgrades = message.upgrades.map((upgrade: Upgrade) => ({
    ...upgrade,
    version: Number(upgrade.version),
    calls: upgrade.calls.map((call) => ({ ...call, value: BigInt(call.value), minGas: BigInt(call.minGas) })),
  }));
  return { upgrades, deadline: Number(message.deadline) };
}
