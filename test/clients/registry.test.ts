import { concat, Wallet, zeroPadValue } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLogs } from "../../src/clients/registry/read-logs.ts";
import { openRegistry, type Registry } from "../../src/clients/registry.ts";
import { failure } from "../../src/errors.ts";
import { hashApproval } from "../../src/protocol/approval.ts";
import { type Address, type Hex, toAddress, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";
import type { RecordDraft } from "../../src/protocol/record.ts";
import { toFinalizeData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployRegistry, registerIdle, sendMined, signApproval, toApproval } from "../helpers/registry.ts";

const signers = ["01", "02", "03"].map((byte) => new Wallet(`0x${byte.repeat(32)}`));
const stranger = `0x${"0".repeat(38)}AA` as Address;

let anvil: Anvil;
let registry: Registry;
let draft: RecordDraft;

beforeAll(async () => {
  anvil = await startAnvil();
  registry = await deployRegistry(anvil);
  draft = await registerIdle(anvil, registry, { signers, minSignatures: 2 });
});
afterAll(() => anvil.stop());

async function place(account: Address, code: string): Promise<void> {
  await anvil.provider.send("anvil_setCode", [account, code]);
}

describe("a record", () => {
  it("is read as it was registered", async () => {
    const { number } = await registry.readHead();
    expect(await registry.readRecord(draft.contractAddress, number)).toEqual({
      ...draft,
      contractSigners: [],
      version: 1,
    });
    expect(await registry.readExecutor(draft.contractAddress, number)).toBe(await registry.executorOf(draft));
  });

  it("is absent before its block, and where nothing is registered", async () => {
    const { number } = await registry.readHead();
    expect(await registry.readRecord(draft.contractAddress, number - 1)).toBeUndefined();
    expect(await registry.readRecord(stranger, number)).toBeUndefined();
    expect(await registry.readExecutor(stranger, number)).toBe(zeroAddress);
  });

  it("is not taken as absent where there is no registry", async () => {
    const nothing = openRegistry(registry.chain, stranger).readRecord(draft.contractAddress, 1);
    await expect(nothing).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
  });
});

describe("a registration that is only tried", () => {
  it("passes for who may, and is refused in words for who may not", async () => {
    const [curator, other] = anvil.accounts;
    const contractAddress = toAddress(stranger);
    await place(contractAddress, "0x00");
    const wanted = { ...draft, contractAddress };
    expect(await registry.simulateRegister(toAddress(curator.address), wanted)).toEqual({ kind: "passed" });
    expect(await registry.simulateRegister(toAddress(other.address), wanted)).toEqual({
      kind: "refused",
      message: `RegistrationUnauthorized(contractAddress: ${contractAddress}, sender: ${other.address}, owner: ${zeroAddress})`,
    });
  });
});

describe("a finalized approval", () => {
  it("is simulated, found by hash and by digest, and proven by its receipt", async () => {
    const before = await registry.readHead();
    const fresh = await registerIdle(anvil, registry, { signers, minSignatures: 2 });
    const approval = toApproval(fresh, before);
    const digest = hashApproval(registry.domain, approval);
    const [first, second] = await Promise.all(
      signers.map((signer) => signApproval(signer, { domain: registry.domain, approval })),
    );
    if (!first || !second) throw new Error("expected two signatures");
    const sender = toAddress(anvil.accounts[2].address);

    expect(await registry.simulate(sender, toFinalizeData(approval, packSignatures([first])))).toEqual({
      kind: "refused",
      message: `QuorumNotReached(contractAddress: ${fresh.contractAddress}, found: 1, expected: 2)`,
    });
    const signatures = packSignatures([first, second]);
    expect(await registry.simulate(sender, toFinalizeData(approval, signatures))).toEqual({ kind: "passed" });

    const data = toFinalizeData(approval, signatures);
    const receipt = await sendMined(anvil.accounts[2], { to: registry.address, data });
    const [upgrade] = approval.upgrades;
    const change = {
      contractAddress: fresh.contractAddress,
      contractHash: upgrade?.contractHash,
      contractLink: upgrade?.contractLink,
      version: 2,
      digest,
      transaction: receipt.hash,
      block: receipt.blockNumber,
    };
    const range = { fromBlock: before.number, block: receipt.blockNumber };
    expect(registry.parseFinalized(receipt)).toEqual([change]);
    expect(await registry.readFinalized(digest, range)).toEqual([change]);
    const hash = change.contractHash as Hex;
    expect(await registry.readChanges(fresh.contractAddress, { ...range, contractHash: hash })).toEqual([change]);
    expect(await registry.readChanges(fresh.contractAddress, { ...range, contractHash: zeroHash })).toEqual([]);
    expect(await registry.readFinalized(digest, { ...range, block: receipt.blockNumber - 1 })).toEqual([]);
    expect(openRegistry(registry.chain, stranger).parseFinalized(receipt)).toEqual([]);
  });
});

describe("what stands at an account", () => {
  it("is its code, its implementation, its owner", async () => {
    const word = zeroPadValue(anvil.accounts[1].address, 32);
    const slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    // push32 word, mstore(0), return(0, 32)
    await place(stranger, concat(["0x7f", word, "0x5f5260205ff3"]));
    await anvil.provider.send("anvil_setStorageAt", [stranger, slot, word]);
    await anvil.mine();
    const { number } = await registry.readHead();
    expect(await registry.readCode(stranger, number)).toMatch(/^0x7f0{24}/);
    expect(await registry.readImplementation(stranger, number)).toBe(anvil.accounts[1].address);
    expect(await registry.readImplementation(draft.contractAddress, number)).toBeUndefined();
    expect(await registry.readOwner(stranger, number)).toBe(anvil.accounts[1].address);
    expect(await registry.readPendingOwner(stranger, number)).toBe(anvil.accounts[1].address);
    expect(await registry.readCode(zeroAddress)).toBe("0x");
  });

  const ownerless: [string, string][] = [
    ["has no code", "0x"],
    ["reverts", "0x5f5ffd"],
    ["answers less than a word", "0x601f5ff3"],
    ["answers more than 160 bits", `0x7f01${"00".repeat(31)}5f5260205ff3`],
    ["answers zero", "0x60205ff3"],
    ["burns all gas", "0x5b5f56"],
  ];
  for (const [name, code] of ownerless) {
    it(`has no owner, and none to be, where it ${name}`, async () => {
      await place(stranger, code);
      expect(await registry.readOwner(stranger)).toBeUndefined();
      expect(await registry.readPendingOwner(stranger)).toBeUndefined();
    });
  }

  it("is probed without being deployed", async () => {
    expect(await registry.probeCode("0x60016000f3")).toBe("0x00");
    await expect(registry.probeCode("0x5f5ffd")).rejects.toMatchObject({ code: "CHAIN_REVERTED" });
  });
});

describe("a contract signer", () => {
  const magic = "631626ba7e60e01b5f52";
  const answers: [string, string, boolean][] = [
    ["the magic value in one word", `0x${magic}60205ff3`, true],
    ["the magic value with a dirty bit", `0x${magic}6001601f5360205ff3`, false],
    ["the magic value in two words", `0x${magic}60405ff3`, false],
    ["four bytes", `0x${magic}60045ff3`, false],
    ["true", "0x60015f5260205ff3", false],
    ["nothing", "0x00", false],
    ["a revert with the magic value", `0x${magic}60205ffd`, false],
    ["gas without end", "0x5b5f56", false],
    // caller == registry ? magic : stop — asked by whom the registry will be on chain
    ["yes to the registry alone", "", true],
  ];
  for (const [name, code, valid] of answers) {
    it(`${valid ? "says yes" : "does not say yes"} with ${name}`, async () => {
      const callerOnly = concat(["0x73", registry.address, "0x3314601b5700", `0x5b${magic}60205ff3`]);
      await place(stranger, code === "" ? callerOnly : code);
      const question = { digest: zeroHash, signature: "0x1234" as Hex, block: (await registry.readHead()).number };
      expect(await registry.isValidContractSignature(stranger, question)).toBe(valid);
    });
  }

  it("does not say yes where there is no contract", async () => {
    const question = { digest: zeroHash, signature: "0x" as Hex, block: (await registry.readHead()).number };
    expect(await registry.isValidContractSignature(`0x${"0".repeat(38)}BB`, question)).toBe(false);
  });
});

describe("the block before a time", () => {
  it("is not younger than the time", async () => {
    await anvil.provider.send("anvil_mine", ["0x400", "0xa"]);
    const head = await registry.readHead();
    const time = head.timestamp - 3_000;
    const number = await registry.readBlockBefore(time, head);
    const block = await anvil.provider.getBlock(number);
    expect(block?.timestamp).toBeLessThanOrEqual(time);
    expect(number).toBeGreaterThan(0);
    expect(await registry.readBlockBefore(head.timestamp, head)).toBe(head.number);
    expect(await registry.readBlockBefore(0, head)).toBe(0);
  });
});

describe("when the RPC limits the range of one question", () => {
  it("asks for less until everything is read once", async () => {
    const ranges: [number, number][] = [];
    const limited = {
      ...registry.chain,
      ask: <T>(question: (provider: never) => Promise<T>) =>
        question({
          getLogs: async ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) => {
            if (toBlock - fromBlock >= 2_000) throw failure("CHAIN_REFUSED", "range too large");
            ranges.push([fromBlock, toBlock]);
            return [];
          },
        } as never),
    };
    await readLogs(limited, { address: registry.address, topics: [], fromBlock: 7, toBlock: 10_006 });
    expect(ranges[0]?.[0]).toBe(7);
    expect(ranges.at(-1)?.[1]).toBe(10_006);
    for (const [i, [start]] of ranges.entries()) if (i > 0) expect(start).toBe((ranges[i - 1]?.[1] ?? 0) + 1);
  });

  it("gives up where the refusal is not about the range", async () => {
    const refused = { ...registry.chain, ask: () => Promise.reject(failure("CHAIN_REFUSED", "no key")) };
    const query = { address: registry.address, topics: [], fromBlock: 0, toBlock: 1_000_000 };
    await expect(readLogs(refused, query)).rejects.toMatchObject({ code: "CHAIN_REFUSED" });
  });
});
