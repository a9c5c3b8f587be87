import { readdirSync, readFileSync } from "node:fs";
import type { ErrorCode } from "../../src/errors.ts";
import type { Repository } from "./repository.ts";

/** An entry of a vector's tree: a file by its content, a folder by its entries, a submodule by its commit. */
interface VectorEntry {
  readonly mode: string;
  readonly name?: string;
  readonly nameHex?: string;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly entries?: readonly VectorEntry[];
  readonly oid?: string;
}

/** test/vectors/tree-hash/*.json: a tree, and either its hash and manifest or the problems that it is refused for. */
export interface TreeVector {
  readonly name: string;
  readonly about: string;
  readonly entries: readonly VectorEntry[];
  readonly hash?: string;
  readonly manifest?: string;
  readonly problems?: readonly { readonly code: ErrorCode; readonly subject?: string }[];
}

export function readTreeVectors(): TreeVector[] {
  const directory = new URL("../vectors/tree-hash/", import.meta.url);
  return readdirSync(directory).map((file) => ({
    ...JSON.parse(readFileSync(new URL(file, directory), "utf8")),
    name: file.replace(/\.json$/, ""),
  }));
}

/** Writes the vector's tree as it stands, whatever git would say, and answers its id. */
export function writeVector(repository: Repository, entries: readonly VectorEntry[]): string {
  return repository.writeTree(
    entries.map((entry) => ({
      mode: entry.mode,
      name: entry.name ?? Buffer.from(entry.nameHex ?? "", "hex"),
      oid: entry.oid ?? (entry.entries ? writeVector(repository, entry.entries) : writeContent(repository, entry)),
    })),
  );
}

function writeContent(repository: Repository, { content, contentBase64 }: VectorEntry): string {
  return repository.writeBlob(content ?? Buffer.from(contentBase64 ?? "", "base64"));
}
