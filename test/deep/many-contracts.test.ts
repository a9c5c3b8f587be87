import type { HDNodeWallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { awaitVersion, countFinalizing, readVersion } from "../stage/chain.ts";
import { countRequests } from "../stage/count.ts";
import { awaitCheck, awaitComment, readTypedData, reviewer, say, signTyped } from "../stage/people.ts";
import { openPlay, type Play } from "../stage/play.ts";
import { deployRegistry, type Project } from "../stage/project.ts";
import { configure, setUpRecords } from "../stage/records.ts";
import { repo, type Stage } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

describe("one pull request on several contracts, on two chains, with different signers", () => {
  let play: Play;
  let there: Anvil;
  let [here, beside, far]: Project[] = [];
  let pull: OpenedPull;

  beforeAll(async () => {
    there = await startAnvil({ accounts: 16, chainId: 424_242 });
    play = await openPlay({ records: { paths: ["rules/here"] }, settings: addChain, bot: false });
    [here] = play.projects;
    [beside] = await setUpRecords(play.stage, play.registry, { paths: ["rules/beside"], after: 3 });
    await configure(play.stage, [here, beside, far].map(known));
    await play.start();
    const paths = ["here", "beside", "far"].map((name) => [`rules/${name}/Rules.txt`, `Second of ${name}\n`]);
    pull = await openPull(play.stage, known(here), { files: Object.fromEntries(paths) });
  });

  afterAll(async () => {
    expect(await play?.end()).toEqual([]);
    for (const project of [beside, far]) project?.end();
    await there?.stop();
  });

  async function addChain(stage: Stage, registry: `0x${string}`) {
    const elsewhere: Stage = { ...stage, anvil: there };
    const second = await deployRegistry(elsewhere);
    [far] = await setUpRecords(elsewhere, second, { paths: ["rules/far"], after: 6 });
    const [chain] = JSON.parse(String(stage.toSettings(registry).COUNTERSIGN_CHAINS));
    const other = { ...chain, chainId: there.chainId, rpc: there.rpc, registry: second };
    return { COUNTERSIGN_CHAINS: JSON.stringify([chain, other]) };
  }

  /** In comments, in the words of the chain's own typed message. */
  async function sign(project: Project): Promise<void> {
    const comment = await awaitComment(play.stage, pull.number, "```json");
    const messages = [...comment.matchAll(/```json\n[\s\S]*?\n```/g)].map(([block]) => block);
    const own = messages.find(
      (block) => Number(readTypedData(block).domain.chainId) === project.registry.chain.chainId,
    );
    const wallets: readonly HDNodeWallet[] = project.signers.slice(0, 2);
    const lines = await Promise.all(
      wallets.map(async (one) => `/countersign sign ${await signTyped(one, String(own))}`),
    );
    await say(reviewer(play.stage, 0), pull.number, lines.join("\n"));
  }

  it("makes a proposal for each chain, and needs the signers of every record", async () => {
    const waiting = "Waiting for signatures: 0 of 2 signed";
    await awaitCheck(play.stage, pull.head, `${waiting}, 0 of 2 signed; ${waiting}`);
    await sign(known(here));
    await until("one record's quorum", async () => {
      const { output } = await awaitCheck(play.stage, pull.head, "in_progress");
      return [...String(output.title).matchAll(/2 of 2 signed/g)].length === 1;
    });
    await sign(known(beside));
    await awaitCheck(play.stage, pull.head, `Approved; ${waiting}`);
  });

  it("is finalized on each chain as soon as that has its quorum, all of one chain in one transaction", async () => {
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    for (const project of [here, beside]) await awaitVersion(known(project), 2);
    await readVersion(known(far), 1);
    expect(await countFinalizing(play.stage, known(here))).toBe(1);
    await sign(known(far));
    await awaitVersion(known(far), 2);
    await awaitCheck(play.stage, pull.head, "Finalized; Finalized");
    expect(await countFinalizing({ ...play.stage, anvil: there }, known(far))).toBe(1);
    expect(await countFinalizing(play.stage, known(beside))).toBe(1);
  });
});

describe("a repository with 200 registered directories", () => {
  const paths = Array.from({ length: 200 }, (_, index) => `packages/${String(index).padStart(3, "0")}`);
  let play: Play;

  beforeAll(async () => {
    play = await openPlay({ records: { paths } });
  }, 600_000);

  afterAll(async () => expect(await play?.end()).toEqual([]));

  async function measure(branch: string, touched: readonly string[]) {
    const { stage } = play;
    const people = [stage.owner, stage.dev].map(({ token }) => token);
    const files = Object.fromEntries(touched.map((path) => [`${path}/Rules.txt`, `${branch}\n`]));
    let pull: OpenedPull | undefined;
    const count = await countRequests(
      stage.github,
      async () => {
        pull = await openPull(stage, known(play.projects[0]), { branch, files });
      },
      // Long enough for 200 proposals to be judged: meanwhile GitHub is asked for nothing.
      { people, quiet: 8_000 },
    );
    const run = await awaitCheck(stage, String(pull?.head), "in_progress");
    return { count, title: String(run.output.title), comment: await awaitComment(stage, Number(pull?.number)) };
  }

  it("asks GitHub no more for one of them, or for all, than where there is one", async () => {
    await measure("warm", paths.slice(0, 1));
    const one = await measure("one", paths.slice(1, 2));
    const all = await measure("all", paths);
    expect(one.title).toBe("Waiting for signatures: 0 of 2 signed");
    expect(one.count.api.length).toBeLessThanOrEqual(8);
    expect(all.count.api.toSorted()).toEqual(one.count.api.toSorted());
    expect(all.comment.length).toBeLessThanOrEqual(65_536);
    expect(all.comment).toMatch(/digest <code>0x[0-9a-f]{64}/);
  }, 600_000);
});

function known(project: Project | undefined): Project {
  if (!project) throw new Error("not set up");
  return project;
}
