import fs from "node:fs";
import { access, constants, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readObject } from "isomorphic-git";
import { CountersignError, failure } from "../../errors.ts";
import { type LooseObject, openLoose } from "./loose-object.ts";
import type { GitObject, ObjectSource, ObjectType, OpenBlob } from "./object-source.ts";
import { assertPack, type PackLimits } from "./pack-check.ts";

export interface StoreLimits extends PackLimits {
  /** Of all packs of a store together, in bytes: isomorphic-git holds a pack whole. */
  readonly packBytes: number;
}

export const defaultStoreLimits: StoreLimits = {
  packBytes: 256 * 1024 ** 2,
  objectBytes: 128 * 1024 ** 2,
  inflatedBytes: 4 * 1024 ** 3,
};

export interface StoreSettings {
  /** `judged`: they were when they came. Isomorphic-git unpacks whatever a pack says, a bomb too. */
  readonly packs: "judged" | "foreign";
  readonly limits?: Partial<StoreLimits> | undefined;
}

/** The objects below several git directories, asked in order, read by isomorphic-git. Loose ones are streamed. */
export function openStores(gitDirectories: readonly string[], { packs, limits }: StoreSettings): ObjectSource {
  const all = { ...defaultStoreLimits, ...limits };
  const stores = gitDirectories.map((directory) => openStore(directory, { packs, limits: all }));

  async function findLoose(oid: string): Promise<LooseObject | undefined> {
    for (const store of stores) {
      const loose = await store.openLoose(oid);
      if (loose !== undefined) return loose;
    }
    return undefined;
  }
  async function findPacked(oid: string): Promise<GitObject | undefined> {
    for (const store of stores) {
      const object = await store.readPacked(oid);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  return {
    readObject: async (oid) => (await (await findLoose(oid))?.readWhole()) ?? findPacked(oid),
    async streamBlobs(oids, open) {
      for (const oid of oids) {
        const loose = await findLoose(oid);
        if (loose !== undefined) await loose.stream(open);
        else writeWhole(oid, { object: await findPacked(oid), open });
      }
    },
  };
}

/** Hands over an object that is here already. @throws GIT_OBJECT_ABSENT where there is none */
export function writeWhole(
  oid: string,
  { object, open }: { readonly object: GitObject | undefined; readonly open: OpenBlob },
): void {
  if (object === undefined)
    throw failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${oid}`, { subject: oid });
  const writer = open({ oid, type: object.type, size: object.bytes.length });
  writer.write(object.bytes);
  writer.end();
}

function openStore(gitdir: string, { packs, limits }: Required<StoreSettings> & { readonly limits: StoreLimits }) {
  const cache = {};
  const directory = join(gitdir, "objects", "pack");
  const judged = new Set<string>();

  /** Answers whether there are new ones: they appear with every fetch. */
  async function judgePacks(): Promise<boolean> {
    const all = new Set<string>(await readdir(directory).catch(() => []));
    const names = [...all].filter((name) => name.endsWith(".pack") && all.has(name.replace(/pack$/, "idx")));
    const fresh = names.filter((name) => !judged.has(name));
    if (fresh.length === 0) return false;
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > limits.packBytes)
      throw failure(
        "GIT_TOO_LARGE",
        `expected ${limits.packBytes} bytes of packs at most without native git (limit pack-bytes), found ${total}`,
      );
    for (const name of fresh) {
      if (packs === "foreign") judgePack(await readFile(join(directory, name)), { name, limits });
      judged.add(name);
    }
    return true;
  }

  return {
    openLoose: (oid: string) => openLoose(join(gitdir, "objects"), oid),
    async readPacked(oid: string): Promise<GitObject | undefined> {
      if (judged.size === 0) await judgePacks();
      return (await readPacked(oid)) ?? ((await judgePacks()) ? readPacked(oid) : undefined);
    },
  };

  async function readPacked(oid: string): Promise<GitObject | undefined> {
    try {
      const { type, object } = await readObject({ fs, gitdir, cache, oid, format: "content" });
      return { type: type as ObjectType, bytes: object as Uint8Array };
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "NotFoundError") return undefined;
      await assertReadable(directory);
      throw failure("TREE_OBJECT_MISMATCH", `object ${oid} is there but cannot be read`, {
        subject: oid,
        cause: error,
      });
    }
  }
}

/** Isomorphic-git does not tell what is broken from what it may not read. @throws what the system says */
async function assertReadable(packs: string): Promise<void> {
  const names: string[] = await readdir(packs);
  for (const name of names) await access(join(packs, name), constants.R_OK);
}

function judgePack(pack: Buffer, { name, limits }: { readonly name: string; readonly limits: StoreLimits }): void {
  try {
    assertPack(pack, limits);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "GIT_TOO_LARGE") throw error;
    throw failure("TREE_OBJECT_MISMATCH", `the pack ${name} is broken`, { subject: name, cause: error });
  }
}
