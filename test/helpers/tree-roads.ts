import { type HashedDirectory, hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { TreeLimits } from "../../src/protocol/tree-listing.ts";
import { gits } from "./gits.ts";
import type { Repository } from "./repository.ts";

export interface TreePlace {
  readonly commit: string;
  readonly path: string;
  readonly limits?: Partial<TreeLimits>;
}

/** One way from a repository to a tree hash. All must answer byte for byte alike, and refuse for the same reasons. */
export interface TreeRoad {
  readonly name: string;
  hash(repository: Pick<Repository, "path">, place: TreePlace): Promise<HashedDirectory>;
}

/** A road that is added here is walked by every vector, every random tree and every row of the threats. */
export const treeRoads: readonly TreeRoad[] = gits.map(({ name, git }) => ({
  name: `${name}, on this disk`,
  hash: async ({ path }, place) => hashDirectory(await openLocalRepository(path, { git }), place),
}));
