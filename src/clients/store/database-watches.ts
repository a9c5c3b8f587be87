import type { Selectable } from "kysely";
import { z } from "zod";
import type { Address } from "../../protocol/hex.ts";
import type { Watch } from "../../verdict.ts";
import type { Database, WatchesTable } from "./database.ts";
import type { WatchedPull, Watcher, Watches } from "./watches.ts";

const id = z.int().positive();
const key = z.object({ installationId: id, repositoryId: id, owner: z.string(), repository: z.string(), number: id });
const told = z.array(z.object({ id: z.string(), block: z.int() }));

export function createDatabaseWatches(database: Database): Watches {
  return {
    keep: (pull, watches) =>
      database.transaction().execute(async (step) => {
        const kept = new Set(watches.map(toName));
        for (const row of await step.selectFrom("watches").selectAll().where("pull", "=", toId(pull)).execute())
          if (!kept.has(toName({ chainId: Number(row.chain_id), contract: row.contract }))) await remove(step, row);
        for (const watch of watches) await upsert(step, pull, watch);
      }),

    find: async (chainId, { contracts, time }) => {
      const rows = await database
        .selectFrom("watches")
        .selectAll()
        .where("chain_id", "=", chainId)
        .where((row) =>
          row.or([
            ...(contracts.length > 0 ? [row("contract", "in", contracts)] : []),
            row("told", "<>", "[]"),
            row("due_time", "<=", time),
          ]),
        )
        .execute();
      return rows.map(parseRow);
    },

    async tell(chainId, watchers, time) {
      for (const { pull, contract, told, due } of watchers) {
        await database
          .updateTable("watches")
          .set({ told: JSON.stringify(told), due_time: due ?? null })
          .where("pull", "=", toId(pull))
          .where("chain_id", "=", chainId)
          .where("contract", "=", contract)
          .execute();
      }
      await database.deleteFrom("watches").where("chain_id", "=", chainId).where("until_time", "<", time).execute();
    },

    async readCheckpoint({ chainId, registry }) {
      const found = await database
        .selectFrom("checkpoints")
        .select("block")
        .where("chain_id", "=", chainId)
        .where("registry", "=", registry)
        .executeTakeFirst();
      return found && Number(found.block);
    },

    keepCheckpoint: async ({ chainId, registry }, block) =>
      void (await database
        .insertInto("checkpoints")
        .values({ chain_id: chainId, registry, block })
        .onConflict((conflict) => conflict.columns(["chain_id", "registry"]).doUpdateSet({ block }))
        .execute()),
  };
}

async function remove(database: Database, { pull, chain_id, contract }: Selectable<WatchesTable>): Promise<void> {
  await database
    .deleteFrom("watches")
    .where("pull", "=", pull)
    .where("chain_id", "=", chain_id)
    .where("contract", "=", contract)
    .execute();
}

function toName({ chainId, contract }: { readonly chainId: number; readonly contract: string }): string {
  return `${chainId} ${contract}`;
}

/** Who is kept on still knows what it was told of. */
async function upsert(database: Database, pull: WatchedPull, { chainId, contract, until, due }: Watch): Promise<void> {
  const { installationId, repositoryId, owner, repository, number } = pull;
  const changing = {
    key: JSON.stringify({ installationId, repositoryId, owner, repository, number }),
    until_time: until,
    due_time: due ?? null,
  };
  await database
    .insertInto("watches")
    .values({ pull: toId(pull), chain_id: chainId, contract, ...changing })
    .onConflict((conflict) => conflict.columns(["pull", "chain_id", "contract"]).doUpdateSet(changing))
    .execute();
}

function parseRow(row: Selectable<WatchesTable>): Watcher {
  return {
    pull: key.parse(JSON.parse(row.key)),
    contract: row.contract as Address,
    due: row.due_time === null ? undefined : Number(row.due_time),
    told: told.parse(JSON.parse(row.told)),
  };
}

/** By numbers, which a new name leaves as they are. */
function toId({ repositoryId, number }: WatchedPull): string {
  return `${repositoryId}/${number}`;
}
