import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneOf } from "../../test/stand-in/scene.ts";
import { type StandIn, startStandIn } from "../../test/stand-in/start.ts";
import type { Pull, Repository } from "../../test/stand-in/state.ts";

/** So many have a configuration: one of ten. */
const share = 10;

export interface ScalingWorld {
  readonly github: StandIn;
  readonly directory: string;
  readonly privateKey: string;
  readonly installations: number;
  readonly configured: number;
  end(): Promise<void>;
}

/**
 * A GitHub of many small customers: each has one repository; every tenth has a configuration, one open pull request and
 * one that was merged long ago. All share two git repositories, since that many on disk would show nothing more.
 */
export async function openWorld(installations: number): Promise<ScalingWorld> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-scaling-"));
  const longAgo = new Date(Date.now() - 86_400_000);
  const github = await startStandIn({ directory, now: () => longAgo });
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const app = github.createApp({ id: 7, slug: "countersign", publicKey });
  const [plain, configured] = await createPatterns(github, directory);
  for (let index = 0; index < installations; index++) {
    const login = `customer-${index}`;
    github.createPerson(login);
    copyRepository(github, index % share === 0 ? configured : plain, { login });
    github.install(app, { account: login });
  }
  return {
    ...{ github, directory, privateKey, installations, configured: Math.ceil(installations / share) },
    async end() {
      await github.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createPatterns(github: StandIn, directory: string): Promise<readonly [Repository, Repository]> {
  const owner = github.createPerson("pattern");
  const plain = await github.createRepository("pattern/plain");
  const configured = await github.createRepository("pattern/configured");
  const work = await cloneOf(github, { url: owner.gitUrl("pattern/configured"), into: join(directory, "work") });
  await work.commit({ "README.md": "# Plain\n" }, "First");
  await work.git("push", "--quiet", owner.gitUrl("pattern/plain"), "main");
  await work.commit({ ".github/countersign.yml": "contracts: []\n" }, "Configure");
  await work.git("push", "--quiet", "origin", "main");
  const at = { owner: "pattern", repo: "configured" };
  for (const [index, head] of ["one", "two"].entries()) {
    await work.git("checkout", "--quiet", "-B", head, "main");
    await work.commit({ [`${head}.txt`]: "New\n" }, head);
    await work.git("push", "--quiet", "origin", head);
    await owner.api.pulls.create({ ...at, head, base: "main", title: head });
    if (index === 0) await owner.api.pulls.merge({ ...at, pull_number: 1 });
  }
  await github.idle();
  return [plain, configured];
}

function copyRepository({ world }: StandIn, pattern: Repository, { login }: { login: string }): void {
  const owner = [...world.accounts.values()].at(-1);
  if (owner?.login !== login) throw new Error(`no account ${login}`);
  const pulls = new Map<number, Pull>();
  const repository: Repository = { ...pattern, id: world.nextId(), owner, name: "contracts", pulls };
  for (const pull of pattern.pulls.values()) {
    pulls.set(pull.number, { ...pull, id: world.nextId(), repository, head: { ...pull.head, repository } });
  }
  world.repositories.set(repository.id, repository);
}
