import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { type Generated, Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { lockDirectory } from "../directory-lock.ts";
import type { DeliveriesTable } from "./database-deliveries.ts";

export interface TransactionsTable {
  readonly id: Generated<string>;
  /** What PostgreSQL calls bigint comes as text or number. */
  readonly chain_id: string | number;
  readonly relayer: string;
  readonly nonce: string | number;
  readonly purpose: string;
  readonly hash: string;
  readonly raw: string;
  readonly created_at: Generated<Date>;
  readonly settled_at: Date | null;
  readonly outcome: string | null;
}

/** What a blob hashed to, by its git id. */
export interface BlobsTable {
  readonly oid: string;
  readonly sha256: string;
  readonly size: string | number;
  readonly is_pointer: boolean;
  /** `2026-11-21`: when it was of use last. */
  readonly used_on: string;
}

/** Which pull request waits for news of which contract (watches.ts). */
export interface WatchesTable {
  readonly pull: string;
  readonly chain_id: string | number;
  readonly contract: string;
  readonly key: string;
  readonly until_time: string | number;
  readonly due_time: string | number | null;
  readonly told: Generated<string>;
}

/** How far the events of a registry were read. */
export interface CheckpointsTable {
  readonly chain_id: string | number;
  readonly registry: string;
  readonly block: string | number;
}

export interface Tables {
  readonly blobs: BlobsTable;
  readonly checkpoints: CheckpointsTable;
  readonly deliveries: DeliveriesTable;
  readonly transactions: TransactionsTable;
  readonly watches: WatchesTable;
}

export type Database = Kysely<Tables>;

/** All tables are in a schema of their own, so that the database may be shared. */
export const schema = "countersign";

export interface OpenDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

export function openPostgres(databaseUrl: string): OpenDatabase {
  const pool = new Pool({ connectionString: databaseUrl, allowExitOnIdle: true, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while nobody uses it would end the process; the next query opens another one.
  pool.on("error", () => undefined);
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { database: database.withSchema(schema), close: () => database.destroy() };
}

/**
 * An embedded PostgreSQL in a directory that this process has alone.
 *
 * @throws STORE_LOCKED
 */
export async function openEmbedded(
  directory: string,
  { staleAfter, onLost }: { readonly staleAfter: number; readonly onLost?: (() => void) | undefined },
): Promise<OpenDatabase> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const stop = () => {
    onLost?.();
    void database?.destroy();
  };
  // The lock comes first: two processes in one PGlite directory destroy it. Who loses the lock stops at once.
  const unlock = await lockDirectory(directory, { staleAfter, onLost: stop });
  let database: Kysely<Tables> | undefined;
  try {
    database = new Kysely<Tables>({
      dialect: new PGliteDialect({ pglite: await PGlite.create(join(directory, "database")) }),
    });
    const opened = database;
    return { database: opened.withSchema(schema), close: () => opened.destroy().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}
