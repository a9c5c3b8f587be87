import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lockDirectory } from "../directory-lock.ts";
import type { Mirror } from "./mirror.ts";

export interface KeptMirrorSettings {
  /** In a directory of its own, which is locked while it is written. */
  readonly gitDirectory: string;
  readonly open: () => Mirror;
  /** Of its packs: a larger one is begun anew. */
  readonly mostBytes: number;
  /** Milliseconds to wait for another process. */
  readonly patience: number;
}

/** A mirror whose directory other processes write too, and which is emptied from time to time. */
export interface KeptMirror {
  /** As it is now: another one after it was emptied. */
  current(): Mirror;
  /** Alone in the directory, which is fit to be fetched into: what a killed process left was mended. */
  fetch(task: (mirror: Mirror) => Promise<void>): Promise<void>;
  isOversized(): Promise<boolean>;
  empty(): Promise<void>;
}

/** Packs with what belongs to each. Every fetch adds one, and finding an object looks into them all. */
const mostPackFiles = 400;

export function openKeptMirror({ gitDirectory, open, mostBytes, patience }: KeptMirrorSettings): KeptMirror {
  const directory = dirname(gitDirectory);
  let mirror = open();

  /** Also among processes: what a killed one left can be told from what another is writing. */
  async function alone(task: () => Promise<void>): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unlock = await lockDirectory(directory, { staleAfter: 2_000, patience, onLost: () => undefined });
    try {
      await task();
    } finally {
      await unlock();
    }
  }

  return {
    current: () => mirror,
    fetch: (task) =>
      alone(async () => {
        await mirror.prepare();
        await task(mirror);
      }),
    async isOversized() {
      const packs = join(gitDirectory, "objects", "pack");
      const names = await readdir(packs).catch(() => []);
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(packs, name))).size));
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      return bytes > mostBytes / 2 || names.length > mostPackFiles;
    },
    empty: () =>
      alone(async () => {
        await discard(gitDirectory);
        // The old one remembers what it has read.
        mirror = open();
      }),
  };
}

/** Moved away first: a process that is killed in the middle leaves nothing half in its place. */
export async function discard(gitDirectory: string): Promise<void> {
  const old = `${gitDirectory}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(gitDirectory, old).catch(ignoreAbsent);
  await rm(old, { recursive: true, force: true });
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
