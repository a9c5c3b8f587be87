import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePath } from "../protocol/printable-path.ts";
import { type ObjectSource, readBlobs, readTree } from "./git/object-source.ts";
import { resolvePath } from "./git/tree-path.ts";

/** The files around a registered directory. Paths are relative to the repository; what is not there is undefined. */
export interface ProjectFiles {
  readText(path: string): Promise<string | undefined>;
  /** The commit that a submodule is pinned to. */
  readPin(path: string): Promise<string | undefined>;
  /** What lies in a directory. */
  readNames(path: string): Promise<ReadonlySet<string>>;
}

/** As they are at a commit. @throws GIT_OBJECT_ABSENT where an object is not here */
export function openCommitFiles(source: ObjectSource, commit: string): ProjectFiles {
  const resolve = (path: string) => resolvePath(source, commit, path);
  return {
    async readText(path) {
      const entry = await resolve(path);
      if (entry?.kind !== "file") return undefined;
      const [bytes = new Uint8Array()] = (await readBlobs(source, [entry.oid])).values();
      return Buffer.from(bytes).toString();
    },
    async readPin(path) {
      const entry = await resolve(path);
      return entry?.kind === "submodule" ? entry.oid : undefined;
    },
    async readNames(path) {
      const entry = await resolve(path);
      const entries = entry?.kind === "directory" ? await readTree(source, entry.oid) : [];
      return new Set(entries.flatMap(({ name }) => parsePath(name) ?? []));
    },
  };
}

/** As they lie on this disk, where nothing says what a submodule is pinned to. */
export function openDiskFiles(root: string): ProjectFiles {
  return {
    readText: (path) => readFile(join(root, path), "utf8").catch(toNothing),
    readPin: async () => undefined,
    readNames: async (path) => new Set(await readdir(join(root, path)).catch(() => [])),
  };
}

function toNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== undefined && ["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code)) return undefined;
  throw error;
}
