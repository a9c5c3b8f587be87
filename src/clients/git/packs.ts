import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../errors.ts";
import { countMost, measureMost, type PackIndex, parsePackIndex } from "./pack-index.ts";

export interface Pack {
  readonly path: string;
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
  /** @throws GIT_TOO_LARGE */
  find(oid: string): Promise<readonly Place[]>;
  /** Grows with every look that finds new packs: they appear with every fetch. */
  generation(): number;
  /** Looks again, unless somebody did since the generation that was `seen`. Whether there are new ones since. */
  refresh(seen: number): Promise<boolean>;
}

/** @param packBytes of all packs of the directory and their indexes together: what is read is held whole */
export function openPacks(directory: string, packBytes: number): Packs {
  let packs: ReadonlyMap<string, Pack> = new Map();
  let generation = 0;
  let turn: Promise<void> = Promise.resolve();

  async function list(): Promise<ReadonlyMap<string, Pack>> {
    const files = await listFiles(directory);
    assertTotal(files, { most: packBytes, measure: ({ index }) => index });
    const all = files.map(async ({ name }) => [name, packs.get(name) ?? (await openPack(name))] as const);
    return new Map((await Promise.all(all)).flatMap(([name, pack]) => (pack ? [[name, pack] as const] : [])));
  }
  async function openPack(name: string): Promise<Pack | undefined> {
    const path = join(directory, name);
    const index = parsePackIndex(await readIfThere(`${path}.idx`));
    let bytes: Promise<Buffer> | undefined;
    const load = async () => {
      assertTotal(await listFiles(directory), { most: packBytes, measure: ({ index, pack }) => index + pack });
      return readIfThere(`${path}.pack`);
    };
    const read = () => {
      bytes ??= load();
      return bytes;
    };
    return index && { path, index, read };
  }
  async function look(seen: number): Promise<void> {
    if (generation !== seen) return;
    const found = await list();
    if (generation === 0 || [...found.keys()].some((name) => !packs.has(name))) generation++;
    packs = found;
  }
  /** One after the other: who asks while one looks wants to know what is there afterwards. */
  async function refresh(seen: number): Promise<boolean> {
    turn = turn.catch(() => undefined).then(() => look(seen));
    await turn;
    return generation !== seen;
  }

  return {
    async find(oid) {
      if (generation === 0) await refresh(0);
      const id = Buffer.from(oid, "hex");
      const places: Place[] = [];
      for (const pack of packs.values()) for (const offset of pack.index.findOffsets(id)) places.push({ pack, offset });
      return places;
    },
    generation: () => generation,
    refresh,
  };
}

/** A pack and its index, without their ends; sizes in bytes. */
interface PackFiles {
  readonly name: string;
  readonly pack: number;
  readonly index: number;
}

/** Without those whose index has more rows than the pack has room for: a file can be large and hold nothing. */
async function listFiles(directory: string): Promise<readonly PackFiles[]> {
  const all = new Set<string>(await readdir(directory).catch(() => []));
  const indexes = [...all].filter((name) => name.endsWith(".idx")).map((name) => name.slice(0, -4));
  const names = indexes.filter((name) => all.has(`${name}.pack`));
  const files = names.map(async (name) => {
    const [pack, index] = await Promise.all(
      ["pack", "idx"].map((end) => measureFile(join(directory, `${name}.${end}`))),
    );
    return { name, pack: pack ?? 0, index: index ?? 0 };
  });
  return (await Promise.all(files)).filter(({ pack, index }) => index <= measureMost(countMost(pack)));
}

function assertTotal(
  files: readonly PackFiles[],
  { most, measure }: { readonly most: number; readonly measure: (files: PackFiles) => number },
): void {
  const total = files.reduce((sum, one) => sum + measure(one), 0);
  if (total > most) throw tooLarge(most, `found ${total}`);
}

function tooLarge(most: number, found: string, cause?: unknown) {
  return failure(
    "GIT_TOO_LARGE",
    `expected ${most} bytes of packs at most without native git (limit pack-bytes), ${found}`,
    { cause },
  );
}

/** What node reads of one file, in bytes. */
const mostRead = 2 ** 31 - 1;

async function measureFile(path: string): Promise<number> {
  return (await orIfGone(stat(path)))?.size ?? 0;
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return (await orIfGone(readFile(path))) ?? Buffer.alloc(0);
  } catch (error) {
    if (toCode(error) === "ERR_FS_FILE_TOO_LARGE") throw tooLarge(mostRead, "found a larger file", error);
    throw error;
  }
}

/** Where git repacks meanwhile, what was listed may be gone. */
async function orIfGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (toCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function toCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
