import * as files from "node:fs/promises";
import { join } from "node:path";
import { addRemote, init, type PromiseFsClient, resolveRef, writeRef } from "isomorphic-git";
import { failure } from "../../errors.ts";
import { findCommit, type ObjectSource } from "./object-source.ts";
import { assertPack, type PackLimits } from "./pack-check.ts";

/** The last commit fetched: with it here, the next fetch need not send again what the two share. */
const haveRef = "refs/heads/have";

/**
 * A bare git directory that survives being killed at any moment. A file appears whole or not at all, a pack only after
 * it was judged, its index after the pack: what can be found can be read, with all that hangs on it.
 */
export interface ObjectCache {
  /** For isomorphic-git: writes are atomic, and packs are judged before they are unpacked. */
  readonly fs: PromiseFsClient;
  /** Makes the directory, and clears what a killed fetch left. */
  prepare(): Promise<void>;
  /** What to tell the host that is here, for a fetch of the commit; writes which commits lack parents. */
  findHave(commit: string): Promise<{ readonly have: string }>;
  /** Remembers that the commit is here with all that was asked for. */
  keep(commit: string): Promise<void>;
}

export function openObjectCache(directory: string, options: { source: ObjectSource; limits: PackLimits }): ObjectCache {
  const fs = openAtomicFiles(options.limits);
  const repository = { fs, gitdir: directory };

  return {
    fs,
    async prepare() {
      await init({ ...repository, bare: true, defaultBranch: "have" });
      await addRemote({ ...repository, remote: "origin", url: "", force: true });
      await removeLeftovers(join(directory, "objects", "pack"));
    },
    async findHave(commit) {
      const have = (await findCommit(options.source, commit)) === undefined ? await readHave() : commit;
      // Read from the objects each time. A list that was kept could, after a crash, claim commits that never arrived.
      const shallow = have === undefined ? [] : await findShallow(options.source, have);
      await fs.promises.writeFile(join(directory, "shallow"), shallow.map((oid) => `${oid}\n`).join(""));
      return { have: have ?? commit };
    },
    async keep(commit) {
      await writeRef({ ...repository, ref: haveRef, value: commit, force: true });
    },
  };

  async function readHave(): Promise<string | undefined> {
    const have = await resolveRef({ ...repository, ref: haveRef }).catch(() => undefined);
    return have === undefined || (await findCommit(options.source, have)) === undefined ? undefined : have;
  }
}

/** The commits, on the way down from one that is here, with a parent that is not. */
async function findShallow(source: ObjectSource, have: string): Promise<string[]> {
  const present = new Map<string, readonly string[]>();
  const seen = new Set([have]);
  for (const oid of seen) {
    const commit = await findCommit(source, oid);
    if (commit === undefined) continue;
    present.set(oid, commit.parents);
    for (const parent of commit.parents) seen.add(parent);
  }
  return [...present].filter(([, parents]) => parents.some((parent) => !present.has(parent))).map(([oid]) => oid);
}

function openAtomicFiles(limits: PackLimits) {
  let count = 0;
  return {
    promises: {
      ...files,
      async writeFile(path: string, data: Buffer | string, options?: Parameters<typeof files.writeFile>[2]) {
        if (path.endsWith(".pack")) assertFetched(Buffer.from(data), limits);
        const part = `${path}.${process.pid}-${count++}.part`;
        await files.writeFile(part, data, { ...(typeof options === "object" ? options : {}), flush: true });
        await files.rename(part, path);
      },
    },
  };
}

/** What isomorphic-git takes for an object beside its bytes, as bytes that it unpacks in that time. */
const perObject = 4096;

/** What a few commits hold is some times as large as their pack, a bomb a thousand times; and unpacking it here is slow. */
function assertFetched(pack: Buffer, { objectBytes, inflatedBytes }: PackLimits): void {
  const most = Math.min(inflatedBytes, 192 * 1024 ** 2 + 8 * pack.length);
  const count = pack.length < 12 ? 0 : pack.readUInt32BE(8);
  if (count * perObject > most)
    throw failure("GIT_TOO_LARGE", `expected ${Math.floor(most / perObject)} objects at most, found ${count}`);
  assertPack(pack, { objectBytes, inflatedBytes: most });
}

/** Halves of files, and packs that never got their index. */
async function removeLeftovers(packs: string): Promise<void> {
  const names: string[] = await files.readdir(packs).catch(() => []);
  const isLeft = (name: string) =>
    name.endsWith(".part") || (name.endsWith(".pack") && !names.includes(name.replace(/pack$/, "idx")));
  await Promise.all(names.filter(isLeft).map((name) => files.rm(join(packs, name), { force: true })));
}
