import { readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assertPackPairs } from "../../src/clients/git/pack-pairs.ts";
import { holdRecent } from "../../src/clients/git/recent.ts";
import { openStores, type StoreLimits } from "../../src/clients/git/stores.ts";
import { plantStore, type StoreFiles } from "../helpers/damaged-store.ts";
import { type ForgedEntry, forgeBlob, forgeChain, forgePack, toBlobId } from "../helpers/forged-pack.ts";

const hello = Buffer.from("hello");
const absent = "ab".repeat(20);
const megabyte = 1024 ** 2;

function plant(...packs: readonly (readonly ForgedEntry[])[]) {
  return plantStore(...packs.map((entries, index) => forgePack(`${index}`, entries)));
}

function open({ path }: { readonly path: string }, limits: Partial<StoreLimits> = {}) {
  return openStores([join(path, "objects")], limits);
}

async function readTexts(source: ReturnType<typeof open>, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) {
    const object = await source.readObject(toBlobId(Buffer.from(text)));
    found.push(Buffer.from(object?.bytes ?? []).toString());
  }
  return found;
}

/** Makes an index larger than its pack allows: a hole of so many rows, which takes no room on the disk. */
function inflateIndex(files: StoreFiles, rows: number): StoreFiles {
  return new Map(
    [...files].map(([name, bytes]) => {
      const mended = Buffer.from(bytes);
      if (name.endsWith(".pack")) mended.writeUInt32BE(rows, 8);
      else for (let at = 8; at < 1032; at += 4) mended.writeUInt32BE(rows, at);
      return [name, mended];
    }),
  );
}

describe("indexes", () => {
  it("count in the limit of packs", async () => {
    using store = plant([forgeBlob(hello)]);
    const sizes = ["pack", "idx"].map((end) => statSync(join(store.path, `objects/pack/pack-0.${end}`)).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(await readTexts(open(store, { packBytes: total }), ["hello"])).toEqual(["hello"]);
    const refused = { code: "GIT_TOO_LARGE", message: expect.stringContaining("limit pack-bytes") };
    for (const packBytes of [total - 1, (sizes[1] ?? 0) - 1]) {
      await expect(open(store, { packBytes }).readObject(toBlobId(hello))).rejects.toMatchObject(refused);
    }
    await expect(open(store, { packBytes: (sizes[1] ?? 0) - 1 }).readObject(absent)).rejects.toMatchObject(refused);
  });

  it("of more rows than the pack has room for are passed over, unread, and refused with the repository", async () => {
    const rows = 100_000_000;
    using store = plantStore(
      inflateIndex(forgePack("0", [forgeBlob(hello)]), rows),
      forgePack("1", [forgeBlob(hello)]),
    );
    const path = join(store.path, "objects/pack/pack-0.idx");
    const trailer = readFileSync(path).subarray(-40);
    truncateSync(path, 1032 + 28 * rows);
    writeFileSync(path, trailer, { flag: "a" });
    expect(await readTexts(open(store), ["hello"])).toEqual(["hello"]);
    expect(await open(store).readObject(absent)).toBeUndefined();
    await expect(assertPackPairs(join(store.path, "objects"))).rejects.toMatchObject({
      code: "TREE_OBJECT_MISMATCH",
      problems: [{ subject: "pack-0.pack" }],
    });
  });

  it("too large to be read at once are refused, whatever the limit", async () => {
    using store = plant([forgeBlob(hello)]);
    for (const end of ["pack", "idx"]) truncateSync(join(store.path, `objects/pack/pack-0.${end}`), 2 ** 31);
    await expect(open(store, { packBytes: 2 ** 40 }).readObject(absent)).rejects.toMatchObject({
      code: "GIT_TOO_LARGE",
    });
  });
});

describe("a pack that another one replaces", () => {
  it("is looked for anew by everybody who asked for an object of it", async () => {
    const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`);
    const blobs = texts.map((text) => forgeBlob(Buffer.from(text)));
    using store = plant(blobs);
    const source = open(store);
    await source.readObject(absent);
    for (const [name, bytes] of forgePack("1", [...blobs, forgeBlob(hello)]))
      writeFileSync(join(store.path, "objects", name), bytes);
    for (const end of ["pack", "idx"]) rmSync(join(store.path, `objects/pack/pack-0.${end}`));
    const read = await Promise.all(texts.map((text) => source.readObject(toBlobId(Buffer.from(text)))));
    expect(read.map((object) => Buffer.from(object?.bytes ?? []).toString())).toEqual(texts);
  });

  it("may go while its size is asked for", async () => {
    using store = plant([forgeBlob(hello)]);
    const pack = join(store.path, "objects/pack/pack-0.pack");
    const source = open(store);
    await source.readObject(absent);
    rmSync(pack);
    // A name that leads nowhere is there, and has no size.
    symlinkSync("nowhere", pack);
    await expect(source.readObject(toBlobId(hello))).rejects.toMatchObject({ code: "TREE_OBJECT_MISMATCH" });
  });
});

describe("what is built in chains", () => {
  const tips = Array.from({ length: 12 }, (_, index) => `tip ${index}`);
  const others = Array.from({ length: 12 }, (_, index) => `other ${index}`);

  it("keeps the base of many, however large, also where others are read between", async () => {
    const large = forgeChain({ size: 33 * megabyte, length: 3, tips });
    const small = forgeChain({ size: 1000, length: 3, tips: others });
    using store = plant(large, small);
    const source = open(store, { inflatedBytes: 150 * megabyte });
    const mixed = tips.flatMap((tip, index) => [tip, others[index] ?? ""]);
    expect(await readTexts(source, mixed)).toEqual(mixed);
  });

  it("ends where bases are built again and again, and not where much is handed out", async () => {
    const size = 33 * megabyte;
    const [one, two] = [tips, others].map((names) => forgeChain({ size, length: 2, tips: names }));
    using store = plant(one ?? [], two ?? []);
    const mixed = tips.slice(0, 4).flatMap((tip, index) => [tip, others[index] ?? ""]);
    const source = open(store, { inflatedBytes: 300 * megabyte });
    await expect(readTexts(source, mixed)).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    for (const part of [mixed.slice(0, 4), mixed.slice(4)]) {
      expect((await source.readObject(one?.[0]?.oid ?? ""))?.bytes).toHaveLength(size);
      expect(await readTexts(source, part)).toEqual(part);
    }
  });
});

describe("a broken base", () => {
  const size = 1000;
  const limits = { objectBytes: 2 * size };

  it("is judged in a chain of any length", async () => {
    const chain = forgeChain({ size, length: 30, tips: ["tip"] });
    const lie = chain.map((entry, index) => (index === 30 ? { ...entry, oid: absent } : entry));
    using store = plant(lie);
    await expect(open(store, limits).readObject(absent)).rejects.toMatchObject({ code: "TREE_OBJECT_MISMATCH" });
  });

  it("is too large where too many copies of it are to be held", async () => {
    const [base] = forgeChain({ size, length: 1, tips: [] });
    const copies = [1, 2, 3, 4, 5, 6, 7].map((fill) => [forgeBlob(Buffer.alloc(size, fill), base?.oid)]);
    using store = plant(forgeChain({ size, length: 1, tips: ["tip"] }).with(1, lieAbout("tip")), ...copies);
    await expect(open(store, limits).readObject(absent)).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    await expect(open(store).readObject(absent)).rejects.toMatchObject({ code: "TREE_OBJECT_MISMATCH" });
  });

  function lieAbout(tip: string): ForgedEntry {
    const [, entry] = forgeChain({ size, length: 1, tips: [tip] });
    return { oid: absent, bytes: entry?.bytes ?? Buffer.alloc(0) };
  }
});

describe("what is held of the last ones", () => {
  it("is so much, and one that is larger", () => {
    const held = holdRecent<number>(10, (value) => value);
    for (const [key, value] of Object.entries({ a: 4, b: 5, large: 50 })) held.set(key, value);
    expect(held.get("a")).toBe(4);
    held.set("c", 3);
    expect(["a", "b", "c", "large"].filter(held.has)).toEqual(["a", "c", "large"]);
    held.set("larger", 20);
    expect(["a", "b", "c", "large", "larger"].filter(held.has)).toEqual(["a", "c", "larger"]);
    expect([held.get("larger"), held.get("large")]).toEqual([20, undefined]);
  });
});
