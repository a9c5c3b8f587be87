import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Deployment, ensureImplementation } from "../../src/act/ensure-implementation.ts";
import type { Registry } from "../../src/clients/registry.ts";
import { createRelayer, type Relayer } from "../../src/clients/relayer.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import { deployerAddress, toDeploymentData, toImplementationAddress } from "../../src/protocol/bytecode.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployRegistry, sendMined } from "../helpers/registry.ts";

let anvil: Anvil;
let registry: Registry;
let relayer: Relayer;
let snapshot: string;

beforeAll(async () => {
  anvil = await startAnvil();
  registry = await deployRegistry(anvil);
});
beforeEach(async () => {
  snapshot = await anvil.provider.send("evm_snapshot", []);
  const store = { transactions: createMemoryTransactions() };
  relayer = createRelayer({ chain: registry.chain, wallet: new Wallet(anvil.accounts[2].privateKey), store });
});
afterEach(() => anvil.provider.send("evm_revert", [snapshot]));
afterAll(() => anvil.stop());

function toDeployment(initcode: Hex): Deployment {
  const salt: Hex = `0x${"22".repeat(32)}`;
  return { salt, initcode, account: toImplementationAddress(salt, initcode) };
}

const countSent = () => anvil.provider.getTransactionCount(relayer.address);
const idle = toDeployment("0x60016000f3");

describe("an implementation", () => {
  it("is deployed once, at its address", async () => {
    await ensureImplementation(idle, { registry, relayer });
    await ensureImplementation(idle, { registry, relayer });
    expect(await registry.readCode(idle.account)).toBe("0x00");
    expect(await countSent()).toBe(1);
  });

  it("is not deployed where anybody did so", async () => {
    const data = toDeploymentData(idle.salt, idle.initcode as Hex);
    await sendMined(anvil.accounts[1], { to: deployerAddress, data });
    await ensureImplementation(idle, { registry, relayer });
    expect(await countSent()).toBe(0);
  });

  it("is done where somebody was faster", async () => {
    const data = toDeploymentData(idle.salt, idle.initcode as Hex);
    const slow: Relayer = {
      ...relayer,
      send: async (order) => {
        await sendMined(anvil.accounts[1], { to: deployerAddress, data });
        return relayer.send(order);
      },
    };
    await ensureImplementation(idle, { registry, relayer: slow });
    expect([await registry.readCode(idle.account), await countSent()]).toEqual(["0x00", 0]);
  });

  it("is refused where its constructor reverts", async () => {
    const failing = toDeployment("0x5f5ffd");
    const deploying = ensureImplementation(failing, { registry, relayer });
    await expect(deploying).rejects.toMatchObject({ code: "CHAIN_REVERTED" });
    expect(await countSent()).toBe(0);
  });

  it("is refused on a chain without the deterministic deployer, which would swallow it", async () => {
    await anvil.provider.send("anvil_setCode", [deployerAddress, "0x"]);
    const deploying = ensureImplementation(idle, { registry, relayer });
    await expect(deploying).rejects.toMatchObject({ code: "DEPLOYER_ABSENT" });
    expect(await countSent()).toBe(0);
  });
});
