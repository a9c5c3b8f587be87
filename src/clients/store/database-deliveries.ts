import { sql } from "kysely";
import type { Database } from "./database.ts";

/** Webhooks that came already, by the id that GitHub gives each delivery; one that it sends again keeps its id. */
export interface Deliveries {
  isKnown(id: string): Promise<boolean>;
  /** Only after its job is stored: one that was not must be taken when it comes again. */
  remember(id: string): Promise<void>;
  /** Throws away what GitHub sends no more. */
  forget(): Promise<void>;
}

export interface DeliveriesTable {
  readonly id: string;
  readonly received_at: Date;
}

/** GitHub sends what is at most three days old again; `most`: how many are remembered whatever their age. */
export function createDatabaseDeliveries(database: Database, { most }: { readonly most: number }): Deliveries {
  return {
    isKnown: async (id) =>
      (await database.selectFrom("deliveries").select("id").where("id", "=", id).executeTakeFirst()) !== undefined,

    async remember(id) {
      await database
        .insertInto("deliveries")
        .values({ id, received_at: new Date() })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },

    async forget() {
      await database
        .deleteFrom("deliveries")
        .where((where) =>
          where.or([
            where("received_at", "<", sql<Date>`now() - interval '4 days'`),
            where("id", "in", (from) =>
              from.selectFrom("deliveries").select("id").orderBy("received_at", "desc").orderBy("id").offset(most),
            ),
          ]),
        )
        .execute();
    },
  };
}
