import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";
import { findPathProblems } from "../../src/protocol/path-problems.ts";
import { hashManifest } from "../../src/protocol/tree-hash.ts";
import { checkOut, hashByCoreutils } from "./coreutils.ts";
import { buildGoDirhash, findGo, type GoDirhash } from "./go-dirhash.ts";
import { importTree, type RandomFile, randomTree } from "./random-tree.ts";
import { createRepository, type Repository } from "./repository.ts";
import { treeRoads } from "./tree-roads.ts";

const goRoot = findGo();
const judges = goRoot === undefined ? "coreutils (no Go on this machine to ask as well)" : "coreutils and Go's dirhash";

/** What holds for every tree: told in `npm test` by a few, in `npm run test:deep` by many. */
export function describeTreeProperties(effort: { readonly runs: number; readonly seed: number }): void {
  const real = { numRuns: effort.runs, seed: effort.seed };
  const pure = { numRuns: effort.runs * 20, seed: effort.seed };

  describe(`any tree of mean names (${effort.runs} of them, seed ${effort.seed})`, { timeout: 1_800_000 }, () => {
    let repository: Repository;
    let scratch: string;
    let go: GoDirhash | undefined;
    beforeAll(() => {
      repository = createRepository();
      scratch = mkdtempSync(join(tmpdir(), "countersign-trees-"));
      go = goRoot === undefined ? undefined : buildGoDirhash(goRoot);
    });
    afterAll(() => {
      repository[Symbol.dispose]();
      rmSync(scratch, { recursive: true, force: true });
      go?.[Symbol.dispose]();
    });

    it(`hashes on every road as ${judges} do on its checkout`, async () => {
      await fc.assert(
        fc.asyncProperty(randomTree, async (files) => {
          const commit = importTree(repository, files);
          const expected = hashCheckout(commit);
          for (const road of treeRoads)
            expect({ road: road.name, hash: (await road.hash(repository, { commit, path: "" })).hash }).toEqual({
              road: road.name,
              hash: expected,
            });
          expect((await hashPlainDirectory(join(scratch, "tree"))).hash).toBe(expected);
          expect(hashFiles(files)).toBe(expected);
        }),
        real,
      );
    });

    /** The answer of others, who have to agree with one another. */
    function hashCheckout(commit: string): string {
      const directory = join(scratch, "tree");
      rmSync(directory, { recursive: true, force: true });
      checkOut(repository, commit, directory);
      const found = hashByCoreutils(directory);
      if (go !== undefined) expect(go.hash(directory)).toBe(found);
      return `0x${found}`;
    }

    it("hashes alike in whatever order its files are found", () => {
      const shuffled = randomTree.chain((files) =>
        fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
      );
      fc.assert(
        fc.property(shuffled, ([files, again]) => {
          expect(hashFiles(again)).toBe(hashFiles(files));
        }),
        pure,
      );
    });

    it("hashes otherwise once a byte is changed, added or taken", () => {
      const change = fc.record({ files: randomTree, at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
      fc.assert(
        fc.property(change, ({ files, at, by }) => {
          const { file, rest } = pick(files, at);
          for (const content of toChanged(file.content, at, by))
            expect(hashFiles([...rest, { ...file, content }])).not.toBe(hashFiles(files));
        }),
        pure,
      );
    });

    it("hashes otherwise once a file is renamed, added or taken, or two change places", () => {
      const change = fc.record({ files: randomTree, others: randomTree, at: fc.nat() });
      fc.assert(
        fc.property(change, ({ files, others, at }) => {
          const { file, rest } = pick(files, at);
          const [{ path, content }] = others as [RandomFile];
          if (path !== file.path) expect(answer([...rest, { ...file, path }])).not.toBe(hashFiles(files));
          expect(answer([...files, { path: `${path}+`, content, mode: "100644" }])).not.toBe(hashFiles(files));
          expect(answer(rest)).not.toBe(hashFiles(files));
          const [other] = rest;
          if (other === undefined || Buffer.from(other.content).equals(file.content)) return;
          const swapped = [{ ...file, content: other.content }, { ...other, content: file.content }, ...rest.slice(1)];
          expect(hashFiles(swapped)).not.toBe(hashFiles(files));
        }),
        pure,
      );
    });

    it("is not forged by a name that holds lines of its manifest", () => {
      fc.assert(
        fc.property(randomTree, fc.nat(), (files, at) => {
          fc.pre(files.length > 1);
          const { text } = hashManifest(files.map(toListed));
          const lines = text.slice(0, -1).split("\n");
          const from = at % (lines.length - 1);
          // One file whose name is the rest of its own line and the whole of the next: the same text, were it taken.
          const [first = "", second = ""] = lines.slice(from, from + 2);
          const forged = { path: Buffer.from(`${first.slice(66)}\n${second}`), sha256: first.slice(0, 64) };
          const others = lines.toSpliced(from, 2).map(parseLine);
          expect(() => hashManifest([...others, forged])).toThrow(refusedFor("TREE_NAME_CONTROL"));
          const escaped = { ...forged, path: Buffer.from(`${first.slice(66)}\\n${second}`) };
          expect(() => hashManifest([...others, escaped])).toThrow(refusedFor("TREE_NAME_BACKSLASH"));
        }),
        pure,
      );
    });
  });
}

function hashFiles(files: readonly RandomFile[]): string {
  return hashManifest(files.map(toListed)).hash;
}

/** The hash, or that there is none. */
function answer(files: readonly RandomFile[]): string {
  const isAccepted = files.length > 0 && findPathProblems(files.map(({ path }) => Buffer.from(path))).length === 0;
  return isAccepted ? hashFiles(files) : "refused";
}

function toListed({ path, content }: RandomFile) {
  return { path: Buffer.from(path), sha256: createHash("sha256").update(content).digest("hex") };
}

function parseLine(line: string) {
  return { path: Buffer.from(line.slice(66)), sha256: line.slice(0, 64) };
}

function refusedFor(code: string) {
  return expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ code })]) });
}

function pick(files: readonly RandomFile[], at: number) {
  const index = at % files.length;
  return { file: files[index] as RandomFile, rest: files.toSpliced(index, 1) };
}

function toChanged(content: Uint8Array, at: number, by: number): Uint8Array[] {
  const changed = Uint8Array.from(content, (byte, index) => (index === at % content.length ? byte ^ by : byte));
  const added = Buffer.concat([content, Buffer.of(by)]);
  return content.length === 0 ? [added] : [changed, added, content.slice(0, -1)];
}
