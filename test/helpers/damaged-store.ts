import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createRepository } from "./repository.ts";

/** The files below `objects`, by their paths: what a store is made of, and what can be damaged. */
export type StoreFiles = ReadonlyMap<string, Buffer>;

/** One repository's objects, in several forms that can lie beside each other. */
export interface StoreParts {
  readonly commit: string;
  /** Of blobs and trees: `d/0`, `d`. */
  readonly ids: ReadonlyMap<string, string>;
  readonly loose: StoreFiles;
  /** All objects, with deltas of bases by offset; by id, with an index of version 1; and without deltas. */
  readonly packs: { readonly byOffset: StoreFiles; readonly byId: StoreFiles; readonly plain: StoreFiles };
}

const paths = ["d/0", "d/1", "d/2", "d/s/3", "e/4"];

/** `content`: of `d/0`. */
export function createStoreParts({ content }: { readonly content?: string } = {}): StoreParts {
  using repository = createRepository();
  const lines = Array.from(
    { length: 60 },
    (_, index) => `${index}: ${createHash("md5").update(`${index}`).digest("hex")}`,
  );
  const files = paths.map((path, index) => [
    path,
    lines
      .with(index * 7, path)
      .slice(index)
      .join("\n"),
  ]);
  const commit = repository.commit({ ...Object.fromEntries(files), ...(content && { "d/0": content }) });
  const objects = join(repository.path, ".git/objects");
  const loose = readFiles(objects);
  const input = repository.git(["cat-file", "--batch-check=%(objectname)", "--batch-all-objects"]);
  const pack = (name: string, ...options: string[]) => {
    repository.git(["pack-objects", "-q", "--no-reuse-delta", ...options, `.git/objects/pack/pack-${name}`], { input });
    const isOurs = ([path]: [string, Buffer]) => path.startsWith(`pack/pack-${name}-`) && !path.endsWith(".rev");
    return new Map([...readFiles(objects)].filter(isOurs));
  };
  return {
    commit,
    ids: new Map([...paths, "d", "d/s"].map((path) => [path, repository.git(["rev-parse", `${commit}:${path}`])])),
    loose,
    packs: {
      byOffset: pack("b", "--delta-base-offset"),
      byId: pack("c", "--index-version=1"),
      plain: pack("a", "--window=0"),
    },
  };
}

/** A repository of these files alone. */
export function plantStore(...parts: readonly StoreFiles[]): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "countersign-damaged-"));
  for (const [name, bytes] of parts.flatMap((files) => [...files])) {
    mkdirSync(join(path, "objects", dirname(name)), { recursive: true });
    writeFileSync(join(path, "objects", name), bytes);
  }
  mkdirSync(join(path, "refs"));
  writeFileSync(join(path, "HEAD"), "ref: refs/heads/main\n");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** The same files, but one is changed. */
export function change(files: StoreFiles, end: string, edit: (bytes: Buffer) => Buffer): StoreFiles {
  return new Map([...files].map(([name, bytes]) => [name, name.endsWith(end) ? edit(Buffer.from(bytes)) : bytes]));
}

export function flip(bytes: Buffer, at: number, mask = 0xff): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return bytes;
}

/** The sums as they would be if the pack had been written so: its own, that in its index, and the index's own. */
export function mendSums(files: StoreFiles): StoreFiles {
  const sums = new Map<string, Buffer>();
  const packs = [...files].map(([name, bytes]) => {
    if (!name.endsWith(".pack")) return [name, bytes] as const;
    const mended = withSum(bytes);
    sums.set(name.replace(/pack$/, "idx"), mended.subarray(-20));
    return [name, mended] as const;
  });
  return new Map(packs.map(([name, bytes]) => [name, withSums(bytes, sums.get(name))]));
}

function withSums(index: Buffer, packSum: Buffer | undefined): Buffer {
  if (packSum === undefined) return index;
  return withSum(Buffer.concat([index.subarray(0, -40), packSum, Buffer.alloc(20)]));
}

function withSum(bytes: Buffer): Buffer {
  const content = bytes.subarray(0, -20);
  return Buffer.concat([content, createHash("sha1").update(content).digest()]);
}

/** Where each object begins, and where the last one ends, by an index of either version. */
export function listOffsets(index: Buffer): readonly { readonly oid: string; readonly offset: number; row: number }[] {
  const { start, count, isFirst } = toLayout(index);
  return Array.from({ length: count }, (_, row) => {
    const id = isFirst ? start + row * 24 + 4 : start + row * 20;
    const at = isFirst ? start + row * 24 : start + count * 24 + row * 4;
    return { oid: index.toString("hex", id, id + 20), offset: index.readUInt32BE(at), row: at };
  }).sort((one, two) => one.offset - two.offset);
}

/** Lets two objects of an index point to each other's bytes. */
export function swapOffsets(index: Buffer, one: number, two: number): Buffer {
  const rows = listOffsets(index);
  const [first, second] = [rows[one % rows.length], rows[two % rows.length]];
  if (first && second) {
    index.writeUInt32BE(second.offset, first.row);
    index.writeUInt32BE(first.offset, second.row);
  }
  return index;
}

/** Gives the bytes of one object of an index another id. */
export function renameObject(index: Buffer, { row, oid }: { readonly row: number; readonly oid: string }): Buffer {
  const { start, count, isFirst } = toLayout(index);
  const at = isFirst ? start + (row % count) * 24 + 4 : start + (row % count) * 20;
  Buffer.from(oid, "hex").copy(index, at);
  return index;
}

function toLayout(index: Buffer) {
  const isFirst = index[0] !== 0xff;
  const start = isFirst ? 1024 : 1032;
  return { isFirst, start, count: index.readUInt32BE(start - 4) };
}

function readFiles(directory: string): Map<string, Buffer> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(names.map((name) => [relative(directory, name), readFileSync(name)]));
}
