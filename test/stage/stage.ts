import { generateKeyPairSync } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { type Anvil, type AnvilOptions, startAnvil } from "../helpers/anvil.ts";
import type { Person } from "../stand-in/people.ts";
import { type StandIn, startStandIn } from "../stand-in/start.ts";

export const owner = "acme";
export const name = "vault";
export const fullName = `${owner}/${name}`;
export const repo = { owner, repo: name };

const appId = 7;
const secret = "a webhook secret of the stage";

/** A chain, a GitHub and its people: the world that the App comes into. */
export interface Stage {
  readonly directory: string;
  readonly anvil: Anvil;
  readonly github: StandIn;
  /** Owns the repository; `dev` writes; reviewers only review. */
  readonly owner: Person;
  readonly dev: Person;
  readonly botPort: number;
  /** The App's settings for this world, but for the registry. */
  toSettings(registry: string): Record<string, string>;
  /** A work tree of the project, with the owner's rights. */
  readonly work: WorkTree;
  end(): Promise<void>;
}

export interface WorkTree {
  readonly directory: string;
  git(...args: string[]): Promise<string>;
  /** Writes files (undefined removes), commits, and answers the commit's id. */
  commit(files: Readonly<Record<string, string | undefined>>, message: string): Promise<string>;
}

/** Sets the stage in a directory. The repository is empty, or a copy of the one at `from` with its default branch. */
export async function setStage({
  directory,
  from,
  branch = "main",
  anvil: chain = {},
}: {
  directory: string;
  from?: string;
  branch?: string;
  anvil?: AnvilOptions;
}): Promise<Stage> {
  const [anvil, github, botPort] = await Promise.all([
    startAnvil({ accounts: 16, ...chain }),
    startStandIn({ directory: join(directory, "github") }),
    getPort(),
  ]);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const [boss, dev] = [github.createPerson(owner), github.createPerson("dev")];
  const webhook = { url: `http://127.0.0.1:${botPort}/api/github/webhooks`, secret };
  const app = github.createApp({ id: appId, slug: "countersign", publicKey, webhook });
  await github.createRepository(fullName, { defaultBranch: branch, ...(from && { from }) });
  github.install(app, { account: owner });
  await boss.api.repos.addCollaborator({ ...repo, username: "dev", permission: "push" });
  const work = await openWorkTree(join(directory, "work"), { url: boss.gitUrl(fullName), branch });
  const relayer = anvil.accounts[2];
  return {
    ...{ directory, anvil, github, owner: boss, dev, botPort, work },
    toSettings: (registry) => ({
      APP_ID: String(appId),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: secret,
      GHE_HOST: github.host,
      GHE_PROTOCOL: "http",
      PORT: String(botPort),
      // Where a test is of what the chain tells, it looks more often.
      COUNTERSIGN_CHAINS: JSON.stringify([{ chainId: anvil.chainId, rpc: anvil.rpc, registry, interval: 3_600 }]),
      COUNTERSIGN_RELAYER_KEY: relayer.privateKey,
      COUNTERSIGN_DATA: join(directory, "data"),
    }),
    async end() {
      await github.stop();
      await anvil.stop();
    },
  };
}

const identity = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Dev",
  GIT_AUTHOR_EMAIL: "dev@example.com",
  GIT_COMMITTER_NAME: "Dev",
  GIT_COMMITTER_EMAIL: "dev@example.com",
};

async function openWorkTree(directory: string, { url, branch }: { url: string; branch: string }): Promise<WorkTree> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: directory, env: identity })).stdout;
  await mkdir(directory, { recursive: true });
  await git("init", "--quiet", `--initial-branch=${branch}`);
  await git("remote", "add", "origin", url);
  await git("fetch", "--quiet", "origin");
  const isEmpty = (await git("branch", "--remotes", "--list", `origin/${branch}`)) === "";
  if (!isEmpty) await git("checkout", "--quiet", "-B", branch, `origin/${branch}`);
  return {
    directory,
    git,
    async commit(files, message) {
      for (const [path, content] of Object.entries(files)) await writeOrRemove(join(directory, path), content);
      await git("add", "--all", "--force");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}

async function writeOrRemove(path: string, content: string | undefined): Promise<void> {
  if (content === undefined) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
