import fs from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readObject } from "isomorphic-git";
import { failure } from "../../errors.ts";
import type { GitObject, ObjectSource, ObjectType } from "./object-source.ts";

/**
 * The objects of a repository on this disk, bare or not, loose and packed, with its alternates and linked work trees.
 * The work tree, its configuration, refs/replace and grafts are never consulted.
 *
 * @throws GIT_NOT_A_REPOSITORY where there is none, or one of the SHA-256 format.
 */
export async function openLocalRepository(path: string): Promise<ObjectSource> {
  const gitDirectory = await findGitDirectory(path);
  await assertFormat(gitDirectory, path);
  return openStores(await findStores(gitDirectory));
}

/** The objects below several git directories, asked in order. */
export function openStores(gitDirectories: readonly string[]): ObjectSource {
  const cache = {};
  return {
    async readObject(oid) {
      for (const gitdir of gitDirectories) {
        const object = await readStored(oid, { gitdir, cache });
        if (object !== undefined) return object;
      }
      return undefined;
    },
  };
}

async function readStored(oid: string, store: { gitdir: string; cache: object }): Promise<GitObject | undefined> {
  try {
    const { type, object } = await readObject({ fs, ...store, oid, format: "content" });
    return { type: type as ObjectType, bytes: object as Uint8Array };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "NotFoundError") return undefined;
    throw failure("TREE_OBJECT_MISMATCH", `object ${oid} is there but cannot be read`, { subject: oid, cause: error });
  }
}

async function findGitDirectory(path: string): Promise<string> {
  for (const candidate of [join(path, ".git"), path]) {
    const pointer = await readText(candidate);
    const directory = pointer === undefined ? candidate : resolve(path, pointer.replace(/^gitdir: /, ""));
    // A linked work tree keeps its own HEAD beside a path to the repository that has the objects.
    const common = resolve(directory, (await readText(join(directory, "commondir"))) ?? ".");
    if (await isDirectory(join(common, "objects"))) return common;
  }
  throw failure("GIT_NOT_A_REPOSITORY", `expected a git repository, found none at "${path}"`, { subject: path });
}

async function assertFormat(gitDirectory: string, path: string): Promise<void> {
  const config = (await readText(join(gitDirectory, "config"))) ?? "";
  if (!/^\s*objectformat\s*=\s*"?sha256/im.test(config)) return;
  throw failure("GIT_NOT_A_REPOSITORY", `expected the SHA-1 object format, found SHA-256 at "${path}"`, {
    subject: path,
  });
}

/** The repository and those that its objects/info/alternates name (git reads them five deep). */
async function findStores(gitDirectory: string, depth = 5): Promise<string[]> {
  const objects = join(gitDirectory, "objects");
  const lines = ((await readText(join(objects, "info", "alternates"))) ?? "").split("\n");
  const alternates = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => resolve(objects, line));
  const readable = depth > 0 ? alternates.filter((alternate) => basename(alternate) === "objects") : [];
  const stores = await Promise.all(readable.map((alternate) => findStores(dirname(alternate), depth - 1)));
  return [...new Set([gitDirectory, ...stores.flat()])];
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
