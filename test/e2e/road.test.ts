import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bot, startBot } from "../stage/bot.ts";
import { vaultInterface } from "../stage/example.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, signTyped } from "../stage/people.ts";
import { deployRegistry, type Project, setUpProject, signerAt } from "../stage/project.ts";
import { repo, type Stage, setStage } from "../stage/stage.ts";
import { type OpenedPull, openPull, protect } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

let directory: string;
let stage: Stage;
let project: Project;
let bot: Bot;
let pull: OpenedPull;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-road-"));
  stage = await setStage({ directory });
  const registry = await deployRegistry(stage);
  project = await setUpProject(stage, registry);
  bot = await startBot(stage.toSettings(registry));
  await protect(stage);
  pull = await openPull(stage, project);
}, 120_000);

afterAll(async () => {
  await bot?.stop();
  project?.end();
  expect(stage?.github.violations).toEqual([]);
  await stage?.end();
  await rm(directory, { recursive: true, force: true });
});

describe("a pull request on a registered contract", () => {
  it("waits for signatures, and cannot be merged", async () => {
    const run = await awaitCheck(stage, pull.head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 6 signed");
    await expect(stage.dev.api.pulls.merge({ ...repo, pull_number: pull.number })).rejects.toMatchObject({
      status: 405,
    });
  });

  it("shows the hash that coreutils computes", async () => {
    const comment = await awaitComment(stage, pull.number);
    const tree = join(directory, "checkout");
    await stage.work.git("worktree", "add", "--quiet", tree, pull.branch);
    const line =
      "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";
    const [hash] = execFileSync("bash", ["-c", line], { cwd: join(tree, project.path) })
      .toString()
      .split(" ");
    expect(comment).toContain(`\`${project.before}\` → \`0x${hash}\``);
  });

  it("counts approvals, and says why others do not count", async () => {
    const comment = await awaitComment(stage, pull.number);
    const wrong = await signTyped(signerAt(project, 8), comment, ({ message }) => {
      message.upgrades[0].contractHash = project.before;
    });
    await review(reviewer(stage, 8), pull.number, `/countersign sign ${wrong}`);
    await awaitComment(stage, pull.number, "for another hash");
    await approve(stage, pull.number, { wallets: project.signers.slice(0, 5), comment });
    const run = await until("five signatures", async () => {
      const found = await awaitCheck(stage, pull.head, "in_progress");
      return found.output.title === "Waiting for signatures: 5 of 6 signed" && found;
    });
    expect(run.conclusion).toBeNull();
  });

  it("turns green with the sixth, and is merged by a person", async () => {
    const comment = await awaitComment(stage, pull.number);
    await review(
      reviewer(stage, 5),
      pull.number,
      `/countersign sign ${await signTyped(signerAt(project, 5), comment)}`,
    );
    await awaitCheck(stage, pull.head, "success");
    await stage.dev.api.pulls.merge({ ...repo, pull_number: pull.number });
  });

  it("changes record and code on chain, and says so", async () => {
    const comment = await awaitComment(stage, pull.number, "Finalized on chain");
    const head = await project.registry.readHead();
    const record = await project.registry.readRecord(project.contract, head.number);
    expect(record?.version).toBe(2);
    expect(comment).toContain(String(record?.contractHash));
    expect(record?.contractLink).toBe(`${stage.github.url}/acme/vault/tree/${pull.head}/${project.path}`);
    const vault = new Contract(project.contract, vaultInterface, stage.anvil.provider);
    expect(await vault.getFunction("version")()).toBe("2");
  });

  it("records a deployment on the landed commit", async () => {
    const { data } = await stage.owner.api.pulls.get({ ...repo, pull_number: pull.number });
    const deployment = await until("a deployment", async () => {
      const found = await stage.owner.api.repos.listDeployments({ ...repo, sha: String(data.merge_commit_sha) });
      return found.data[0];
    });
    expect(deployment.environment).toBe(`${stage.anvil.chainId} / ${project.contract}`);
    expect(deployment.payload).toMatchObject({ contract: project.contract, version: 2 });
  });
});
