import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../errors.ts";
import { type PackIndex, parsePackIndex } from "./pack-index.ts";

export interface Pack {
  readonly index: PackIndex;
  /** Held whole. Of no bytes where it is gone since. @throws GIT_TOO_LARGE */
  read(): Promise<Buffer>;
}

/** Where an index says that an object begins. */
export interface Place {
  readonly pack: Pack;
  readonly offset: number;
}

/** The packs of one directory, as they were when it was looked into. */
export interface Packs {
  find(oid: string): Promise<readonly Place[]>;
  /** Looks again, and answers whether there are new ones: they appear with every fetch. */
  refresh(): Promise<boolean>;
}

/** @param packBytes of all packs of the directory together: one that is read is held whole */
export function openPacks(directory: string, packBytes: number): Packs {
  let packs: Promise<ReadonlyMap<string, Pack>> | undefined;

  async function list(known: ReadonlyMap<string, Pack>): Promise<ReadonlyMap<string, Pack>> {
    const names = await listNames(directory);
    const all = names.map(async (name) => [name, known.get(name) ?? (await openPack(name))] as const);
    return new Map((await Promise.all(all)).flatMap(([name, pack]) => (pack ? [[name, pack] as const] : [])));
  }
  async function openPack(name: string): Promise<Pack | undefined> {
    const index = parsePackIndex(await readIfThere(join(directory, `${name}.idx`)));
    let bytes: Promise<Buffer> | undefined;
    const load = async () => {
      await assertTotal(directory, packBytes);
      return readIfThere(join(directory, `${name}.pack`));
    };
    const read = () => {
      bytes ??= load();
      return bytes;
    };
    return index && { index, read };
  }

  return {
    async find(oid) {
      packs ??= list(new Map());
      return [...(await packs).values()].flatMap((pack) =>
        pack.index.findOffsets(oid).map((offset) => ({ pack, offset })),
      );
    },
    async refresh() {
      const before = (await packs) ?? new Map<string, Pack>();
      packs = list(before);
      return [...(await packs).keys()].some((name) => !before.has(name));
    },
  };
}

/** Without their ends. */
async function listNames(directory: string): Promise<string[]> {
  const all = new Set<string>(await readdir(directory).catch(() => []));
  const indexes = [...all].filter((name) => name.endsWith(".idx"));
  return indexes.map((name) => name.slice(0, -4)).filter((name) => all.has(`${name}.pack`));
}

async function assertTotal(directory: string, most: number): Promise<void> {
  const sizes = (await listNames(directory)).map(async (name) => (await stat(join(directory, `${name}.pack`))).size);
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  if (total > most)
    throw failure(
      "GIT_TOO_LARGE",
      `expected ${most} bytes of packs at most without native git (limit pack-bytes), found ${total}`,
    );
}

/** Where git repacks meanwhile, what was listed may be gone. */
async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
