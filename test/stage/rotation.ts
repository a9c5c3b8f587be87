import { concat, type HDNodeWallet, ZeroAddress } from "ethers";
import { toEip712Domain } from "../../src/protocol/approval.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { messageTypes } from "../../src/protocol/messages.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { sendMined } from "../helpers/registry.ts";
import { readVersion } from "./chain.ts";
import type { Project } from "./project.ts";
import type { Stage } from "./stage.ts";

/** The record's signers agree on chain to be these from now on, of whom so many must sign. */
export async function rotate(
  { anvil }: Stage,
  { registry, contract, signers, threshold }: Project,
  next: { readonly signers: readonly HDNodeWallet[]; readonly threshold: number },
): Promise<void> {
  const { timestamp } = await registry.readHead();
  const addresses: Address[] = next.signers.map(({ address }) => toAddress(address)).sort(byAddress);
  const rotation = {
    contractAddress: contract,
    version: (await readVersion({ registry, contract }, 1)).version + 1,
    ...{ signers: addresses, contractSigners: 0, minSignatures: next.threshold },
    ...{ authority: ZeroAddress, guardian: ZeroAddress, gate: ZeroAddress, delay: 0, commitReveal: false },
    deadline: timestamp + 86_400,
  };
  const domain = toEip712Domain(registry.domain);
  const sign = (wallet: HDNodeWallet) => wallet.signTypedData(domain, messageTypes.Rotation, rotation);
  const signatures = await Promise.all(signers.slice(0, threshold).map(sign));
  const data = registryInterface.encodeFunctionData("rotate", [rotation, concat(signatures)]);
  const { status } = await sendMined(anvil.accounts[1], { to: registry.address, data });
  if (status !== 1) throw new Error("the rotation reverted");
}
