import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVersion } from "../stage/chain.ts";
import { vaultInterface } from "../stage/example.ts";
import { approve, awaitCheck, awaitComment, readTypedData, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { readTwoStepExample } from "../stage/two-step.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";

let play: Play;
let pull: OpenedPull;

beforeAll(async () => {
  const example = await readTwoStepExample();
  play = await openPlay({ project: { signers: 3, threshold: 2, example } });
  const { path } = projectAt(play, 0);
  pull = await openPull(play.stage, projectAt(play, 0), {
    files: { [`${path}/Vault.sol`]: example.after["Vault.sol"] },
  });
}, 180_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

const digestOf = (comment: string) => /digest <code>(0x[0-9a-f]{64})/.exec(comment)?.[1];

describe("the first upgrade of a proxy whose ownership is pending for its executor", () => {
  let digest: string | undefined;

  it("begins with accepting it, and says so to the signers", async () => {
    const { contract, registry } = projectAt(play, 0);
    const { number } = await registry.readHead();
    const executor = await registry.readExecutor(contract, number);
    expect(await registry.readOwner(contract)).toBe(play.stage.anvil.accounts[0].address);
    expect(await registry.readPendingOwner(contract)).toBe(executor);
    const comment = await awaitComment(play.stage, pull.number);
    const { calls } = readTypedData(comment).message.upgrades[0];
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ target: contract.toLowerCase(), data: "0x79ba5097" });
    expect(comment).toContain(`first accepts the ownership of the proxy: \`acceptOwnership()\` on \`${contract}\``);
    digest = digestOf(comment);
  });

  it("takes the proxy over and upgrades it in one transaction", async () => {
    const { stage } = play;
    const { contract, registry, signers } = projectAt(play, 0);
    const comment = await awaitComment(stage, pull.number);
    await approve(stage, pull.number, { wallets: signers.slice(0, 2), comment });
    await awaitCheck(stage, pull.head, "success");
    await stage.dev.api.pulls.merge({ ...repo, pull_number: pull.number });
    await awaitComment(stage, pull.number, "Finalized on chain in transaction");
    await readVersion(projectAt(play, 0), 2);
    const { number } = await registry.readHead();
    expect(await registry.readOwner(contract)).toBe(await registry.readExecutor(contract, number));
    expect(await registry.readPendingOwner(contract)).toBeUndefined();
    const vault = new Contract(contract, vaultInterface, stage.anvil.provider);
    expect(await vault.getFunction("version")()).toBe("2");
  });

  it("keeps digest and signatures when it is read again", async () => {
    await play.bot.stop();
    await play.start();
    await say(play.stage.dev, pull.number, "/countersign status");
    await play.stage.github.idle();
    const comment = await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    expect(digestOf(comment)).toBe(digest);
    expect(comment).toContain("2 of 2 signed");
    expect(comment).not.toContain("Not counted");
  });

  it("is the only one that does", async () => {
    const { path } = projectAt(play, 0);
    await play.stage.work.git("pull", "--quiet", "origin", "main");
    const { before } = await readTwoStepExample();
    const files = { [`${path}/Vault.sol`]: `${before["Vault.sol"]}// Back.\n` };
    const next = await openPull(play.stage, projectAt(play, 0), { branch: "next", files });
    const comment = await awaitComment(play.stage, next.number);
    expect(readTypedData(comment).message.upgrades[0].calls).toHaveLength(1);
    expect(comment).not.toContain("acceptOwnership");
  });
});
