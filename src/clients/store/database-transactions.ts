import { Transaction } from "ethers";
import type { Selectable } from "kysely";
import { failure } from "../../errors.ts";
import type { Address, Bytes32, Hex } from "../../protocol/hex.ts";
import type { Database, TransactionsTable } from "./database.ts";
import type { Outcome, RecordedTransaction, Sender, SignedTransaction, Transactions } from "./transactions.ts";

export function createDatabaseTransactions(database: Database): Transactions {
  const selectOn = (chainId: number) =>
    database.selectFrom("transactions").selectAll().where("chain_id", "=", chainId).orderBy("id", "desc");
  const select = ({ chainId, relayer }: Sender) => selectOn(chainId).where("relayer", "=", relayer);

  return {
    record: (transaction) => insert(database, transaction),

    bump: (previous, next) =>
      database.transaction().execute(async (step) => {
        await settle(step, { hash: previous.hash, outcome: "bumped" });
        if (!(await insert(step, next))) throw failure("STORE_FAILED", `${next.hash} cannot take its place`);
      }),

    settle: ({ hash }, outcome) => settle(database, { hash, outcome }),

    findLive: async (sender) => parseRow(await select(sender).where("settled_at", "is", null).executeTakeFirst()),

    findByPurpose: async ({ chainId }, purpose) =>
      parseRow(await selectOn(chainId).where("purpose", "=", purpose).limit(1).executeTakeFirst()),

    findByNonce: async (sender, nonce) =>
      (await select(sender).where("nonce", "=", nonce).execute()).flatMap((row) => parseRow(row) ?? []),
  };
}

async function insert(database: Database, transaction: SignedTransaction): Promise<boolean> {
  const { chainId, relayer, nonce, purpose, hash, raw } = transaction;
  try {
    await database
      .insertInto("transactions")
      .values({ chain_id: chainId, relayer, nonce, purpose, hash, raw })
      // The same bytes again: they were given up and are to be sent after all.
      .onConflict((conflict) => conflict.columns(["chain_id", "hash"]).doUpdateSet({ settled_at: null, outcome: null }))
      .execute();
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

async function settle(database: Database, { hash, outcome }: { hash: Bytes32; outcome: Outcome }): Promise<void> {
  await database
    .updateTable("transactions")
    .set({ settled_at: new Date(), outcome })
    .where("hash", "=", hash)
    .execute();
}

/** The hash is the row's own checksum: bytes that do not match are not sent (threats.md 106). */
function parseRow(row: Selectable<TransactionsTable> | undefined): RecordedTransaction | undefined {
  if (!row) return undefined;
  const { hash, from, nonce, chainId } = parseRaw(row);
  const found = [hash, from, nonce, chainId].join();
  const expected = [row.hash, row.relayer, row.nonce, row.chain_id].join();
  if (found !== expected) throw broken(row);
  return {
    chainId: Number(row.chain_id),
    relayer: row.relayer as Address,
    nonce: Number(row.nonce),
    purpose: row.purpose,
    hash: row.hash as Bytes32,
    raw: row.raw as Hex,
    outcome: (row.outcome ?? undefined) as Outcome | undefined,
  };
}

function parseRaw(row: Selectable<TransactionsTable>): Transaction {
  try {
    return Transaction.from(row.raw);
  } catch {
    throw broken(row);
  }
}

function broken({ id }: Selectable<TransactionsTable>) {
  return failure("STORE_FAILED", `the database's transaction ${id} is damaged: its bytes are not those of its hash`);
}

/** SQLSTATE 23505. */
function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}
