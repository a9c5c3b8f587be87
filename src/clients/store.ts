import type { KnownBlobs } from "./git/blob-hash.ts";
import { openEmbedded, openPostgres } from "./store/database.ts";
import { createDatabaseBlobs } from "./store/database-blobs.ts";
import { createDatabaseDeliveries, type Deliveries } from "./store/database-deliveries.ts";
import { createDatabaseTransactions } from "./store/database-transactions.ts";
import { createDatabaseWatches } from "./store/database-watches.ts";
import { migrate } from "./store/migrations.ts";
import type { Transactions } from "./store/transactions.ts";
import { translated } from "./store/translated.ts";
import type { Watches } from "./store/watches.ts";

export interface StoreSettings {
  /** A PostgreSQL that any number of processes may share; without it, an embedded one in `directory`. */
  readonly databaseUrl?: string;
  readonly directory: string;
  /** How many blobs are remembered at most. */
  readonly mostBlobs?: number;
  /** How many deliveries are remembered at most. */
  readonly mostDeliveries?: number;
  /** Milliseconds after which the lock of a killed process is taken over, at least 2,000. */
  readonly staleAfter?: number;
  /** Told when another process took the directory, from a process that stood still for so long. Nothing is read here any more. */
  readonly onLost?: () => void;
}

/** What a restart should know at once. Nothing lives only here: GitHub and the chain know the rest. */
export interface Store {
  readonly transactions: Transactions;
  /** For previews alone (protocol §2). */
  readonly blobs: KnownBlobs;
  readonly deliveries: Deliveries;
  readonly watches: Watches;
  close(): Promise<void>;
}

/**
 * Opens the database and brings its tables to this version.
 *
 * @throws STORE_LOCKED where another process has the directory
 * @throws STORE_FAILED where the database cannot be opened
 */
export async function openStore({
  databaseUrl,
  directory,
  mostBlobs = 500_000,
  mostDeliveries = 1_000_000,
  staleAfter = 5_000,
  onLost,
}: StoreSettings): Promise<Store> {
  const opened = await translated(async () =>
    databaseUrl === undefined ? openEmbedded(directory, { staleAfter, onLost }) : openPostgres(databaseUrl),
  );
  try {
    await translated(() => migrate(opened.database));
  } catch (error) {
    await opened.close();
    throw error;
  }
  const { database, close } = opened;
  const blobs = createDatabaseBlobs(database, { most: mostBlobs });
  const deliveries = createDatabaseDeliveries(database, { most: mostDeliveries });
  return {
    transactions: translateAll(createDatabaseTransactions(database)),
    blobs: {
      find: (oids) => translated(() => blobs.find(oids)),
      keep: (found) => translated(() => blobs.keep(found)),
    },
    deliveries: {
      isKnown: (id) => translated(() => deliveries.isKnown(id)),
      remember: (id) => translated(() => deliveries.remember(id)),
      forget: () => translated(() => deliveries.forget()),
    },
    watches: translateWatches(createDatabaseWatches(database)),
    close,
  };
}

function translateAll(transactions: Transactions): Transactions {
  return {
    record: (transaction) => translated(() => transactions.record(transaction)),
    bump: (previous, next) => translated(() => transactions.bump(previous, next)),
    settle: (transaction, outcome) => translated(() => transactions.settle(transaction, outcome)),
    findLive: (sender) => translated(() => transactions.findLive(sender)),
    findByPurpose: (sender, purpose) => translated(() => transactions.findByPurpose(sender, purpose)),
    findByNonce: (sender, nonce) => translated(() => transactions.findByNonce(sender, nonce)),
  };
}

function translateWatches(watches: Watches): Watches {
  return {
    keep: (pull, wanted) => translated(() => watches.keep(pull, wanted)),
    find: (chainId, wanted) => translated(() => watches.find(chainId, wanted)),
    tell: (chainId, watchers, time) => translated(() => watches.tell(chainId, watchers, time)),
    readCheckpoint: (source) => translated(() => watches.readCheckpoint(source)),
    keepCheckpoint: (source, block) => translated(() => watches.keepCheckpoint(source, block)),
  };
}
