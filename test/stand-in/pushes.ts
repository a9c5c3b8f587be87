import type { Context } from "./endpoint.ts";
import { installationsOn } from "./events.ts";
import { commitsBetween, isAncestor, lines, tipOf } from "./git/bare.ts";
import { followBase, followHead } from "./pull-moves.ts";
import { toUser } from "./shapes/account.ts";
import { toSuite } from "./shapes/check.ts";
import { toPushedCommit } from "./shapes/commit.ts";
import type { Account, App, CheckSuite, Repository } from "./state.ts";
import { fullName, timestamp } from "./world.ts";

/** One reference that moved; without `before` it is new, without `after` it is gone. */
export interface Move {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export type References = ReadonlyMap<string, string>;

const nothing = "0".repeat(40);

/** Branches and tags with what they point to. */
export async function readReferences(repository: Repository): Promise<References> {
  const listing = await repository.git.run([
    "for-each-ref",
    "--format=%(refname) %(objectname)",
    "refs/heads",
    "refs/tags",
  ]);
  return new Map(lines(listing).map((line) => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]));
}

export function movesBetween(before: References, after: References): readonly Move[] {
  const refs = [...new Set([...before.keys(), ...after.keys()])];
  const moves = refs.map((ref) => ({ ref, before: before.get(ref), after: after.get(ref) }));
  return moves.filter((move) => move.before !== move.after);
}

/** Moves one reference, as a push would. */
export async function moveReference(
  context: Context,
  repository: Repository,
  move: Move & { sender: Account },
): Promise<void> {
  const { ref, after, before, sender } = move;
  await repository.git.run(after === undefined ? ["update-ref", "-d", ref] : ["update-ref", ref, after]);
  await afterPush(context, repository, { moves: [{ ref, before, after }], sender });
}

/** What GitHub does once references have moved, in its order: `push`, check suites, pull requests. */
export async function afterPush(
  context: Context,
  repository: Repository,
  push: { moves: readonly Move[]; sender: Account },
): Promise<void> {
  repository.pushedAt = timestamp(context.world);
  for (const move of push.moves) {
    await emitPush(context, repository, { ...move, sender: push.sender });
    const branch = /^refs\/heads\/(.+)$/.exec(move.ref)?.[1];
    if (branch === undefined) continue;
    if (move.after !== undefined) await requestSuites(context, repository, { ...move, branch, sender: push.sender });
    await followHead(context, repository, { ...move, branch, sender: push.sender });
    await followBase(context, repository, { ...move, branch, sender: push.sender });
  }
}

async function emitPush(
  { world, events }: Context,
  repository: Repository,
  move: Move & { sender: Account },
): Promise<void> {
  const { ref, before, after, sender } = move;
  const commits = await pushedCommits(repository, move);
  const shaped = await Promise.all(commits.map((sha) => toPushedCommit(world, repository, sha)));
  const forced = before !== undefined && after !== undefined && !(await isAncestor(repository.git, before, after));
  const user = toUser(world, sender);
  const payload = {
    ...{ ref, before: before ?? nothing, after: after ?? nothing, forced },
    created: before === undefined,
    deleted: after === undefined,
    base_ref: null,
    compare: `${world.origin}/${fullName(repository)}/compare/${before ?? nothing}...${after ?? nothing}`,
    commits: shaped,
    head_commit: shaped.at(-1) ?? null,
    pusher: { ...user, name: sender.login, email: null },
  };
  events.emit("push", { repository, sender, payload });
}

/** The new commits, at most 2,048 as in GitHub's webhook, the newest kept. */
async function pushedCommits({ git, defaultBranch }: Repository, { before, after }: Move): Promise<readonly string[]> {
  if (after === undefined) return [];
  const start = before ?? (await tipOf(git, `refs/heads/${defaultBranch}`));
  const commit = await tipOf(git, after);
  if (commit === undefined) return [];
  const shas = start && start !== commit ? await commitsBetween(git, start, commit) : [commit];
  return shas.slice(-2048);
}

async function requestSuites(
  context: Context,
  repository: Repository,
  move: Move & { branch: string; sender: Account },
): Promise<void> {
  const { world, events } = context;
  for (const { app } of installationsOn(world, repository)) {
    if (app.permissions.checks !== "write" || move.after === undefined) continue;
    const suite = suiteOf(context, repository, { app, sha: move.after, branch: move.branch, before: move.before });
    const payload = { check_suite: await toSuite(world, repository, suite) };
    events.emit("check-suite/requested", { repository, sender: move.sender, only: app, payload });
  }
}

/** The App's suite of checks for this commit; there is one for each. */
export function suiteOf(
  { world }: Context,
  repository: Repository,
  of: { app: App; sha: string; branch: string | undefined; before?: string | undefined },
): CheckSuite {
  const known = [...repository.suites.values()].find(({ app, sha }) => app === of.app && sha === of.sha);
  if (known) return known;
  const suite = { before: undefined, ...of, id: world.nextId(), createdAt: timestamp(world) };
  repository.suites.set(suite.id, suite);
  return suite;
}
