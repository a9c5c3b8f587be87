import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { execa } from "execa";
import { isolation } from "./git/bare.ts";
import { silent } from "./people.ts";
import { type StandIn, startStandIn } from "./start.ts";

/** One webhook as the App's server got it. */
export interface Received {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly event: string;
  readonly payload: Record<string, unknown> & { action?: string };
}

export type Scene = Awaited<ReturnType<typeof setScene>>;

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** A stand-in with an owner, two colleagues, an App that is installed, and `acme/vault` with one commit on main. */
export async function setScene({ events, ...options }: { now?: () => Date; events?: readonly string[] } = {}) {
  const directory = await mkdtemp(join(tmpdir(), "stand-in-"));
  const github = await startStandIn({ directory, ...options });
  const inbox = await listen();
  const [acme, alice, bob] = [github.createPerson("acme"), github.createPerson("alice"), github.createPerson("bob")];
  const app = github.createApp({
    id: 7,
    slug: "countersign",
    publicKey,
    webhook: { url: inbox.url, secret: "s3cret" },
    ...(events && { events }),
  });
  await github.createRepository("acme/vault");
  const installation = github.install(app, { account: "acme" });
  await acme.api.repos.addCollaborator({ owner: "acme", repo: "vault", username: "alice", permission: "push" });
  const work = await cloneOf(github, { url: acme.gitUrl("acme/vault"), into: join(directory, "work") });
  await work.commit({ "contracts/Vault.sol": "contract Vault {}\n", "README.md": "# Vault\n" }, "First");
  await work.git("push", "--quiet", "origin", "main");
  await github.idle();
  return {
    ...{ github, inbox, acme, alice, bob, app, installation, work, directory, privateKey },
    repo: { owner: "acme", repo: "vault" },
    bot: appClient(github, { appId: 7, installationId: installation.id }),
    robot: new Octokit({
      log: silent,
      baseUrl: github.apiUrl,
      authStrategy: createAppAuth,
      auth: { appId: 7, privateKey },
    }),
    async end() {
      inbox.close();
      await github.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function appClient(github: StandIn, auth: { appId: number; installationId: number }): Octokit {
  return new Octokit({
    log: silent,
    baseUrl: github.apiUrl,
    authStrategy: createAppAuth,
    auth: { ...auth, privateKey },
  });
}

/** A work tree of somebody's own. */
export async function cloneOf(github: StandIn, { url, into }: { url: string; into: string }) {
  const env = {
    ...isolation,
    GIT_AUTHOR_NAME: "Dev",
    GIT_AUTHOR_EMAIL: "dev@example.com",
    GIT_COMMITTER_NAME: "Dev",
    GIT_COMMITTER_EMAIL: "dev@example.com",
  };
  const git = async (...args: string[]) => (await execa("git", args, { cwd: into, env })).stdout;
  await mkdir(into, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("remote", "add", "origin", url);
  return {
    directory: into,
    host: github.host,
    git,
    async commit(files: Record<string, string>, message: string): Promise<string> {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(into, path)), { recursive: true });
        await writeFile(join(into, path), content);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}

async function listen() {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    received.push({
      headers: request.headers,
      text,
      event: String(request.headers["x-github-event"]),
      payload: JSON.parse(text),
    });
    response.writeHead(202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: `http://127.0.0.1:${port}/`,
    /** `EVENT.ACTION` of each webhook in the order it came. */
    names: () => received.map(({ event, payload }) => (payload.action ? `${event}.${payload.action}` : event)),
    close: () => server.close(),
  };
}
