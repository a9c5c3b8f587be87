import type { ErrorCode } from "../../src/errors.ts";
import { toZlibBomb, writeLoose, writeLyingPack } from "./loose-lies.ts";
import { collectObjects, type PackedObjects } from "./packed-objects.ts";
import type { Repository } from "./repository.ts";

/** A commit that costs its author kilobytes, and a careless reader his memory. */
export interface TreeBomb {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  /** Answers the commit. */
  write(repository: Repository): string;
}

const gigabyte = 1024 ** 3;
const never = "ab".repeat(20);

/** Threats T18. */
export const treeBombs: readonly TreeBomb[] = [
  { name: "ten billion files", codes: ["TREE_TOO_MANY_FILES"], write: (to) => writeWide(to, ["f"]) },
  { name: "ten billion folders", codes: ["TREE_TOO_MANY_FILES"], write: (to) => writeWide(to, []) },
  {
    name: "a thousand links, a thousand times",
    codes: ["TREE_TOO_MANY_PROBLEMS"],
    write: (to) => writeRepeated(to, { mode: "120000", times: 1000 }),
  },
  {
    name: "a thousand submodules, a thousand times",
    codes: ["TREE_TOO_MANY_PROBLEMS"],
    write: (to) => writeRepeated(to, { mode: "160000", times: 1000 }),
  },
  {
    name: "a thousand entries of one name, a thousand times",
    codes: ["TREE_TOO_MANY_PROBLEMS"],
    write: (to) => writeRepeated(to, { mode: "100644", times: 1000, name: "twin" }),
  },
  {
    name: "100,000 files below 4,000 bytes of folders",
    codes: ["TREE_PATHS_TOO_LONG"],
    write: (to) => writeDeep(to, 16, "é".repeat(120), 100_000),
  },
  { name: "3,000 levels", codes: ["TREE_TOO_DEEP"], write: (to) => writeDeep(to, 3000, "d") },
  { name: "a path of 6,000 bytes", codes: ["TREE_PATH_TOO_LONG"], write: (to) => writeDeep(to, 30, "é".repeat(100)) },
  { name: "a name of 300 bytes", codes: ["TREE_PATH_TOO_LONG"], write: (to) => writeDeep(to, 1, "n".repeat(300)) },
  {
    name: "a loose blob of four gigabytes of zeros",
    codes: ["TREE_TOO_MANY_BYTES"],
    write: (to) => writeBlobBomb(to, `blob ${4 * gigabyte}\0`),
  },
  {
    name: "a loose blob that says five bytes and holds four gigabytes",
    codes: ["TREE_OBJECT_MISMATCH"],
    write: (to) => writeBlobBomb(to, "blob 5\0"),
  },
  {
    name: "a loose blob without header, of four gigabytes",
    codes: ["TREE_OBJECT_MISMATCH"],
    write: (to) => writeBlobBomb(to, ""),
  },
  {
    name: "a loose tree of four gigabytes of zeros",
    codes: ["GIT_TOO_LARGE"],
    write: (to) => writeTreeBomb(to, `tree ${4 * gigabyte}\0`),
  },
  {
    name: "a packed blob of four gigabytes of zeros",
    codes: ["TREE_TOO_MANY_BYTES", "GIT_TOO_LARGE"],
    write: writePackBomb,
  },
];

/** Ten folders of ten folders …, ten times, by eleven trees. */
function writeWide(repository: Repository, files: readonly string[]): string {
  return write(repository, (objects) => {
    const oid = objects.blob("boom");
    let tree = objects.tree(files.map((name) => ({ mode: "100644", name, oid })));
    for (let level = 0; level < 10; level++)
      tree = objects.tree([..."0123456789"].map((name) => ({ mode: "40000", name, oid: tree })));
    return tree;
  });
}

/** As many entries in one tree, and the tree as many times in another. */
function writeRepeated(repository: Repository, entry: { mode: string; times: number; name?: string }): string {
  return write(repository, (objects) => {
    const oid = objects.blob("boom");
    const numbers = Array.from({ length: entry.times }, (_, index) => String(index).padStart(6, "0"));
    const tree = objects.tree(numbers.map((number) => ({ mode: entry.mode, name: entry.name ?? number, oid })));
    return objects.tree(numbers.map((number) => ({ mode: "40000", name: number, oid: tree })));
  });
}

function writeDeep(repository: Repository, levels: number, name: string, files = 1): string {
  return write(repository, (objects) => {
    const oid = objects.blob("deep");
    const names = Array.from({ length: files }, (_, index) => `f${String(index).padStart(6, "0")}`);
    let tree = objects.tree(names.map((file) => ({ mode: "100644", name: file, oid })));
    for (let level = 0; level < levels; level++) tree = objects.tree([{ mode: "40000", name, oid: tree }]);
    return tree;
  });
}

function writeBlobBomb(repository: Repository, header: string): string {
  writeLoose(repository, never, toZlibBomb(header, 4 * gigabyte));
  return write(repository, (objects) => objects.tree([{ mode: "100644", name: "bomb", oid: never }]));
}

function writeTreeBomb(repository: Repository, header: string): string {
  writeLoose(repository, never, toZlibBomb(header, 4 * gigabyte));
  return write(repository, (objects) => objects.tree([{ mode: "40000", name: "bomb", oid: never }]));
}

function writePackBomb(repository: Repository): string {
  const size = 4 * gigabyte;
  writeLyingPack(repository, never, { zlib: toZlibBomb("", size), size });
  return write(repository, (objects) => objects.tree([{ mode: "100644", name: "bomb", oid: never }]));
}

function write(repository: Repository, toTree: (objects: PackedObjects) => string): string {
  const objects = collectObjects();
  const commit = objects.commit(toTree(objects));
  objects.store(repository);
  return commit;
}
