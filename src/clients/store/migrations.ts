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
};

/** Brings the tables to this version; several processes may do so at once. Throws what the database throws. */
export async function migrate(database: Database): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db: database, provider, migrationTableSchema: schema }).migrateToLatest();
  if (error) throw error;
}
