import { Interface, type Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Approval } from "../../src/protocol/approval.ts";
import { type Address, type Hex, toAddress, zeroHash } from "../../src/protocol/hex.ts";
import { toFinalizeData, toRegisterData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import { deployIdle, signApproval } from "../helpers/registry.ts";
import { readVersion } from "../stage/chain.ts";
import { settle, vaultInterface } from "../stage/example.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import type { Project } from "../stage/project.ts";

let play: Play;
let project: Project;
let executor: Address;
let approval: Approval;
/** The App's own key: all that a thief of the App has. */
let relayer: Wallet;

beforeAll(async () => {
  play = await openPlay({ project: {}, bot: false });
  project = projectAt(play, 0);
  relayer = play.stage.anvil.accounts[2];
  const head = await project.registry.readHead();
  executor = await project.registry.readExecutor(project.contract, head.number);
  const data = vaultInterface.encodeFunctionData("transferOwnership", [executor]) as Hex;
  const upgrade = {
    contractAddress: project.contract,
    version: 2,
    contractHash: `0x${"66".repeat(32)}` as Hex,
    contractLink: (await readVersion(project, 1)).contractLink,
    ...{ buildHash: zeroHash, code: [], calls: [{ target: project.contract, value: 0n, minGas: 0n, data }] },
  };
  approval = { upgrades: [upgrade], deadline: head.timestamp + 86_400 };
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** What the signatures of these accounts make of it. */
async function finalizeWith(wallets: readonly Parameters<typeof signApproval>[0][]): Promise<Hex> {
  const { domain } = project.registry;
  const signatures = await Promise.all(wallets.map((wallet) => signApproval(wallet, { domain, approval })));
  return toFinalizeData(approval, packSignatures(signatures));
}

const proxy = new Interface(["function upgradeToAndCall(address implementation, bytes data) payable"]);
const executorInterface = new Interface([
  "function execute((address target, uint256 value, uint64 minGas, bytes data) call)",
]);

describe("the relayer's key alone", () => {
  it.each<[string, () => Promise<Hex>]>([
    ["finalize without a signature", async () => toFinalizeData(approval, "0x")],
    ["finalize with its own signature", () => finalizeWith([relayer])],
    ["finalize with its own signature six times", () => finalizeWith(Array.from({ length: 6 }, () => relayer))],
    ["finalize with five of the six signatures", () => finalizeWith(project.signers.slice(0, 5))],
    ["finalize with five signatures and its own", () => finalizeWith([...project.signers.slice(0, 5), relayer])],
    [
      "finalize with one signer's signature six times",
      () => finalizeWith(Array.from({ length: 6 }, () => project.signers[0] ?? relayer)),
    ],
    [
      "register the contract over",
      async () => {
        const { contractHash, contractLink } = await readVersion(project, 1);
        const signers = [toAddress(relayer.address)];
        return toRegisterData({
          contractAddress: project.contract,
          contractHash,
          contractLink,
          signers,
          minSignatures: 1,
        });
      },
    ],
    [
      "register a contract that is not its own",
      async () => {
        const { contractHash, contractLink } = await readVersion(project, 1);
        const contractAddress = await deployIdle(play.stage.anvil);
        return toRegisterData({
          contractAddress,
          contractHash,
          contractLink,
          signers: [toAddress(relayer.address)],
          minSignatures: 1,
        });
      },
    ],
  ])("cannot %s", async (_, toData) => {
    await expectRefusal(play.registry, await toData());
  });

  it.each<[string, () => string]>([
    ["call the proxy's upgrade", () => proxy.encodeFunctionData("upgradeToAndCall", [relayer.address, "0x"])],
    ["take the proxy's ownership", () => vaultInterface.encodeFunctionData("transferOwnership", [relayer.address])],
  ])("cannot %s", async (_, toData) => {
    await expectRefusal(project.contract, toData());
  });

  it("changes the record with the sixth signature: so it is the signatures that decide", async () => {
    await settle(
      await relayer.sendTransaction({ to: play.registry, data: await finalizeWith(project.signers.slice(0, 6)) }),
      relayer,
    );
    await readVersion(project, 2);
  });

  it("cannot have the executor make a call, now that it stands", async () => {
    const data = vaultInterface.encodeFunctionData("transferOwnership", [relayer.address]);
    const call = { target: project.contract, value: 0, minGas: 0, data };
    expect(await play.stage.anvil.provider.getCode(executor)).not.toBe("0x");
    await expectRefusal(executor, executorInterface.encodeFunctionData("execute", [call]));
  });

  it("cannot send the same signatures again", async () => {
    await expectRefusal(play.registry, await finalizeWith(project.signers.slice(0, 6)));
  });

  async function readRecord() {
    const { registry, contract } = project;
    return registry.readRecord(contract, (await registry.readHead()).number);
  }

  /** Not only in a simulation: the transaction is mined, reverts, and the record is as it was. */
  async function expectRefusal(to: Address, data: string): Promise<void> {
    const { provider } = play.stage.anvil;
    const before = await readRecord();
    const slot = await project.registry.readImplementation(project.contract, await provider.getBlockNumber());
    await expect(relayer.call({ to, data })).rejects.toThrow();
    const { hash } = await relayer.sendTransaction({ to, data, gasLimit: 2_000_000 });
    expect((await provider.getTransactionReceipt(hash))?.status).toBe(0);
    expect(await readRecord()).toEqual(before);
    expect(await project.registry.readImplementation(project.contract, await provider.getBlockNumber())).toBe(slot);
  }
});
