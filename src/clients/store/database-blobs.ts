import { sql } from "kysely";
import type { BlobHash, KnownBlobs } from "../git/blob-hash.ts";
import type { BlobsTable, Database } from "./database.ts";

/** A statement has at most 65,535 parameters. */
const perStatement = 5_000;

/** What blobs hashed to, at most `most` of them: those that were of no use for longest are forgotten first. */
export function createDatabaseBlobs(database: Database, { most }: { readonly most: number }): KnownBlobs {
  return {
    async find(oids) {
      const found = new Map<string, BlobHash>();
      for (const part of toParts(oids)) {
        const rows = await database.selectFrom("blobs").selectAll().where("oid", "=", anyOf(part)).execute();
        for (const row of rows) found.set(row.oid, toBlobHash(row));
        await touch(database, rows);
      }
      return found;
    },
    async keep(blobs) {
      const used_on = today();
      for (const part of toParts([...blobs])) {
        const rows = part.map(([oid, { sha256, size, isPointer }]) => ({
          oid,
          sha256,
          size,
          is_pointer: isPointer,
          used_on,
        }));
        await database
          .insertInto("blobs")
          .values(rows)
          .onConflict((conflict) =>
            conflict.column("oid").doUpdateSet({
              sha256: (row) => row.ref("excluded.sha256"),
              size: (row) => row.ref("excluded.size"),
              is_pointer: (row) => row.ref("excluded.is_pointer"),
              used_on: (row) => row.ref("excluded.used_on"),
            }),
          )
          .execute();
      }
      await evict(database, most);
    },
  };
}

/** Once a day is often enough to know what is of use. */
async function touch(database: Database, rows: readonly BlobsTable[]): Promise<void> {
  const used_on = today();
  const stale = rows.filter((row) => row.used_on !== used_on).map(({ oid }) => oid);
  if (stale.length === 0) return;
  await database.updateTable("blobs").set({ used_on }).where("oid", "=", anyOf(stale)).execute();
}

function anyOf(oids: readonly string[]) {
  return sql<string>`any(${oids}::text[])`;
}

async function evict(database: Database, most: number): Promise<void> {
  const { count } = await database
    .selectFrom("blobs")
    .select(({ fn }) => fn.countAll<string | number>().as("count"))
    .executeTakeFirstOrThrow();
  const excess = Number(count) - most;
  if (excess <= 0) return;
  await database
    .deleteFrom("blobs")
    .where("oid", "in", (from) =>
      from.selectFrom("blobs").select("oid").orderBy("used_on").orderBy("oid").limit(excess),
    )
    .execute();
}

function toBlobHash({ sha256, size, is_pointer }: BlobsTable): BlobHash {
  return { sha256, size: Number(size), isPointer: is_pointer };
}

function toParts<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / perStatement);
  return Array.from({ length: count }, (_, index) => all.slice(index * perStatement, (index + 1) * perStatement));
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
