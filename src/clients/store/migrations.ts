import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { type Database, schema } from "./database.ts";

/** In order of their names. One that was released never changes: what follows it is a new one. */
const migrations: Readonly<Record<string, Migration>> = {
  "2026-01-transactions": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .withSchema(schema)
        .createTable("transactions")
        .addColumn("id", "bigserial", (column) => column.primaryKey())
        .addColumn("chain_id", "bigint", (column) => column.notNull())
        .addColumn("relayer", "text", (column) => column.notNull())
        .addColumn("nonce", "bigint", (column) => column.notNull())
        .addColumn("purpose", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull())
        .addColumn("raw", "text", (column) => column.notNull())
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .addColumn("settled_at", "timestamptz")
        .addColumn("outcome", "text")
        .addUniqueConstraint("transactions_hash", ["chain_id", "hash"])
        .execute();
      // One unsettled transaction for each key on each chain, also between several processes on one database.
      await database.schema
        .withSchema(schema)
        .createIndex("transactions_live")
        .on("transactions")
        .columns(["chain_id", "relayer"])
        .unique()
        .where(sql.ref("settled_at"), "is", null)
        .execute();
      await database.schema
        .withSchema(schema)
        .createIndex("transactions_purpose")
        .on("transactions")
        .columns(["chain_id", "relayer", "purpose"])
        .execute();
    },
  },
  "2026-02-blobs": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .withSchema(schema)
        .createTable("blobs")
        .addColumn("oid", "text", (column) => column.primaryKey())
        .addColumn("sha256", "text", (column) => column.notNull())
        .addColumn("size", "bigint", (column) => column.notNull())
        .addColumn("is_pointer", "boolean", (column) => column.notNull())
        .addColumn("used_on", "text", (column) => column.notNull())
        .execute();
      await database.schema.withSchema(schema).createIndex("blobs_used").on("blobs").column("used_on").execute();
    },
  },
  "2026-03-deliveries": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .withSchema(schema)
        .createTable("deliveries")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("received_at", "timestamptz", (column) => column.notNull())
        .execute();
      const index = database.schema.withSchema(schema).createIndex("deliveries_received");
      await index.on("deliveries").column("received_at").execute();
    },
  },
  "2026-03-purposes": {
    async up(database: Kysely<unknown>) {
      // One for each purpose that is under way or done, whichever key sends it.
      await database.schema
        .withSchema(schema)
        .createIndex("transactions_one_purpose")
        .on("transactions")
        .columns(["chain_id", "purpose"])
        .unique()
        .where(sql<boolean>`outcome is null or outcome = 'succeeded'`)
        .execute();
    },
  },
  "2026-03-watches": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .withSchema(schema)
        .createTable("watches")
        .addColumn("pull", "text", (column) => column.notNull())
        .addColumn("chain_id", "bigint", (column) => column.notNull())
        .addColumn("contract", "text", (column) => column.notNull())
        .addColumn("key", "text", (column) => column.notNull())
        .addColumn("until_time", "bigint", (column) => column.notNull())
        .addColumn("due_time", "bigint")
        .addColumn("told", "text", (column) => column.notNull().defaultTo("[]"))
        .addPrimaryKeyConstraint("watches_pkey", ["pull", "chain_id", "contract"])
        .execute();
      await database.schema
        .withSchema(schema)
        .createIndex("watches_contract")
        .on("watches")
        .columns(["chain_id", "contract"])
        .execute();
      await database.schema
        .withSchema(schema)
        .createTable("checkpoints")
        .addColumn("chain_id", "bigint", (column) => column.notNull())
        .addColumn("registry", "text", (column) => column.notNull())
        .addColumn("block", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("checkpoints_pkey", ["chain_id", "registry"])
        .execute();
    },
  },
};

/** Brings the tables to this version; several processes may do so at once. Throws what the database throws. */
export async function migrate(database: Database): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db: database, provider, migrationTableSchema: schema }).migrateToLatest();
  if (error) throw error;
}
