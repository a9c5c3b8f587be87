import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type HashedDirectory, hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { NativeGit } from "../../src/clients/git/native-git.ts";
import { createRepositories } from "../../src/clients/git/repositories.ts";
import type { TreeLimits } from "../../src/protocol/tree-listing.ts";
import { gits, gitsOfDepth } from "./gits.ts";
import type { Repository } from "./repository.ts";

export interface TreePlace {
  readonly commit: string;
  readonly path: string;
  readonly limits?: Partial<TreeLimits>;
  /** Counts submodules: the host that the repository is from, and where to keep what is fetched from there. */
  readonly submodules?: { readonly origin: string; readonly directory: string } | undefined;
}

/** One way from a repository to a tree hash. All must answer byte for byte alike, and refuse for the same reasons. */
export interface TreeRoad {
  readonly name: string;
  hash(repository: Pick<Repository, "path">, place: TreePlace): Promise<HashedDirectory>;
}

/** A road that is added here is walked by every vector, every random tree and every row of the threats. */
export const treeRoads: readonly TreeRoad[] = gits.map(({ name, git }) => ({
  name: `${name}, on this disk`,
  hash: async ({ path }, { submodules, ...place }) =>
    hashDirectory(await openLocalRepository(path, { git }), {
      ...place,
      ...(submodules && { submodules: toSubmoduleOptions(git, submodules) }),
    }),
}));

/** For what takes long: the first for every change, all at the gate. */
export const treeRoadsOfDepth = treeRoads.slice(0, gitsOfDepth.length);

function toSubmoduleOptions(git: NativeGit | undefined, { origin, directory }: NonNullable<TreePlace["submodules"]>) {
  const toDirectory = () => mkdtempSync(join(directory, "cache-"));
  const { openSubmodule } = createRepositories({ git, origin, enterpriseOrigin: origin, toDirectory });
  return { url: `${origin}/acme/vault`, open: openSubmodule };
}
