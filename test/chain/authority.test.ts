import { id } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import { sendMined } from "../helpers/registry.ts";
import { buildParts, deployPart, mustSend, readPart } from "./artifacts.ts";
import { type Councils, openCouncils } from "./council.ts";
import { openSafes, type Safe, type SafeCall } from "./safe.ts";
import { type Move, openStage, type Stage } from "./stage.ts";
import { openTimelock } from "./timelock.ts";

// Real contracts in the signers' place (protocol §3, Authority): a Safe, OpenZeppelin's TimelockController and Governor.

let stage: Stage;
let councils: Councils;
let safe: Safe;

beforeAll(async () => {
  await buildParts();
  stage = await openStage();
  councils = await openCouncils(stage, { size: 3, threshold: 2 });
  safe = await (await openSafes(stage)).create({ size: 3, threshold: 2 });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A vault whose record names this authority, which has not accepted yet. */
async function openVault(authority: Address): Promise<Address> {
  const vault = await stage.deployVault(stage.owner);
  const { executor } = await councils.register(vault);
  await stage.transferVault(vault, executor);
  await councils.rotate(vault, { authority });
  return vault;
}

function toCall(name: string, args: readonly unknown[]): SafeCall {
  return { to: councils.registry, data: registryInterface.encodeFunctionData(name, args) };
}

/** What the authority sends itself, without any signature. */
async function toFinalize(move: Move): Promise<SafeCall> {
  return toCall("finalize", [await councils.toApproval([move]), "0x"]);
}

async function readImplementation(vault: Address): Promise<Address> {
  const slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
  return toAddress(`0x${(await stage.anvil.provider.getStorage(vault, slot)).slice(26)}`);
}

async function expectMoved(vault: Address, { contractHash, contractLink, implementation }: Move): Promise<void> {
  // Registered, rotated, accepted, moved.
  expect(await councils.readRecord(vault)).toEqual({ contractHash, contractLink, version: 4 });
  expect(await readImplementation(vault)).toBe(implementation);
}

/** Nobody else, and the signers no more. */
async function expectRefused(vault: Address): Promise<void> {
  const before = await councils.readRecord(vault);
  const { to, data } = await toFinalize(await stage.nextMove(vault));
  const { status } = await sendMined(stage.sender, { to, data, gasLimit: 2_000_000 });
  expect(status).toBe(0);
  await expect(councils.finalize([await stage.nextMove(vault)])).rejects.toThrow("reverted");
  expect(await councils.readRecord(vault)).toEqual(before);
}

describe("an authority", () => {
  it("may be a Safe: it accepts, changes the record and upgrades the vault", async () => {
    const vault = await openVault(safe.address);
    await councils.finalize([await stage.nextMove(vault)]);
    expect(await councils.readRecord(vault)).toMatchObject({ version: 3 });

    const other = await openVault(safe.address);
    await safe.execute([toCall("acceptAuthority", [other])]);
    await expectRefused(other);
    const move = await stage.nextMove(other);
    await safe.execute([await toFinalize(move)]);
    await expectMoved(other, move);
  });

  it("may be a TimelockController: schedule, wait, execute", async () => {
    const timelock = await openTimelock(stage, { safe, seconds: 86_400 });
    const vault = await openVault(timelock.address);
    async function pass(calls: readonly SafeCall[]): Promise<void> {
      await timelock.schedule(calls);
      await stage.pass(86_401);
      await timelock.execute(calls);
    }
    await pass([toCall("acceptAuthority", [vault])]);
    await expectRefused(vault);
    const move = await stage.nextMove(vault);
    const approval = await councils.toApproval([move]);
    // The deadline of an approval has to outlast the timelock's delay.
    await pass([toCall("finalize", [{ ...approval, deadline: approval.deadline + 7 * 86_400 }, "0x"])]);
    await expectMoved(vault, move);
  });

  it("may be a Governor: a vote of token holders, queued and executed", async () => {
    const { sender, anvil } = stage;
    const holders = stage.toOwners(6).map((wallet) => wallet.connect(anvil.provider));
    const token = readPart("VotingToken.sol");
    const controller = readPart("TimelockController.sol");
    const governor = readPart("TokenGovernor.sol");
    const tokenAt = await deployPart(sender, token, [holders.map(({ address }) => address)]);
    const timelockAt = await deployPart(sender, controller, [3600, [], [stage.owner], stage.owner]);
    const governorAt = await deployPart(sender, governor, [tokenAt, timelockAt]);
    for (const role of ["PROPOSER_ROLE", "EXECUTOR_ROLE"])
      await mustSend(sender, {
        to: timelockAt,
        data: controller.calls.encodeFunctionData("grantRole", [id(role), governorAt]),
      });
    for (const holder of holders) {
      await anvil.provider.send("anvil_setBalance", [holder.address, "0x56bc75e2d63100000"]);
      await mustSend(holder, { to: tokenAt, data: token.calls.encodeFunctionData("delegate", [holder.address]) });
    }

    async function decide({ to, data }: SafeCall, description: string): Promise<void> {
      const tell = (name: string, args: readonly unknown[], from = sender) =>
        mustSend(from, { to: governorAt, data: governor.calls.encodeFunctionData(name, args) });
      const { logs } = await tell("propose", [[to], [0], [data], description]);
      const [proposalId] = governor.calls.parseLog(logs[0] ?? { topics: [], data: "0x" })?.args ?? [];
      await anvil.mine(2);
      for (const holder of holders) await tell("castVote", [proposalId, 1], holder);
      await anvil.mine(10);
      const decided = [[to], [0], [data], id(description)];
      await tell("queue", decided);
      await stage.pass(3601);
      await tell("execute", decided);
    }
    const vault = await openVault(timelockAt);
    await decide(toCall("acceptAuthority", [vault]), "Govern the vault");
    await expectRefused(vault);
    const move = await stage.nextMove(vault);
    await decide(await toFinalize(move), "Upgrade the vault");
    await expectMoved(vault, move);
  });
});
