import { CountersignError } from "../../errors.ts";
import type { ApiObjects } from "./api-objects.ts";
import { type GitObject, readCommit } from "./object-source.ts";
import type { RemoteRepository } from "./remote-repository.ts";

/**
 * A repository whose packs are too large to be held comes object by object over the API. Only commits that were asked
 * for come so, not their ancestors: a history would cost a request for each.
 */
export function withApi(repository: RemoteRepository, api: ApiObjects): RemoteRepository {
  const asked = new Set<string>();

  async function readObject(oid: string): Promise<GitObject | undefined> {
    const here = await repository.readObject(oid);
    return here ?? (asked.has(oid) || api.knows(oid) ? api.readObject(oid) : undefined);
  }

  async function ensureOverApi(commit: string, depth: number): Promise<void> {
    for (let level = [commit], left = depth; level.length > 0 && left > 0; left--) {
      for (const oid of level) asked.add(oid);
      const commits = await Promise.all(level.map((oid) => readCommit({ ...repository, readObject }, oid)));
      level = [...new Set(commits.flatMap(({ parents }) => parents))].filter((oid) => !asked.has(oid));
    }
  }

  return {
    ...repository,
    readObject,
    streamBlobs: (oids, open) => (asked.size === 0 ? repository : api).streamBlobs(oids, open),
    async ensureCommit(commit, depth = 1) {
      try {
        await repository.ensureCommit(commit, depth);
      } catch (error) {
        if (!(error instanceof CountersignError) || error.code !== "GIT_TOO_LARGE") throw error;
        await ensureOverApi(commit, depth).catch((failed: unknown) => {
          throw failed instanceof CountersignError ? joinFailures(error, failed) : failed;
        });
      }
    },
  };
}

/**
 * Why the API was asked goes before what it said: that can be helped. Only where it gave no answer may the same call
 * succeed later.
 */
function joinFailures(tooLarge: CountersignError, failed: CountersignError): CountersignError {
  if (failed.code === "GIT_OBJECT_ABSENT") return tooLarge;
  const isNoAnswer = failed.code === "GITHUB_UNREACHABLE" || failed.code === "GITHUB_LIMITED";
  const [one, two] = isNoAnswer ? [failed, tooLarge] : [tooLarge, failed];
  const [first, ...rest] = one.problems;
  return new CountersignError([first, ...rest, ...two.problems], { cause: failed });
}
