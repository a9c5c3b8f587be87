import { type Endpoints, listed, ok } from "../endpoint.ts";
import { commitsBetween, isAncestor, lines } from "../git/bare.ts";
import { readChanges } from "../git/changes.ts";
import { mergeBase } from "../git/reading.ts";
import { found, Refusal } from "../refusal.ts";
import { toCommit, toCommitWithFiles, toFile } from "../shapes/commit.ts";
import { toPull } from "../shapes/pull.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import type { Repository } from "../state.ts";
import { findAccount, fullName, type World } from "../world.ts";
import { resolveRef } from "./contents.ts";

type Ids =
  | "repos/list-commits"
  | "repos/get-commit"
  | "repos/compare-commits-with-basehead"
  | "repos/list-pull-requests-associated-with-commit";

export const commits: Pick<Endpoints, Ids> = {
  "repos/list-commits": {
    app: "contents:read",
    answer: async ({ sha, path, since, until }, { world, repository }) => {
      const start = found(await resolveRef(repository, sha ?? repository.defaultBranch));
      const times = [...(since ? [`--since=${since}`] : []), ...(until ? [`--until=${until}`] : [])];
      const log = await repository.git.ask(["rev-list", ...times, start, "--", ...(path ? [path] : [])]);
      return listed(lines(log), (one) => toCommit(world, repository, one));
    },
  },
  "repos/get-commit": {
    app: "contents:read",
    answer: async ({ ref }, { world, repository, headers }) => {
      const sha = await resolveRef(repository, ref);
      if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${ref}`);
      if (/\.sha\b/.test(headers.accept ?? "")) return { status: 200, raw: Buffer.from(sha) };
      return ok(await toCommitWithFiles(world, repository, sha));
    },
  },
  "repos/compare-commits-with-basehead": {
    app: "contents:read",
    answer: async ({ basehead }, { world, repository }) => {
      const [base = "", head = ""] = basehead.split("...");
      const [from, to] = [
        found(await resolveSide(world, repository, base)),
        found(await resolveSide(world, repository, head)),
      ];
      return ok(await toComparison(world, repository, { from, to, basehead }));
    },
  },
  "repos/list-pull-requests-associated-with-commit": {
    app: "pull_requests:read",
    answer: async ({ commit_sha }, { world, repository }) => {
      const pulls = [...repository.pulls.values()];
      const hits = await Promise.all(
        pulls.map(async (pull) => {
          if (pull.merged?.sha === commit_sha) return true;
          const { git } = repository;
          const isInHead = await isAncestor(git, commit_sha, pull.head.sha);
          return isInHead && !(await isAncestor(git, commit_sha, await mergeBase(git, pull.base.sha, pull.head.sha)));
        }),
      );
      return listed(
        pulls.filter((_, index) => hits[index]),
        (pull) => toPull(world, pull),
      );
    },
  },
};

/** `OWNER:REF` names the commit in a fork; it is found here once a pull request brought it. */
async function resolveSide(world: World, repository: Repository, side: string): Promise<string | undefined> {
  const [, login, ref] = /^([^:]+):(.+)$/.exec(side) ?? [];
  if (login === undefined || ref === undefined) return resolveRef(repository, side);
  const owner = findAccount(world, login);
  const fork = [...world.repositories.values()].find(
    (one) => one.owner === owner && (one === repository || one.parent === repository),
  );
  return fork && resolveRef(fork, ref);
}

async function toComparison(
  world: World,
  repository: Repository,
  { from, to, basehead }: { from: string; to: string; basehead: string },
): Promise<object> {
  const { git } = repository;
  const base = found(await git.try(["merge-base", from, to]));
  const [ahead, behind] = [await commitsBetween(git, base, to), await commitsBetween(git, base, from)];
  const files = (await readChanges(git, base, to)).slice(0, world.limits.compareFiles);
  const page = `${world.origin}/${fullName(repository)}/compare/${basehead}`;
  const status =
    ahead.length > 0 ? (behind.length > 0 ? "diverged" : "ahead") : behind.length > 0 ? "behind" : "identical";
  return {
    url: `${repositoryUrl(world, repository)}/compare/${basehead}`,
    ...{ html_url: page, permalink_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` },
    base_commit: await toCommit(world, repository, from),
    merge_base_commit: await toCommit(world, repository, base),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await Promise.all(ahead.slice(0, world.limits.pullCommits).map((sha) => toCommit(world, repository, sha))),
    files: files.map((change) => toFile(world, repository, { change, sha: to })),
  };
}
