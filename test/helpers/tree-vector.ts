import { readdirSync, readFileSync } from "node:fs";
import type { ErrorCode } from "../../src/errors.ts";
import type { TreeLimits } from "../../src/protocol/tree-listing.ts";
import { collectObjects, type PackedObjects } from "./packed-objects.ts";
import type { RawEntry, Repository } from "./repository.ts";

/**
 * An entry of a vector's tree: a file by its content, a folder by its entries, a submodule by its commit. With `repeat`
 * it stands for many: each "#" in its name and content is replaced by its number from 0, padded to so many digits.
 */
export interface VectorEntry {
  readonly mode: string;
  readonly name?: string;
  readonly nameHex?: string;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly entries?: readonly VectorEntry[];
  readonly oid?: string;
  readonly repeat?: { readonly count: number; readonly digits: number };
}

export function file(name: string, content = "x\n"): VectorEntry {
  return { mode: "100644", name, content };
}

export function link(name: string, to: string): VectorEntry {
  return { mode: "120000", name, content: to };
}

export function folder(name: string, ...entries: readonly VectorEntry[]): VectorEntry {
  return { mode: "40000", name, entries };
}

/** test/vectors/tree-hash/*.json: a tree, and either its hash and manifest or the problems that it is refused for. */
export interface TreeVector {
  readonly name: string;
  readonly about: string;
  /** The folder `dir` of a commit. */
  readonly entries: readonly VectorEntry[];
  /** What is asked for in the commit: `dir` unless it says otherwise. */
  readonly path?: string;
  readonly limits?: Partial<TreeLimits>;
  /** Counts submodules, by the `.gitmodules` of the commit; a relative address leads to a host that has nothing. */
  readonly submodules?: "asked";
  readonly gitmodules?: string;
  readonly hash?: string;
  /** Left out where it is long. */
  readonly manifest?: string;
  /** In any order. */
  readonly problems?: readonly { readonly code: ErrorCode; readonly subject?: string }[];
}

export function readTreeVectors(): TreeVector[] {
  const directory = new URL("../vectors/tree-hash/", import.meta.url);
  return readdirSync(directory).map((file) => ({
    ...JSON.parse(readFileSync(new URL(file, directory), "utf8")),
    name: file.replace(/\.json$/, ""),
  }));
}

/** Writes the tree as it stands, whatever git would say, and answers a commit that has it as its folder `dir`. */
export function commitTree(repository: Repository, entries: readonly VectorEntry[], gitmodules?: string): string {
  const objects = collectObjects();
  const beside = gitmodules === undefined ? [] : [file(".gitmodules", gitmodules)];
  const commit = objects.commit(writeTree(objects, [...beside, folder("dir", ...entries)]));
  objects.store(repository);
  return commit;
}

function writeTree(objects: PackedObjects, entries: readonly VectorEntry[]): string {
  return objects.tree(entries.flatMap(toCopies).map((entry) => toRawEntry(objects, entry)));
}

function toRawEntry(objects: PackedObjects, entry: VectorEntry): RawEntry {
  const { mode, name = Buffer.from(entry.nameHex ?? "", "hex"), entries } = entry;
  return { mode, name, oid: entry.oid ?? (entries ? writeTree(objects, entries) : writeContent(objects, entry)) };
}

function writeContent(objects: PackedObjects, { content, contentBase64 }: VectorEntry): string {
  return objects.blob(content ?? Buffer.from(contentBase64 ?? "", "base64"));
}

function toCopies({ repeat, ...entry }: VectorEntry): VectorEntry[] {
  if (repeat === undefined) return [entry];
  const { name = "#", content } = entry;
  return Array.from({ length: repeat.count }, (_, index) => {
    const number = `${index}`.padStart(repeat.digits, "0");
    const copy = { ...entry, name: name.replaceAll("#", number) };
    return content === undefined ? copy : { ...copy, content: content.replaceAll("#", number) };
  });
}
