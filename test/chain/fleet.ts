import { encodeBytes32String, Interface } from "ethers";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { referencesAbi } from "../../src/protocol/registry-abi.ts";
import { deployPart, mustSend, readPart } from "./artifacts.ts";
import type { Councils } from "./council.ts";
import type { Safe } from "./safe.ts";
import type { Move, Stage } from "./stage.ts";

/** Proxies that are moved all at once. */
export interface Fleet {
  readonly followers: readonly Address[];
  /** Moves all of them to the next implementation. Answers gas, once each has been seen to run it. */
  move(): Promise<number>;
}

const key = encodeBytes32String("vaults");
const beacons = new Interface(["function implementation() view returns (address)"]);
const fleetCalls = new Interface(referencesAbi);

/** Followers of what a record's executor writes: the record moves, and writes, by one approval. */
export async function openFleet(stage: Stage, { councils, size }: { councils: Councils; size: number }) {
  const contract = await stage.deployVault(stage.owner);
  const { executor } = await councils.register(contract);
  const references = await councils.readReferences();

  async function write(name: "write" | "advance"): Promise<{ gas: number; implementation: Address }> {
    const move = await stage.nextMove(contract);
    const { contractHash, contractLink, implementation, codeHash } = move;
    const link = name === "write" ? contractLink : toCommit(contractLink);
    const args = [key, contractHash, link, implementation, codeHash];
    const call = { target: references, data: fleetCalls.encodeFunctionData(name, args) };
    return { gas: await councils.finalize([{ ...move, call }]), implementation };
  }
  await write("write");
  const followers: Address[] = [];
  for (let index = 0; index < size; index++) {
    const salt = encodeBytes32String(String(index));
    const data = fleetCalls.encodeFunctionData("deploy", [salt, executor, key, 0, "0x"]);
    await mustSend(stage.sender, { to: references, data });
    followers.push(await findFollower(stage, { references, salt }));
  }
  return {
    followers,
    async move() {
      const { gas, implementation } = await write("advance");
      for (const follower of followers) {
        await assertImplementation(stage, { beacon: references, from: follower, implementation });
      }
      return gas;
    },
  } satisfies Fleet;
}

/** The same with a Safe that owns an OpenZeppelin beacon, and without any record. */
export async function openBeaconFleet(stage: Stage, { safe, size }: { safe: Safe; size: number }): Promise<Fleet> {
  const beacon = readPart("UpgradeableBeacon.sol");
  const proxy = readPart("BeaconProxy.sol");
  const first = await stage.nextMove(safe.address);
  const at = await deployPart(stage.sender, beacon, [first.implementation, safe.address]);
  const followers: Address[] = [];
  for (let index = 0; index < size; index++) followers.push(await deployPart(stage.sender, proxy, [at, "0x"]));
  return {
    followers,
    async move() {
      const { implementation } = await stage.nextMove(safe.address);
      const data = beacon.calls.encodeFunctionData("upgradeTo", [implementation]);
      const gas = await safe.execute([{ to: at, data }]);
      await assertImplementation(stage, { beacon: at, from: stage.owner, implementation });
      return gas;
    },
  };
}

/** As the 20 bytes that it is. */
function toCommit(link: string): string {
  return `0x${/\/tree\/([0-9a-f]{40})/.exec(link)?.[1]}`;
}

async function findFollower(stage: Stage, { references, salt }: { references: Address; salt: string }) {
  const data = fleetCalls.encodeFunctionData("followerOf", [stage.owner, salt]);
  const answer = await stage.anvil.provider.call({ to: references, data });
  return toAddress(String(fleetCalls.decodeFunctionResult("followerOf", answer)[0]));
}

async function assertImplementation(
  { anvil }: Stage,
  expected: { readonly beacon: Address; readonly from: Address; readonly implementation: Move["implementation"] },
): Promise<void> {
  const data = beacons.encodeFunctionData("implementation");
  const answer = await anvil.provider.call({ to: expected.beacon, from: expected.from, data });
  const found = toAddress(String(beacons.decodeFunctionResult("implementation", answer)[0]));
  if (found !== expected.implementation)
    throw new Error(`expected ${expected.from} to run ${expected.implementation}, found ${found}`);
}
