import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Transaction, Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openEmbedded } from "../../src/clients/store/database.ts";
import { createDatabaseDeliveries } from "../../src/clients/store/database-deliveries.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import type { SignedTransaction, Transactions } from "../../src/clients/store/transactions.ts";
import { openStore, type Store } from "../../src/clients/store.ts";
import { type Address, type Bytes32, type Hex, toAddress } from "../../src/protocol/hex.ts";

let directory: string;
/** One for all: to make a new one takes the embedded database seconds. */
let data: string;
let children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-store-"));
  data = join(directory, "data");
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
});
afterAll(() => rm(directory, { recursive: true }));

async function sign(
  wallet: Wallet,
  { nonce, purpose, tip = 1, chainId = 31_337 }: { nonce: number; purpose: string; tip?: number; chainId?: number },
) {
  const fields = { chainId, nonce, to: wallet.address, gasLimit: 21_000, type: 2 };
  const raw = await wallet.signTransaction({ ...fields, maxFeePerGas: 10, maxPriorityFeePerGas: tip });
  const relayer = toAddress(wallet.address);
  const hash = Transaction.from(raw).hash as Bytes32;
  return { chainId, relayer, nonce, purpose, hash, raw: raw as Hex } satisfies SignedTransaction;
}

type Opened = Pick<Store, "transactions" | "close">;
const databaseUrl = process.env.TEST_DATABASE_URL;

/** The same manners everywhere; on a PostgreSQL server too where one is named. */
const kinds: [string, () => Promise<Opened>][] = [
  ["in memory", async () => ({ transactions: createMemoryTransactions(), close: async () => undefined })],
  ["in a directory", () => openStore({ directory: data })],
];
if (databaseUrl) kinds.push(["on a server", () => openStore({ databaseUrl, directory })]);

for (const [kind, open] of kinds) {
  describe(`transactions ${kind}`, () => {
    let store: Opened;
    let transactions: Transactions;
    const wallet = new Wallet(Wallet.createRandom().privateKey);
    const sender = { chainId: 31_337, relayer: toAddress(wallet.address) };

    beforeAll(async () => {
      store = await open();
      transactions = store.transactions;
    }, 60_000);
    afterAll(() => store.close());

    it("are noted one at a time for each key and chain", async () => {
      const [first, second] = [
        await sign(wallet, { nonce: 0, purpose: "a" }),
        await sign(wallet, { nonce: 1, purpose: "b" }),
      ];
      const other = await sign(new Wallet(Wallet.createRandom().privateKey), { nonce: 0, purpose: "other" });
      expect(await transactions.findLive(sender)).toBeUndefined();
      const noted = await Promise.all([transactions.record(first), transactions.record(second)]);
      expect(noted).toEqual([true, false]);
      expect(await transactions.record(other)).toBe(true);
      expect(await transactions.findLive(sender)).toEqual({ ...first, outcome: undefined });
      await transactions.settle(first, "succeeded");
      expect(await transactions.record(second)).toBe(true);
      expect(await transactions.findByPurpose(sender, "a")).toEqual({ ...first, outcome: "succeeded" });
      await transactions.settle(second, "reverted");
      expect(await transactions.findLive(sender)).toBeUndefined();
    });

    it("are noted once for each purpose, whichever key it is, unless it came to nothing", async () => {
      const [one, two] = [Wallet.createRandom(), Wallet.createRandom()].map((each) => new Wallet(each.privateKey));
      const first = await sign(one as Wallet, { nonce: 0, purpose: "shared" });
      const second = await sign(two as Wallet, { nonce: 0, purpose: "shared" });
      const elsewhere = { ...(await sign(two as Wallet, { nonce: 0, purpose: "shared", chainId: 10 })) };
      expect((await Promise.all([transactions.record(first), transactions.record(second)])).toSorted()).toEqual([
        false,
        true,
      ]);
      expect(await transactions.record(elsewhere)).toBe(true);
      const noted = await transactions.findByPurpose(sender, "shared");
      const [winner, loser] = noted?.hash === first.hash ? [first, second] : [second, first];
      await transactions.settle(winner, "succeeded");
      expect(await transactions.record(loser)).toBe(false);
      expect(await transactions.record(winner)).toBe(true);
      await transactions.settle(winner, "reverted");
      expect(await transactions.record(loser)).toBe(true);
      expect(await transactions.findByPurpose(sender, "shared")).toMatchObject({ hash: loser.hash });
    });

    it("keep every fee that was tried for a nonce", async () => {
      const first = await sign(wallet, { nonce: 2, purpose: "c" });
      const second = await sign(wallet, { nonce: 2, purpose: "c", tip: 2 });
      await transactions.record(first);
      await transactions.bump(first, second);
      expect(await transactions.findByNonce(sender, 2)).toEqual([
        { ...second, outcome: undefined },
        { ...first, outcome: "bumped" },
      ]);
      expect(await transactions.findLive(sender)).toMatchObject({ hash: second.hash });
      await transactions.settle(second, "replaced");
    });

    it("are unsettled again when the same bytes are noted again", async () => {
      const again = await sign(wallet, { nonce: 2, purpose: "c", tip: 2 });
      expect(await transactions.record(again)).toBe(true);
      expect(await transactions.findLive(sender)).toMatchObject({ hash: again.hash });
      await transactions.settle(again, "succeeded");
    });
  });
}

describe("deliveries", { timeout: 60_000 }, () => {
  it("are known also after a restart, and forgotten where there are too many", async () => {
    const options = { directory: join(directory, "blobs"), mostDeliveries: 2 };
    const first = await openStore(options);
    for (const id of ["1", "2", "2"]) await first.deliveries.remember(id);
    await first.close();
    const { deliveries, close } = await openStore(options);
    const known = () => Promise.all(["1", "2", "3"].map((id) => deliveries.isKnown(id)));
    expect(await known()).toEqual([true, true, false]);
    await deliveries.forget();
    expect(await known()).toEqual([true, true, false]);
    await deliveries.remember("3");
    await deliveries.forget();
    expect(await known()).toEqual([false, true, true]);
    await close();
  });

  it("are forgotten after four days, when GitHub sends them no more", async () => {
    const { database, close } = await openEmbedded(join(directory, "blobs"), { staleAfter: 5_000 });
    const deliveries = createDatabaseDeliveries(database, { most: 10 });
    await deliveries.remember("young");
    const age = (id: string, hours: number) =>
      database
        .insertInto("deliveries")
        .values({ id, received_at: new Date(Date.now() - hours * 3_600_000) })
        .execute();
    await age("3 days", 72);
    await age("4 days", 97);
    await deliveries.forget();
    const ids = ["young", "3 days", "4 days"].map((id) => deliveries.isKnown(id));
    expect(await Promise.all(ids)).toEqual([true, true, false]);
    await close();
  });
});

describe("watches", { timeout: 60_000 }, () => {
  const [one, two] = [toAddress(`0x${"01".repeat(20)}`), toAddress(`0x${"02".repeat(20)}`)];
  const pull = (number: number) => {
    return { installationId: 1, repositoryId: 2, owner: "acme", repository: "vault", number };
  };
  const source = { chainId: 1, registry: one };
  const places: [string, object][] = [["in a directory", {}]];
  if (databaseUrl) places.push(["on a server", { databaseUrl }]);

  it.each(places)("are who waits for which contract and until when, also after a restart, %s", async (_, place) => {
    const options = { directory: join(directory, "watches"), ...place };
    let { watches, close } = await openStore(options);
    const find = async (contracts: readonly Address[], time = 0) =>
      (await watches.find(1, { contracts, time })).map(
        (each) => `${each.pull.number} ${each.contract === one ? 1 : 2}`,
      );
    const both = [one, two].map((contract) => ({ chainId: 1, contract, until: 100, due: 90 }));
    await watches.keep(pull(1), both);
    await watches.keep(pull(2), [{ chainId: 1, contract: two, until: 100 }]);
    await watches.keep(pull(3), [{ chainId: 10, contract: two, until: 100 }]);
    expect((await find([one, two])).toSorted()).toEqual(["1 1", "1 2", "2 2"]);
    expect(await find([])).toEqual([]);
    expect((await find([], 90)).toSorted()).toEqual(["1 1", "1 2"]);
    await watches.keep(pull(1), both.slice(0, 1));
    expect(await find([two])).toEqual(["2 2"]);
    const told = [{ id: "0xab/1", block: 7 }];
    await watches.tell(1, [{ pull: pull(2), contract: two, due: undefined, told }], 50);
    await watches.keep({ ...pull(2), owner: "renamed" }, [{ chainId: 1, contract: two, until: 200 }]);
    await close();
    ({ watches, close } = await openStore(options));
    expect(await watches.find(1, { contracts: [], time: 0 })).toMatchObject([{ pull: { owner: "renamed" }, told }]);
    await watches.tell(1, [], 150);
    expect(await find([one, two])).toEqual(["2 2"]);
    await watches.keep(pull(2), []);
    expect(await find([one, two])).toEqual([]);
    expect(await watches.readCheckpoint(source)).toBeUndefined();
    await watches.keepCheckpoint(source, 2 ** 33);
    await watches.keepCheckpoint({ ...source, registry: two }, 5);
    expect(await watches.readCheckpoint(source)).toBe(2 ** 33);
    await close();
  });
});

describe("known blobs", { timeout: 60_000 }, () => {
  const hash = (index: number) => index.toString(16).padStart(64, "0");
  const id = (index: number) => index.toString(16).padStart(40, "0");
  const blobs = (from: number, to: number) =>
    new Map(
      Array.from({ length: to - from }, (_, at) => [
        id(from + at),
        { sha256: hash(from + at), size: 2 ** 33 + at, isPointer: at % 2 === 1 },
      ]),
    );
  const places: [string, object][] = [["in a directory", {}]];
  if (databaseUrl) places.push(["on a server", { databaseUrl }]);

  it.each(places)("are found again by their ids, also after a restart, %s", async (_, place) => {
    const options = { directory: join(directory, "blobs"), ...place };
    const first = await openStore(options);
    await first.blobs.keep(blobs(0, 12_000));
    await first.blobs.keep(blobs(11_000, 11_010));
    await first.close();
    const second = await openStore(options);
    const found = await second.blobs.find([...blobs(10_998, 12_003).keys()]);
    expect(found.size).toBe(1_002);
    expect(found.get(id(11_001))).toEqual({ sha256: hash(11_001), size: 2 ** 33 + 1, isPointer: true });
    expect(await second.blobs.find([])).toEqual(new Map());
    await second.close();
  });

  it("are forgotten, those of no use for longest first, where there are too many", async () => {
    const place = { directory: join(directory, "bounded"), mostBlobs: 100 };
    const store = await openStore(place);
    await store.blobs.keep(blobs(0, 100));
    vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ["Date"] });
    await store.blobs.find([...blobs(0, 50).keys()]);
    await store.blobs.keep(blobs(200, 230));
    vi.useRealTimers();
    expect((await store.blobs.find([...blobs(0, 50).keys()])).size).toBe(50);
    expect((await store.blobs.find([...blobs(200, 230).keys()])).size).toBe(30);
    expect((await store.blobs.find([...blobs(50, 100).keys()])).size).toBe(20);
    await store.close();
  });
});

describe("the data directory", () => {
  function startProcess(path: string, staleAfter: number): ChildProcess {
    const program = fileURLToPath(new URL("../helpers/store-process.ts", import.meta.url));
    const child = spawn(process.execPath, [program, path, String(staleAfter)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  }

  async function readLine(child: ChildProcess): Promise<string> {
    const [line] = await once(child.stdout ?? child, "data");
    return String(line).trim();
  }

  it("belongs to one process, and to the next one as soon as that was killed", { timeout: 60_000 }, async () => {
    const holder = startProcess(data, 2_000);
    expect(await readLine(holder)).toBe("open");
    await expect(openStore({ directory: data, staleAfter: 2_000 })).rejects.toMatchObject({ code: "STORE_LOCKED" });

    holder.kill("SIGKILL");
    await once(holder, "exit");
    const store = await openStore({ directory: data, staleAfter: 2_000 });
    expect(await store.transactions.findLive({ chainId: 1, relayer: "0x" as Address })).toBeUndefined();
    await store.close();
  });

  it("keeps what was noted, and is free after closing", { timeout: 60_000 }, async () => {
    const wallet = new Wallet(Wallet.createRandom().privateKey);
    const transaction = await sign(wallet, { nonce: 0, purpose: "kept" });
    const first = await openStore({ directory: data });
    await first.transactions.record(transaction);
    await first.close();
    await first.close();
    const second = await openStore({ directory: data });
    expect(await second.transactions.findLive(transaction)).toMatchObject(transaction);
    await second.close();
  });

  it("is told of and left alone where another process took it", { timeout: 60_000 }, async () => {
    const lost = Promise.withResolvers<void>();
    const store = await openStore({ directory: data, staleAfter: 2_000, onLost: lost.resolve });
    await utimes(join(data, ".lock"), 0, 0);
    await lost.promise;
    await expect(store.deliveries.isKnown("1")).rejects.toMatchObject({ code: "STORE_FAILED" });
    await store.close();
  });

  it("is refused where it is damaged", { timeout: 60_000 }, async () => {
    await writeFile(join(data, "database", "global", "pg_control"), "");
    await appendFile(join(data, "database", "PG_VERSION"), "damage");
    await expect(openStore({ directory: data })).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("is refused where it is a file", async () => {
    const path = join(directory, "file");
    await writeFile(path, "");
    await expect(openStore({ directory: path })).rejects.toMatchObject({ code: "STORE_FAILED", kind: "fault" });
  });
});

describe("a server that is not there", () => {
  it("is a fault, told without its password", async () => {
    for (const databaseUrl of ["postgres://user:secret@127.0.0.1:1/x", "postgres://user:secret@[/x"]) {
      const error = await openStore({ databaseUrl, directory }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "STORE_FAILED" });
      expect(String((error as Error).stack)).not.toContain("secret");
    }
  });
});
