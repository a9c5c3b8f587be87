import { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing } from "../stage/chain.ts";
import { vaultInterface } from "../stage/example.ts";
import { approve, awaitCheck, awaitComment, readTypedData } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";

let plays: readonly Play[];

beforeAll(async () => {
  const chains = [{ chainId: 31_337 }, { chainId: 424_242, blockTime: 1 }];
  const opened: Play[] = [];
  for (const anvil of chains) opened.push(await openPlay({ project: { signers: 3, threshold: 2 }, anvil }));
  plays = opened;
}, 180_000);

afterAll(async () => {
  for (const play of plays ?? []) expect(await play.end()).toEqual([]);
});

describe("the same App, pointed by its environment alone at another host and another chain", () => {
  it("differs in nothing but its settings", () => {
    const [here, there] = plays.map(({ stage, registry }) => stage.toSettings(registry));
    const differing = Object.keys(here ?? {}).filter((name) => here?.[name] !== there?.[name]);
    expect(differing.toSorted()).toEqual(["COUNTERSIGN_CHAINS", "COUNTERSIGN_DATA", "GHE_HOST", "PORT", "PRIVATE_KEY"]);
  });

  it.each([0, 1])("does the same job: %d", async (index) => {
    const play = plays[index];
    if (!play) throw new Error(`no play ${index}`);
    const { stage } = play;
    const project = projectAt(play, 0);
    const pull = await openPull(stage, project);
    const comment = await awaitComment(stage, pull.number);
    expect(Number(readTypedData(comment).domain.chainId)).toBe(stage.anvil.chainId);
    await approve(stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(stage, pull.head, "success");
    await stage.dev.api.pulls.merge({ ...repo, pull_number: pull.number });
    const record = await awaitVersion(project, 2);
    expect(record.contractLink).toBe(`${stage.github.url}/acme/vault/tree/${pull.head}/${project.path}`);
    await awaitComment(stage, pull.number, "Finalized on chain in transaction");
    expect(await countFinalizing(stage, project)).toBe(1);
    const vault = new Contract(project.contract, vaultInterface, stage.anvil.provider);
    expect(await vault.getFunction("version")()).toBe("2");
  });

  it("refuses the signatures of the one on the other", async () => {
    const comments = await Promise.all(plays.map(({ stage }) => awaitComment(stage, 1)));
    const digests = comments.map((comment) => /digest <code>(0x[0-9a-f]{64})/.exec(comment)?.[1]);
    expect(new Set(digests).size).toBe(2);
  });
});
