import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countersign } from "../cli/countersign.ts";
import { countFinalizing, finalizePast, readVersion } from "../stage/chain.ts";
import { settle } from "../stage/example.ts";
import { approve, awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { createSigners, type Project } from "../stage/project.ts";
import { govern, pass } from "../stage/rules.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";

const names = ["unsent", "delayed", "rotated", "ahead", "late"] as const;
let play: Play;

/** No relayer: the App sends nothing. No webhook comes of what happens on the chain. */
beforeAll(async () => {
  play = await openPlay({
    project: { signers: 3, threshold: 2 },
    records: { paths: names.map((name) => `rules/${name}`) },
    settings: ({ anvil: { chainId, rpc } }, registry) => ({
      COUNTERSIGN_CHAINS: JSON.stringify([{ chainId, rpc, registry, interval: 1 }]),
      COUNTERSIGN_RELAYER_KEY: "",
    }),
  });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

async function open(name: (typeof names)[number]): Promise<{ project: Project; pull: OpenedPull; comment: string }> {
  const project = projectAt(play, names.indexOf(name) + 1);
  const files = { [`${project.path}/Rules.txt`]: `Second rules of ${name}\n` };
  const pull = await openPull(play.stage, project, { branch: `change-${name}`, files });
  return { project, pull, comment: await awaitComment(play.stage, pull.number) };
}

/** Sends what the comment's command says, as `cast` would. */
async function sendShown(command: string): Promise<void> {
  const [, anyone] = play.stage.anvil.accounts;
  const [, to, data] = /^cast send --rpc-url "\$RPC_URL" --value 0 (0x\w{40}) (0x\w+)$/.exec(command) ?? [];
  await settle(await anyone.sendTransaction({ to: String(to), data: String(data), value: 0 }), anyone);
}

function commandsIn(comment: string): string[] {
  return comment.match(/^cast send .*$/gm) ?? [];
}

/** What the command line says is to be sent. */
async function readReady({ url }: OpenedPull): Promise<unknown> {
  const { COUNTERSIGN_CHAINS = "", GHE_HOST = "", GHE_PROTOCOL = "" } = play.stage.toSettings(play.registry);
  const env = { COUNTERSIGN_CHAINS, GHE_HOST, GHE_PROTOCOL, GITHUB_TOKEN: play.stage.dev.token };
  return JSON.parse((await countersign(["status", url, "--json"], { env })).stdout).ready;
}

const merge = ({ number }: OpenedPull) => play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });

describe("an App without a relayer", () => {
  it("shows the transaction of what is merged and approved, and follows when somebody has sent it", async () => {
    const { project, pull, comment } = await open("unsent");
    await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    expect(await awaitComment(play.stage, pull.number, "Approved by enough signers")).not.toContain("cast send");
    await merge(pull);
    const shown = await awaitComment(play.stage, pull.number, "Anybody may send what stands below");
    const [command = "", ...more] = commandsIn(shown);
    expect(more).toEqual([]);
    await readVersion(project, 1);
    expect(await readReady(pull)).toMatchObject([{ purpose: "finalize", data: command.split(" ").at(-1) }]);
    await play.stage.github.idle();
    await sendShown(command);
    const after = await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await awaitCheck(play.stage, pull.head, "Finalized");
    expect(commandsIn(after)).toEqual([]);
    await readVersion(project, 2);
    expect(await countFinalizing(play.stage, project)).toBe(1);
  });

  it("shows what schedules, and once that is ripe what executes", async () => {
    await govern(play.stage, projectAt(play, names.indexOf("delayed") + 1), { delay: 3_600 });
    const { project, pull, comment } = await open("delayed");
    await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    await merge(pull);
    const schedules = await awaitComment(play.stage, pull.number, "for anybody to send: schedules");
    for (const command of commandsIn(schedules)) await sendShown(command);
    expect(commandsIn(await awaitComment(play.stage, pull.number, "Scheduled on chain"))).toEqual([]);
    await pass(play.stage, 3_600);
    await say(play.stage.dev, pull.number, "/countersign execute");
    const executes = await awaitComment(play.stage, pull.number, "for anybody to send: executes");
    expect(await readReady(pull)).toMatchObject([{ purpose: "execute" }]);
    for (const command of commandsIn(executes)) await sendShown(command);
    await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await readVersion(project, 3);
  });

  it("shows first what deploys an implementation that does not stand yet", async () => {
    const project = projectAt(play, 0);
    await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
    const pull = await openPull(play.stage, project, { branch: "upgrade" });
    const comment = await awaitComment(play.stage, pull.number);
    await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    await merge(pull);
    const shown = await awaitComment(play.stage, pull.number, "Anybody may send what stands below");
    expect(shown).toContain("Transaction 1 of 2, for anybody to send: deploys the implementation");
    const commands = commandsIn(shown);
    expect(commands).toHaveLength(2);
    for (const command of commands) await sendShown(command);
    await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await readVersion(project, 2);
  });
});

describe("what others do on the chain", () => {
  it("shows at once where they changed the signers: what was approved waits again", async () => {
    const { project, pull, comment } = await open("rotated");
    await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    await play.stage.github.idle();
    const start = Date.now();
    await govern(play.stage, project, { signers: createSigners(4).slice(3), threshold: 1 });
    const run = await awaitCheck(play.stage, pull.head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 1 signed");
    expect(Date.now() - start).toBeLessThan(15_000);
    await awaitComment(play.stage, pull.number, /Version \| 2 → 3[\s\S]*#### Not counted/);
  });

  it("shows at once where they finalized before the merge", async () => {
    const { project, pull, comment } = await open("ahead");
    const files = { [`${project.path}/Rules.txt`]: "Something else\n" };
    const rival = await openPull(play.stage, project, { branch: "rival", files });
    await awaitComment(play.stage, rival.number);
    await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    await play.stage.github.idle();
    await finalizePast(play.stage, project, comment);
    await awaitComment(play.stage, pull.number, "The chain is ahead of main");
    await awaitComment(play.stage, rival.number, /Version \| 2 → 3/);
  });

  it("shows when the deadline has passed", async () => {
    const { pull } = await open("late");
    await awaitCheck(play.stage, pull.head, "in_progress");
    await play.stage.github.idle();
    await play.stage.anvil.provider.send("evm_increaseTime", [15 * 86_400]);
    await play.stage.anvil.mine();
    await awaitComment(play.stage, pull.number, "The deadline passed on");
    await awaitCheck(play.stage, pull.head, "failure");
  });
});
