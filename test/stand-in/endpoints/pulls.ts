import { accountOf, hasRole } from "../actor.ts";
import { type Call, created, done, type Endpoints, type Input, listed, ok } from "../endpoint.ts";
import { commitsBetween, isAncestor, tipOf } from "../git/bare.ts";
import { readChanges } from "../git/changes.ts";
import { mergeBase } from "../git/reading.ts";
import { closePull, emitPull, keepHead } from "../pull-moves.ts";
import { found, invalid, mustBeAdmin, notFound } from "../refusal.ts";
import { toCommit, toFile } from "../shapes/commit.ts";
import { toFullPull, toPull } from "../shapes/pull.ts";
import type { Pull, Repository } from "../state.ts";
import { findAccount, timestamp } from "../world.ts";

type Ids =
  | "pulls/list"
  | "pulls/get"
  | "pulls/create"
  | "pulls/update"
  | "pulls/list-files"
  | "pulls/list-commits"
  | "pulls/check-if-merged";

export const pulls: Pick<Endpoints, Ids> = {
  "pulls/list": {
    app: "pull_requests:read",
    answer: (input, { world, repository }) => listed(selectPulls(repository, input), (pull) => toPull(world, pull)),
  },
  "pulls/get": {
    app: "pull_requests:read",
    answer: async ({ pull_number }, call) => ok(await toFull(call, pullNumbered(call.repository, pull_number))),
  },
  "pulls/create": {
    app: "pull_requests:write",
    role: "read",
    answer: async (input, call) => {
      const pull = await openPull(call, input);
      await emitPull(call, pull, { id: "pull-request/opened", sender: call.sender });
      return created(await toFull(call, pull));
    },
  },
  "pulls/update": {
    app: "pull_requests:write",
    role: "read",
    answer: async (input, call) => {
      const pull = pullNumbered(call.repository, input.pull_number);
      if (
        pull.user !== call.sender &&
        !hasRole(accountOf(call.actor), call.repository, "triage") &&
        call.actor.kind === "user"
      )
        throw mustBeAdmin();
      await edit(call, pull, input);
      if (input.state !== undefined && input.state !== pull.state) await changeState(call, pull, input.state);
      return ok(await toFull(call, pull));
    },
  },
  "pulls/list-files": {
    app: "pull_requests:read",
    answer: async ({ pull_number }, { world, repository }) => {
      const { base, head } = pullNumbered(repository, pull_number);
      const changes = await readChanges(repository.git, await mergeBase(repository.git, base.sha, head.sha), head.sha);
      return listed(changes.slice(0, world.limits.pullFiles), (change) =>
        toFile(world, repository, { change, sha: head.sha }),
      );
    },
  },
  "pulls/list-commits": {
    app: "pull_requests:read",
    answer: async ({ pull_number }, { world, repository }) => {
      const { base, head } = pullNumbered(repository, pull_number);
      const shas = await commitsBetween(repository.git, base.sha, head.sha);
      return listed(shas.slice(0, world.limits.pullCommits), (sha) => toCommit(world, repository, sha));
    },
  },
  "pulls/check-if-merged": {
    app: "pull_requests:read",
    answer: ({ pull_number }, { repository }) => {
      if (pullNumbered(repository, pull_number).merged === undefined) throw notFound();
      return done();
    },
  },
};

export function pullNumbered(repository: Repository, number: number): Pull {
  return found(repository.pulls.get(Number(number)));
}

async function toFull(call: Call, pull: Pull): Promise<object> {
  return toFullPull(call.world, pull, await call.testMerges.mergeable(pull));
}

function selectPulls(repository: Repository, input: Input<"pulls/list">): readonly Pull[] {
  const { state = "open", head, base, sort = "created", direction = sort === "created" ? "desc" : "asc" } = input;
  const isMeant = (pull: Pull) =>
    (state === "all" || pull.state === state) &&
    (base === undefined || pull.base.ref === base) &&
    (head === undefined || `${pull.head.owner.login}:${pull.head.ref}` === head);
  const key = (pull: Pull) => (sort === "updated" ? Date.parse(pull.updatedAt) : pull.number);
  const ascending = [...repository.pulls.values()].filter(isMeant).sort((one, other) => key(one) - key(other));
  return direction === "asc" ? ascending : ascending.reverse();
}

async function openPull(call: Call, input: Input<"pulls/create">): Promise<Pull> {
  const { world, repository, sender } = call;
  const source = findHead(call, input);
  const head = await tipOf(source.repository.git, `refs/heads/${source.ref}`);
  const base = await tipOf(repository.git, `refs/heads/${input.base}`);
  if (head === undefined) throw invalid("PullRequest", "head");
  if (base === undefined) throw invalid("PullRequest", "base");
  assertNew(repository, { source, base: input.base });
  const number = 1 + Math.max(0, ...repository.pulls.keys());
  const time = timestamp(world);
  const pull: Pull = {
    ...{
      id: world.nextId(),
      number,
      repository,
      user: sender,
      title: input.title ?? source.ref,
      body: input.body ?? null,
    },
    ...{ state: "open", draft: input.draft ?? false, reviews: [], labels: new Set(), createdAt: time, updatedAt: time },
    base: { ref: input.base, sha: base },
    head: { ref: source.ref, sha: head, repository: source.repository, owner: source.repository.owner },
    ...{ testMerge: undefined, closedAt: undefined, merged: undefined },
  };
  await keepHead(pull);
  await assertAhead(pull);
  repository.pulls.set(number, pull);
  return pull;
}

interface Source {
  readonly repository: Repository;
  readonly ref: string;
}

/** `BRANCH`, or `LOGIN:BRANCH` in a fork. */
function findHead({ world, repository }: Call, { head, head_repo }: Input<"pulls/create">): Source {
  const [login, ref] = head.includes(":")
    ? [head.split(":")[0] ?? "", head.slice(head.indexOf(":") + 1)]
    : [undefined, head];
  const owner = login === undefined ? repository.owner : findAccount(world, login);
  const isFamily = (one: Repository) => one === repository || one.parent === repository || repository.parent === one;
  const isNamed = (one: Repository) => one.owner === owner && (head_repo === undefined || one.name === head_repo);
  const candidates = [...world.repositories.values()].filter((one) => isFamily(one) && isNamed(one));
  const source = candidates.find((one) => one === repository) ?? candidates[0];
  if (source === undefined) throw invalid("PullRequest", "head");
  return { repository: source, ref };
}

function assertNew(repository: Repository, { source, base }: { source: Source; base: string }): void {
  const isTwin = ({ state, head, base: other }: Pull) =>
    state === "open" && other.ref === base && head.ref === source.ref && head.repository === source.repository;
  if (![...repository.pulls.values()].some(isTwin)) return;
  const message = `A pull request already exists for ${source.repository.owner.login}:${source.ref}.`;
  throw invalid("PullRequest", "base", { code: "custom", message });
}

async function assertAhead({ base, head, repository }: Pull): Promise<void> {
  if (!(await isAncestor(repository.git, head.sha, base.sha))) return;
  const message = `No commits between ${base.ref} and ${head.ref}`;
  throw invalid("PullRequest", "base", { code: "custom", message });
}

async function edit(call: Call, pull: Pull, input: Input<"pulls/update">): Promise<void> {
  const { title, body, base } = input;
  const before = { title: pull.title, body: pull.body ?? "", base: pull.base };
  if (base !== undefined && base !== pull.base.ref) await retarget(pull, base);
  if (title !== undefined) pull.title = title;
  if (body !== undefined) pull.body = body;
  const changes = {
    ...(pull.title !== before.title && { title: { from: before.title } }),
    ...((pull.body ?? "") !== before.body && { body: { from: before.body } }),
    ...(pull.base !== before.base && { base: { ref: { from: before.base.ref }, sha: { from: before.base.sha } } }),
  };
  if (Object.keys(changes).length === 0) return;
  pull.updatedAt = timestamp(call.world);
  await emitPull(call, pull, { id: "pull-request/edited", sender: call.sender, payload: { changes } });
}

async function retarget(pull: Pull, ref: string): Promise<void> {
  const sha = await tipOf(pull.repository.git, `refs/heads/${ref}`);
  if (sha === undefined) throw invalid("PullRequest", "base");
  pull.base = { ref, sha };
}

async function changeState(call: Call, pull: Pull, state: "open" | "closed"): Promise<void> {
  if (state === "closed") return closePull(call, pull, call.sender);
  const { repository, ref } = pull.head;
  const tip = repository && (await tipOf(repository.git, `refs/heads/${ref}`));
  if (tip === undefined || pull.merged)
    throw invalid("PullRequest", "state", { code: "custom", message: "state cannot be changed." });
  if (repository && !(await isAncestor(repository.git, pull.head.sha, tip))) {
    throw invalid("PullRequest", "state", {
      code: "custom",
      message: `state cannot be changed. The ${ref} branch was force-pushed or recreated.`,
    });
  }
  pull.head = { ...pull.head, sha: tip };
  await keepHead(pull);
  Object.assign(pull, { state: "open", closedAt: undefined, updatedAt: timestamp(call.world) });
  await emitPull(call, pull, { id: "pull-request/reopened", sender: call.sender });
}
