import type { Address } from "../src/protocol/hex.ts";
import { buildParts } from "../test/chain/artifacts.ts";
import { type CouncilSize, type Councils, openCouncils } from "../test/chain/council.ts";
import { openBeaconFleet, openFleet } from "../test/chain/fleet.ts";
import { openSafes, type SafeFactory } from "../test/chain/safe.ts";
import { openSafeVaults } from "../test/chain/safe-vaults.ts";
import { type Move, openStage, type Stage } from "../test/chain/stage.ts";
import { openTimelock } from "../test/chain/timelock.ts";
import { type Row, toRow } from "./row.ts";

const day = 86_400;
const nine: CouncilSize = { size: 9, threshold: 6 };
const three: CouncilSize = { size: 3, threshold: 2 };

/**
 * Gas of the registry, and of a Safe 1.5.0 that does the same work with a plain registry, on one chain in one run. What
 * happens again and again is measured the second time.
 */
export async function measure(): Promise<readonly Row[]> {
  await buildParts();
  await using stage = await openStage();
  const safes = await openSafes(stage);
  return [
    await compareUpgrades(stage, safes, { ...nine, records: 1 }),
    await compareUpgrades(stage, safes, { ...three, records: 1 }),
    await compareUpgrades(stage, safes, { ...nine, records: 10 }),
    await compareDelayed(stage, safes),
    await compareFleets(stage, safes),
    await compareBeginnings(stage, safes),
  ];
}

async function compareUpgrades(
  stage: Stage,
  safes: SafeFactory,
  { records, ...council }: CouncilSize & { readonly records: number },
): Promise<Row> {
  const councils = await openCouncils(stage, council);
  const contracts = await registerVaults(stage, councils, records);
  const vaults = await openSafeVaults(stage, { safe: await safes.create(council), count: records });
  const finalize = async () => councils.finalize(await nextMoves(stage, contracts));
  await finalize();
  await vaults.move();
  return toRow({
    name: `finalize ${council.threshold} of ${council.size}, ${records} with UUPS upgrade`,
    unit: "gas",
    ours: await finalize(),
    reference: await vaults.move(),
    referenceName: "Safe 1.5.0: the same",
  });
}

async function compareDelayed(stage: Stage, safes: SafeFactory): Promise<Row> {
  const councils = await openCouncils(stage, nine);
  const contracts = await registerVaults(stage, councils, 1);
  for (const contract of contracts) await councils.rotate(contract, { delay: day });
  const safe = await safes.create(nine);
  const timelock = await openTimelock(stage, { safe, seconds: day });
  const vaults = await openSafeVaults(stage, { safe, owner: timelock.address });

  async function move(): Promise<{ readonly ours: number; readonly reference: number }> {
    const [moves, calls] = [await nextMoves(stage, contracts), await vaults.nextCalls()];
    const scheduled = { ours: await councils.schedule(moves), reference: await timelock.schedule(calls) };
    await stage.pass(day + 1);
    const executed = { ours: await councils.execute(moves), reference: await timelock.execute(calls) };
    return { ours: scheduled.ours + executed.ours, reference: scheduled.reference + executed.reference };
  }
  await move();
  const referenceName = "Safe 1.5.0 and TimelockController: the same";
  return toRow({
    name: "schedule and execute 6 of 9, 1 with UUPS upgrade",
    unit: "gas",
    ...(await move()),
    referenceName,
  });
}

async function compareFleets(stage: Stage, safes: SafeFactory): Promise<Row> {
  const size = 100;
  const ours = await openFleet(stage, { councils: await openCouncils(stage, nine), size });
  const theirs = await openBeaconFleet(stage, { safe: await safes.create(nine), size });
  await ours.move();
  await theirs.move();
  return toRow({
    name: `move a fleet of ${size} by one write 6 of 9, with the record`,
    unit: "gas",
    ours: await ours.move(),
    reference: await theirs.move(),
    referenceName: "Safe 1.5.0 and UpgradeableBeacon: the fleet alone",
  });
}

async function compareBeginnings(stage: Stage, safes: SafeFactory): Promise<Row> {
  const councils = await openCouncils(stage, nine);
  const { gas: ours } = await councils.register(await stage.deployVault(stage.owner));
  const { creation: reference } = await safes.create(nine);
  return toRow({ name: "register with 9 signers", unit: "gas", ours, reference, referenceName: "Safe 1.5.0: created" });
}

/** Vaults whose executors own them. */
async function registerVaults(stage: Stage, councils: Councils, count: number): Promise<Address[]> {
  const vaults: Address[] = [];
  for (let index = 0; index < count; index++) {
    const vault = await stage.deployVault(stage.owner);
    const { executor } = await councils.register(vault);
    await stage.transferVault(vault, executor);
    vaults.push(vault);
  }
  return vaults;
}

async function nextMoves(stage: Stage, contracts: readonly Address[]): Promise<Move[]> {
  const moves: Move[] = [];
  for (const contract of contracts) moves.push(await stage.nextMove(contract));
  return moves;
}
