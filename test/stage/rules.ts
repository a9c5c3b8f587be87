import type { HDNodeWallet, Wallet } from "ethers";
import { hashApproval } from "../../src/protocol/approval.ts";
import { type Address, type Bytes32, type Hex, toAddress, zeroAddress } from "../../src/protocol/hex.ts";
import { hashMessage } from "../../src/protocol/messages.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { readApproval } from "./chain.ts";
import { settle } from "./example.ts";
import type { Project } from "./project.ts";
import type { Stage } from "./stage.ts";

/** How a record is to be governed: by the signers that it has, and nothing else, where absent. */
export interface RulesDraft {
  readonly signers?: readonly HDNodeWallet[];
  readonly threshold?: number;
  readonly authority?: Address;
  readonly guardian?: Address;
  readonly gate?: Address;
  readonly delay?: number;
}

/** Has the first signers of a record, which is undelayed as yet, rotate it to these rules. */
export async function govern(stage: Stage, project: Project, draft: RulesDraft): Promise<void> {
  const { registry, contract, signers, threshold } = project;
  const next = { signers, threshold, ...draft };
  const { number, timestamp } = await registry.readHead();
  const record = await registry.readRecord(contract, number);
  const rotation = {
    contractAddress: contract,
    version: (record?.version ?? 0) + 1,
    signers: next.signers.map(({ address }) => toAddress(address)),
    contractSigners: 0,
    minSignatures: next.threshold,
    authority: draft.authority ?? zeroAddress,
    guardian: draft.guardian ?? zeroAddress,
    gate: draft.gate ?? zeroAddress,
    delay: draft.delay ?? 0,
    commitReveal: false,
    deadline: timestamp + 86_400,
  };
  const digest = hashMessage("Rotation", { domain: registry.domain, message: rotation });
  const signatures = signers.slice(0, threshold).map((signer): SignerSignature => {
    const signature = signer.signingKey.sign(digest).serialized as Hex;
    return { signer: toAddress(signer.address), kind: "account", signature };
  });
  const [sender] = stage.anvil.accounts;
  await callRegistry(project, sender, { name: "rotate", args: [rotation, packSignatures(signatures)] });
}

/** A transaction to the registry, as anybody's wallet sends it. */
export async function callRegistry(
  { registry }: Project,
  sender: Wallet,
  { name, args }: { name: string; args: readonly unknown[] },
): Promise<void> {
  const data = registryInterface.encodeFunctionData(name, args);
  await settle(await sender.sendTransaction({ to: registry.address, data }), sender);
}

/** Lets so many seconds go by on the chain, to the second. */
export async function pass({ anvil }: Stage, seconds: number): Promise<void> {
  await anvil.provider.send("evm_increaseTime", [seconds]);
  await anvil.mine();
}

/** The digest of the comment's message. */
export function digestOf({ registry }: Project, comment: string): Bytes32 {
  return hashApproval(registry.domain, readApproval(comment));
}

/** What the chain has scheduled under a digest, and of the record now. */
export async function readSchedule({ registry }: Project, digest: Bytes32) {
  return registry.readSchedule(digest, (await registry.readHead()).number);
}
