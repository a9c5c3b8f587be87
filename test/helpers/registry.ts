import { AbiCoder, type BaseWallet, concat, type TransactionReceipt, type TransactionRequest } from "ethers";
import { openChain } from "../../src/clients/chain.ts";
import { openRegistry, type Registry } from "../../src/clients/registry.ts";
import { type Approval, approvalTypes, type Domain, toEip712Domain } from "../../src/protocol/approval.ts";
import { type Address, type Hex, toAddress, zeroHash } from "../../src/protocol/hex.ts";
import { byAddress, type RecordDraft } from "../../src/protocol/record.ts";
import { registryBytecode } from "../../src/protocol/registry-abi.ts";
import { toRegisterData } from "../../src/protocol/registry-calls.ts";
import type { SignerSignature } from "../../src/protocol/signature.ts";
import type { Anvil } from "./anvil.ts";

const link = "https://github.com/acme/vault/tree";

export function toLink(commit: string): string {
  return `${link}/${commit.repeat(40)}/contracts`;
}

/** Sends and looks the receipt up: `tx.wait()` can hang. */
export async function sendMined(sender: BaseWallet, request: TransactionRequest): Promise<TransactionReceipt> {
  const { hash } = await sender.sendTransaction(request);
  for (let tries = 0; tries < 200; tries++) {
    const receipt = await sender.provider?.getTransactionReceipt(hash);
    if (receipt) return receipt;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${hash} was not mined`);
}

export async function deploy(sender: BaseWallet, initcode: string): Promise<Address> {
  const { contractAddress } = await sendMined(sender, { data: initcode });
  if (!contractAddress) throw new Error("nothing was deployed");
  return toAddress(contractAddress);
}

/** A real registry, whose curator is the first account. */
export async function deployRegistry({ accounts: [curator], rpc, chainId }: Anvil): Promise<Registry> {
  const argument = AbiCoder.defaultAbiCoder().encode(["address"], [curator.address]);
  const address = await deploy(curator, concat([registryBytecode, argument]));
  return openRegistry(openChain({ chainId, rpc, confirmations: 1, pollingInterval: 25 }), address);
}

/** A contract that does nothing and has no owner: the curator may register it. */
export function deployIdle({ accounts: [sender] }: Anvil): Promise<Address> {
  return deploy(sender, "0x60016000f3");
}

/** Registers an idle contract with these signers, all of whom must sign unless said otherwise. */
export async function registerIdle(
  anvil: Anvil,
  registry: Registry,
  { signers, minSignatures = signers.length }: { signers: readonly BaseWallet[]; minSignatures?: number },
): Promise<RecordDraft> {
  const draft: RecordDraft = {
    contractAddress: await deployIdle(anvil),
    contractHash: `0x${"11".repeat(32)}`,
    contractLink: toLink("1"),
    signers: signers.map(({ address }) => toAddress(address)).sort(byAddress),
    minSignatures,
  };
  const { status } = await sendMined(anvil.accounts[0], { to: registry.address, data: toRegisterData(draft) });
  if (status !== 1) throw new Error("the registration reverted");
  return draft;
}

/** The approval of a record-only change to version 2. */
export function toApproval({ contractAddress }: RecordDraft, { timestamp }: { readonly timestamp: number }): Approval {
  const upgrade = {
    contractAddress,
    version: 2,
    contractHash: `0x${"22".repeat(32)}` as Hex,
    contractLink: toLink("2"),
  };
  return { upgrades: [{ ...upgrade, buildHash: zeroHash, code: [], calls: [] }], deadline: timestamp + 86_400 };
}

export async function signApproval(
  wallet: BaseWallet,
  { domain, approval }: { readonly domain: Domain; readonly approval: Approval },
): Promise<SignerSignature> {
  const signature = await wallet.signTypedData(toEip712Domain(domain), approvalTypes, approval);
  return { signer: toAddress(wallet.address), kind: "account", signature: signature as Hex };
}
