import { join } from "node:path";
import { fetch } from "isomorphic-git";
import { CountersignError, failure } from "../../errors.ts";
import type { Mirror } from "./mirror.ts";
import { openObjectCache } from "./object-cache.ts";
import { findCommit } from "./object-source.ts";
import { openStores, type StoreLimits } from "./stores.ts";
import type { Transport } from "./transport.ts";

export interface WholeMirrorSettings {
  readonly gitDirectory: string;
  readonly url: string;
  readonly connect: (signal: AbortSignal) => Transport;
  readonly limits: StoreLimits & { readonly milliseconds: number };
}

/** A bare repository that isomorphic-git fetches into: commits with all their files, in packs that are held whole. */
export function openWholeMirror({ gitDirectory, url, connect, limits }: WholeMirrorSettings): Mirror {
  const source = openStores([join(gitDirectory, "objects")], limits);
  const cache = openObjectCache(gitDirectory, { source, limits });
  return {
    ...source,
    prepare: () => cache.prepare(),
    async fetchCommit(commit, depth) {
      const { have } = await cache.findHave(commit);
      const http = connect(AbortSignal.timeout(limits.milliseconds));
      const place = { fs: cache.fs, gitdir: gitDirectory, http, url };
      try {
        // `ref` is what git says it has, `remoteRef` what it wants.
        await fetch({
          ...place,
          remote: "origin",
          ref: have,
          remoteRef: commit,
          depth,
          singleBranch: true,
          tags: false,
        });
      } catch (error) {
        if (error instanceof CountersignError) throw error;
        throw failure("GIT_UNREACHABLE", `could not fetch from ${url}`, { cause: error });
      }
      if ((await findCommit(source, commit)) === undefined)
        throw failure("GIT_REFUSED", `expected the commit ${commit} from ${url}, found that it sends none`);
      await cache.keep(commit);
    },
    // A commit comes with all its files.
    findAbsent: async () => [],
    fetchBlobs: async () => undefined,
  };
}
