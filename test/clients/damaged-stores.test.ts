import { randomBytes } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountersignError } from "../../src/errors.ts";
import {
  change,
  createStoreParts,
  flip,
  listOffsets,
  mendSums,
  plantStore,
  renameObject,
  type StoreFiles,
  swapOffsets,
} from "../helpers/damaged-store.ts";
import { isDeep } from "../helpers/gits.ts";
import { writeLyingPack } from "../helpers/loose-lies.ts";
import { treeRoads } from "../helpers/tree-roads.ts";

const { commit, ids, loose, packs } = createStoreParts();
const hash = await answerOf(loose);

/** What both roads say: a hash, or codes and subjects. */
async function answerOf(...parts: readonly StoreFiles[]): Promise<string> {
  using store = plantStore(...parts);
  return await answerAt(store.path);
}

async function answerAt(path: string, at = commit): Promise<string> {
  const answers = await Promise.all(
    treeRoads.map((road) =>
      road.hash({ path }, { commit: at, path: "d" }).then(
        (hashed) => hashed.hash as string,
        (error: unknown) => {
          if (!(error instanceof CountersignError)) throw error;
          return error.problems
            .map(({ code, subject }) => `${code} ${subject}`)
            .sort()
            .join(", ");
        },
      ),
    ),
  );
  const [answer = ""] = answers;
  expect(answers).toEqual(treeRoads.map(() => answer));
  return answer;
}

const indexOf = (files: StoreFiles) => [...files].find(([name]) => name.endsWith(".idx"))?.[1] ?? Buffer.alloc(0);
const packOf = (files: StoreFiles) => [...files].find(([name]) => name.endsWith(".pack"))?.[1] ?? Buffer.alloc(0);

/** Of every object in a pack: one of its first bytes, one in the middle, or its last one; at the gate all five. */
function toPlaces(files: StoreFiles): { readonly at: number; readonly oid: string }[] {
  const rows = listOffsets(indexOf(files));
  const end = packOf(files).length - 20;
  return rows.flatMap(({ oid, offset }, index) => {
    const next = rows[index + 1]?.offset ?? end;
    const places = [offset, offset + 1, offset + 3, Math.floor((offset + next) / 2), next - 1];
    return (isDeep ? places : places.slice(index % 5).slice(0, 1)).map((at) => ({ at, oid }));
  });
}

describe.each(["byOffset", "byId", "plain"] as const)("a pack of changed bytes (%s)", (kind) => {
  const good = packs[kind];
  const damaged = toPlaces(good).map(({ at, oid }) => ({
    oid,
    files: change(good, ".pack", (bytes) => flip(bytes, at)),
  }));

  it.each([
    ["its sums as they were", (files: StoreFiles) => files],
    ["its sums right again", mendSums],
  ])("is one hash or one refusal, with %s", async (_, mend) => {
    const unneeded = ids.get("e/4");
    for (const { oid, files } of damaged) {
      const answer = await answerOf(mend(files));
      if (answer !== hash)
        expect(answer).toMatch(/^TREE_OBJECT_MISMATCH [0-9a-f]{40}(, TREE_OBJECT_MISMATCH [0-9a-f]{40})*$/);
      if (oid === unneeded && kind === "plain") expect(answer).toBe(hash);
      if (oid === ids.get("d")) expect(answer).toBe(`TREE_OBJECT_MISMATCH ${oid}`);
    }
  });

  it("does no harm beside a good copy of what is broken alone, also of a base of others, or of all", async () => {
    const other = kind === "plain" ? packs.byOffset : packs.plain;
    for (const [index, { oid, files }] of damaged.entries()) {
      const copy = new Map([...loose].filter(([name]) => name.replace("/", "") === oid));
      expect(await answerOf(mendSums(files), copy)).toBe(hash);
      if (index % 3 === 0) expect(await answerOf(mendSums(files), other)).toBe(hash);
    }
  });
});

describe("an index that lies", () => {
  const lies = ([kind, one, two]: readonly ["byOffset" | "byId" | "plain", number, number]) =>
    mendSums(change(packs[kind], ".idx", (bytes) => swapOffsets(bytes, one, two)));
  const cases = (["byOffset", "byId", "plain"] as const).flatMap((kind) =>
    (isDeep ? [0, 1, 2, 3, 4, 5, 6] : [1, 4]).map((one) => [kind, one, one + 3] as const),
  );

  it("is one refusal, alone", async () => {
    for (const one of cases) expect(await answerOf(lies(one))).toMatch(/^TREE_OBJECT_MISMATCH|^0x/);
  });

  it.each(cases)("does no harm beside a good copy (%s, %i for %i)", async (...one) => {
    expect(await answerOf(lies(one), loose)).toBe(hash);
    const other = one[0] === "plain" ? packs.byId : packs.plain;
    for (const times of [
      [1, 2],
      [2, 1],
    ]) {
      using store = plantStore(lies(one), other);
      for (const [index, files] of [packs[one[0]], other].entries())
        for (const name of files.keys())
          utimesSync(join(store.path, "objects", name), times[index] ?? 0, times[index] ?? 0);
      expect(await answerAt(store.path)).toBe(hash);
    }
  });

  it("does no harm beside good alternates", async () => {
    using lender = plantStore(loose);
    const alternates = new Map([["info/alternates", Buffer.from(`${join(lender.path, "objects")}\n`)]]);
    for (const one of cases) expect(await answerOf(lies(one), alternates)).toBe(hash);
  });
});

describe("a blob that git streams", () => {
  it("is one hash or one refusal where it says another size", async () => {
    const big = createStoreParts({ content: randomBytes(1_000_000).toString("hex") });
    const offset = listOffsets(indexOf(big.packs.plain)).find(({ oid }) => oid === big.ids.get("d/0"))?.offset ?? 0;
    for (const [at, mask] of [
      [1, 0x10],
      [2, 0x10],
      [3, 0x10],
      [3, 0x80],
    ] as const) {
      const files = mendSums(change(big.packs.plain, ".pack", (bytes) => flip(bytes, offset + at, mask)));
      using store = plantStore(files);
      expect(await answerAt(store.path, big.commit)).toBe(`TREE_OBJECT_MISMATCH ${big.ids.get("d/0")}`);
    }
  });
});

describe("an object that ends git, or makes it print what nobody expects", () => {
  const oid = ids.get("d/0") ?? "";
  const name = `${oid.slice(0, 2)}/${oid.slice(2)}`;
  const object = inflateSync(loose.get(name) ?? Buffer.alloc(0));
  const content = object.subarray(object.indexOf(0) + 1);
  const withSize = (size: number | string) => deflateSync(Buffer.concat([Buffer.from(`blob ${size}\0`), content]));

  it.each([
    ["says one byte more", withSize(content.length + 1)],
    ["says far more", withSize(content.length + 200_000)],
    ["says more than a file can hold", withSize("1152921504606846976")],
    ["says a petabyte", withSize(999_999_999_999_999)],
    ["needs a dictionary", deflateSync(object, { dictionary: Buffer.from("blob") })],
  ])("is one refusal alone, and does no harm beside a good copy, where it %s", async (_, bytes) => {
    const broken = new Map([...loose, [name, bytes]]);
    expect(await answerOf(broken)).toBe(`TREE_OBJECT_MISMATCH ${oid}`);
    expect(await answerOf(broken, packs.byOffset)).toBe(hash);
  });

  it("is the same in a pack", async () => {
    const others = new Map([...loose].filter(([path]) => path !== name));
    using store = plantStore(others);
    const zlib = deflateSync(content, { dictionary: content.subarray(0, 100) });
    writeLyingPack(join(store.path, "objects"), oid, { zlib, size: content.length });
    expect(await answerAt(store.path)).toBe(`TREE_OBJECT_MISMATCH ${oid}`);
    mkdirSync(join(store.path, "objects", oid.slice(0, 2)), { recursive: true });
    writeFileSync(join(store.path, "objects", name), loose.get(name) ?? "");
    expect(await answerAt(store.path)).toBe(hash);
  });
});

describe("an index of many packs that lies", () => {
  it("is not asked", async () => {
    using store = plantStore(packs.plain);
    writeFileSync(join(store.path, "objects/pack/multi-pack-index"), "MIDX");
    expect(await answerAt(store.path)).toBe(hash);
  });
});

describe("any damage", () => {
  const kinds = fc.constantFrom("byOffset", "byId", "plain");
  const ratio = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const damage = fc.record({
    file: fc.nat(),
    at: ratio,
    other: fc.nat(20),
    how: fc.constantFrom(...new Array(12).fill("flip"), "zero", "zero", "swap", "swap", "rename", "rename", "cut"),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  const store = fc.record({
    kinds: fc.uniqueArray(kinds, { minLength: 0, maxLength: 3 }),
    loose: fc.double({ min: 0, max: 1, noNaN: true }),
    damages: fc.array(damage, { minLength: 1, maxLength: 6 }),
    isMended: fc.boolean(),
  });

  it("is one hash or the same refusals", async () => {
    await fc.assert(
      fc.asyncProperty(store, async ({ kinds, loose: share, damages, isMended }) => {
        const someLoose = [...loose].filter((_, index) => index < share * loose.size);
        const files = new Map([...kinds.flatMap((kind) => [...packs[kind]]), ...someLoose]);
        // What reads an index comes first, what leaves less of it last.
        const ordered = ["swap", "rename", "zero", "flip", "cut"];
        for (const one of damages.toSorted((a, b) => ordered.indexOf(a.how) - ordered.indexOf(b.how)))
          damageOne(files, one);
        const answer = await answerOf(isMended ? mendSums(files) : files);
        if (answer.startsWith("0x")) expect(answer).toBe(hash);
      }),
      { seed: 5, numRuns: isDeep ? 1_000 : 12 },
    );
  });

  type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

  function damageOne(files: Map<string, Buffer>, { file, at, ...how }: Damage): void {
    const names = [...files.keys()];
    const name = names[file % names.length];
    const bytes = name === undefined ? undefined : files.get(name);
    if (name === undefined || bytes === undefined) return;
    const isIndex = name.endsWith(".idx");
    files.set(name, toDamaged(Buffer.from(bytes), { ...how, at: Math.floor(at * bytes.length), isIndex }));
  }

  function toDamaged(bytes: Buffer, { at, other, how, mask, isIndex }: Omit<Damage, "file"> & { isIndex: boolean }) {
    if (how === "cut") return bytes.subarray(0, at);
    if (how === "zero") return bytes.fill(0, at, Math.min(at + other, bytes.length));
    if (isIndex && how === "swap") return swapOffsets(bytes, at, other);
    if (isIndex && how === "rename") return renameObject(bytes, { row: other, oid: ids.get("d/1") ?? "" });
    return bytes.length === 0 ? bytes : flip(bytes, at, mask);
  }
});
