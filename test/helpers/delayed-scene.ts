import type { Wallet } from "ethers";
import { type Bytes32, type Hex, toAddress, zeroAddress } from "../../src/protocol/hex.ts";
import { hashMessage, type Rotation } from "../../src/protocol/messages.ts";
import type { RecordDraft } from "../../src/protocol/record.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { sendMined } from "./registry.ts";
import { type Scene, sceneSigners, startScene } from "./scene.ts";

const delay = 86_400;

/** The scene with a delay of a day on both records, and an order that moves both to version 3. */
export async function startDelayedScene() {
  const scene = await startScene();
  for (const draft of scene.drafts) await govern(scene, draft, { delay });
  const { proposal } = await scene.toOrder({ term: 10 * delay });
  const upgrades = proposal.approval.upgrades.map((upgrade) => ({ ...upgrade, version: 3 }));
  const order = await scene.toSigned({ ...proposal.approval, upgrades });

  /** Lets the delay go by. */
  async function ripen(): Promise<void> {
    await scene.anvil.provider.send("evm_increaseTime", [delay]);
    await scene.anvil.mine();
  }

  return { scene, order, ripen };
}

/** Has the signers rotate their record to these rules; it has version 2 then. */
export async function govern(
  { registry, anvil }: Scene,
  { contractAddress, signers, minSignatures }: RecordDraft,
  rules: Partial<Pick<Rotation, "delay" | "gate">>,
): Promise<void> {
  const none = { authority: zeroAddress, guardian: zeroAddress, gate: zeroAddress, delay: 0, commitReveal: false };
  const { timestamp } = await registry.readHead();
  const rotation: Rotation = {
    ...{ ...none, ...rules },
    ...{ contractAddress, version: 2, signers, contractSigners: 0, minSignatures, deadline: timestamp + 3_600 },
  };
  const digest = hashMessage("Rotation", { domain: registry.domain, message: rotation });
  const signatures = packSignatures(sceneSigners.slice(0, 2).map((wallet) => signDigest(wallet, digest)));
  const data = registryInterface.encodeFunctionData("rotate", [rotation, signatures]);
  await sendMined(anvil.accounts[1], { to: registry.address, data });
}

export function signDigest(wallet: Wallet, digest: Bytes32): SignerSignature {
  const signature = wallet.signingKey.sign(digest).serialized as Hex;
  return { signer: toAddress(wallet.address), kind: "account", signature };
}
