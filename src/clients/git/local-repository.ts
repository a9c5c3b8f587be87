import fs from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { getConfig, resolveRef } from "isomorphic-git";
import { failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import type { NativeGit } from "./native-git.ts";
import { openNativeObjects } from "./native-objects.ts";
import type { ObjectSource } from "./object-source.ts";
import { openStores, type StoreLimits } from "./stores.ts";

export interface LocalSettings {
  /** Reads the objects where it is there; isomorphic-git where not. The answers are the same. */
  readonly git?: NativeGit | undefined;
  readonly limits?: Partial<StoreLimits>;
}

export interface LocalRepository extends ObjectSource {
  /** The directory that holds the objects, also of a linked work tree. */
  readonly gitDirectory: string;
  /** Where it was cloned from, by its configuration: only to resolve relative addresses of submodules. */
  readOrigin(): Promise<string | undefined>;
  /** The commit that is checked out in a work tree of it; undefined where there is none yet. */
  readHead(workTree: string): Promise<string | undefined>;
}

/**
 * The objects of a repository on this disk, bare or not, loose and packed, with its alternates and linked work trees.
 * The work tree, refs/replace and grafts are never consulted.
 *
 * @throws GIT_NOT_A_REPOSITORY where there is none, or one of the SHA-256 format.
 */
export async function openLocalRepository(path: string, { git, limits }: LocalSettings = {}): Promise<LocalRepository> {
  const gitDirectory = await findGitDirectory(path);
  await assertFormat(gitDirectory, path);
  const source = git
    ? openNativeObjects(git, join(gitDirectory, "objects"))
    : openStores(await findStores(gitDirectory), { packs: "foreign", limits });
  return {
    ...source,
    gitDirectory,
    readOrigin: () => readOrigin(gitDirectory),
    readHead: (workTree) => readHead(workTree, gitDirectory),
  };
}

/** A linked work tree has a HEAD of its own, and its branches where the objects are. */
async function readHead(workTree: string, gitdir: string): Promise<string | undefined> {
  const pointer = await readText(join(workTree, ".git"));
  const own = pointer === undefined ? gitdir : resolve(workTree, pointer.replace(/^gitdir: /, ""));
  const head = (await readText(join(own, "HEAD"))) ?? "";
  if (isObjectId(head)) return head;
  const ref = head.replace(/^ref: /, "");
  return resolveRef({ fs, gitdir, ref }).catch(() => undefined);
}

/** The address of `origin` as https, whatever way git takes there itself: `git@HOST:OWNER/REPO.git` is the same place. */
async function readOrigin(gitdir: string): Promise<string | undefined> {
  const url: unknown = await getConfig({ fs, gitdir, path: "remote.origin.url" }).catch(() => undefined);
  if (typeof url !== "string") return undefined;
  const [, host, path] =
    /^ssh:\/\/(?:[^@/]+@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(url) ?? /^[^@/]+@([^/:]+):\/?(.+)$/.exec(url) ?? [];
  return host === undefined ? url : `https://${host}/${path}`;
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
