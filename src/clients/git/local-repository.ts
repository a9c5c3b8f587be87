import fs from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { getConfig, resolveRef } from "isomorphic-git";
import { failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { parseAlternates } from "./alternates.ts";
import { openCheckedSource } from "./checked-source.ts";
import type { NativeGit } from "./native-git.ts";
import { openNativeObjects } from "./native-objects.ts";
import type { ObjectSource } from "./object-source.ts";
import { assertPackPairs } from "./pack-pairs.ts";
import { openStores, type StoreLimits } from "./stores.ts";

export interface LocalSettings {
  /** Reads the objects where it is there. The answers are the same without it. */
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
 * @throws GIT_NOT_A_REPOSITORY where there is none, or one of the SHA-256 format; TREE_OBJECT_MISMATCH where a pack is cut
 * off, or another than its index says
 */
export async function openLocalRepository(path: string, { git, limits }: LocalSettings = {}): Promise<LocalRepository> {
  const gitDirectory = await findGitDirectory(path);
  for (const name of ["config", "packed-refs"]) await assertFile(join(gitDirectory, name));
  await assertFormat(gitDirectory, path);
  const objects = join(gitDirectory, "objects");
  const alternates = await findAlternates(objects);
  for (const directory of [objects, ...alternates]) await assertPackPairs(directory);
  const stores = openStores([objects, ...alternates], limits);
  const source = git ? openCheckedSource(openNativeObjects(git, objects, { alternates }), stores) : stores;
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
  await assertFile(join(gitdir, ref));
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
  // Values may be quoted or begin on the next line, and stand behind their section.
  const plain = config.replace(/"|\\\r?\n/g, "");
  if (!/^\s*(?:\[[^\]\n]*\]\s*)*objectformat\s*=\s*sha256/im.test(plain)) return;
  throw failure("GIT_NOT_A_REPOSITORY", `expected the SHA-1 object format, found SHA-256 at "${path}"`, {
    subject: path,
  });
}

/** So deep git follows alternates of alternates. */
const deepestAlternate = 6;

/**
 * The other directories of objects that info/alternates names, and those that these name in turn, as git finds them: links
 * are followed, and each that is there counts once.
 *
 * @throws GIT_NOT_A_REPOSITORY where one has a name that is not UTF-8
 */
async function findAlternates(objects: string): Promise<string[]> {
  const found = new Set([await realpath(objects)]);
  async function follow(directory: string, depth: number): Promise<void> {
    if (depth === deepestAlternate) return;
    for (const alternate of await readAlternates(directory)) {
      if (found.has(alternate)) continue;
      found.add(alternate);
      await follow(alternate, depth + 1);
    }
  }
  await follow(objects, 0);
  return [...found].slice(1);
}

async function readAlternates(directory: string): Promise<string[]> {
  const path = join(directory, "info", "alternates");
  await assertFile(path);
  const names = parseAlternates(await readFile(path).catch(() => Buffer.alloc(0)));
  const base = Buffer.concat([await realpath(directory, "buffer"), Buffer.of(slash)]);
  const places = names.map((name) => findDirectory(name[0] === slash ? name : Buffer.concat([base, name])));
  return (await Promise.all(places)).filter((place) => place !== undefined);
}

const slash = 0x2f;

/** Where it is in truth; undefined where nothing is: git passes over such a one too. */
async function findDirectory(path: Buffer): Promise<string | undefined> {
  const place = await realpath(path, "buffer").catch(() => undefined);
  if (place === undefined || !(await isDirectory(place))) return undefined;
  const text = place.toString();
  if (Buffer.from(text).equals(place)) return text;
  throw failure("GIT_NOT_A_REPOSITORY", `expected alternates by names of UTF-8, found "${text}"`, { subject: text });
}

/** Who opens a pipe waits until somebody writes into it. @throws GIT_NOT_A_REPOSITORY */
async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile() || found.isDirectory()) return;
  const message = `expected a file at "${path}", found a device, pipe or socket`;
  throw failure("GIT_NOT_A_REPOSITORY", message, { subject: path });
}

async function readText(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function isDirectory(path: string | Buffer): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
