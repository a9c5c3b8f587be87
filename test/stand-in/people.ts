import { Octokit } from "@octokit/rest";
import type { Context } from "./endpoint.ts";
import { enqueue, type MergeGroup, pullsNamed, type QueueMethod } from "./merge-queue.ts";
import { emitPull } from "./pull-moves.ts";
import type { Account } from "./state.ts";
import { timestamp, type World } from "./world.ts";

/** Someone with a personal token. What people do has an endpoint on GitHub, so they do it there: through `api`. */
export interface Person {
  readonly login: string;
  readonly id: number;
  readonly token: string;
  readonly api: Octokit;
  /** For `git push`: with the token inside. */
  gitUrl(fullName: string): string;
  /** On GitHub only a button and GraphQL do this. */
  convertToDraft(fullName: string, number: number): Promise<void>;
  markReady(fullName: string, number: number): Promise<void>;
  /** Puts pull requests into the merge queue, in this order: the branches that it makes of them. */
  enqueue(fullName: string, numbers: readonly number[], method?: QueueMethod): Promise<readonly MergeGroup[]>;
}

/** A refusal that a test asks for is no news. */
export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function addPerson(context: Context, { login, token }: { login: string; token: string }): Person {
  const { world } = context;
  const account = addAccount(world, { login, type: "User" });
  context.tokens.users.set(token, account);
  const setDraft = async (fullName: string, number: number, draft: boolean) => {
    const [pull] = pullsNamed(context, fullName, [number]);
    if (pull === undefined) throw new Error(`no pull request ${fullName}#${number}`);
    Object.assign(pull, { draft, updatedAt: timestamp(world) });
    await emitPull(context, pull, {
      id: draft ? "pull-request/converted-to-draft" : "pull-request/ready-for-review",
      sender: account,
    });
  };
  return {
    ...{ login, token, id: account.id },
    api: new Octokit({ auth: token, baseUrl: `${world.origin}/api/v3`, log: silent }),
    gitUrl: (fullName) => `${world.origin.replace("://", `://${login}:${token}@`)}/${fullName}.git`,
    convertToDraft: (fullName, number) => setDraft(fullName, number, true),
    markReady: (fullName, number) => setDraft(fullName, number, false),
    enqueue: (fullName, numbers, method = "merge") =>
      enqueue(context, pullsNamed(context, fullName, numbers), { sender: account, method }),
  };
}

type NewAccount = Pick<Account, "login" | "type"> & Partial<Pick<Account, "owners">>;

export function addAccount(world: World, { login, type, owners = new Set() }: NewAccount): Account {
  const account = { id: world.nextId(), login, type, owners, createdAt: timestamp(world) };
  world.accounts.set(account.id, account);
  return account;
}
