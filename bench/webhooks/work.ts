import { awaitVersion } from "../../test/stage/chain.ts";
import { approve, awaitComment } from "../../test/stage/people.ts";
import { type Play, projectAt } from "../../test/stage/play.ts";
import { repo } from "../../test/stage/stage.ts";
import { openPull } from "../../test/stage/upgrade.ts";

/** Opens a pull request for every record, and has each signed. */
export async function openSigned({ stage, ...play }: Play): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const [index, { path, kind }] of play.projects.entries()) {
    const files = { [`${path}/Rules.txt`]: `Second ${index}\n` };
    const { number } = await openPull(stage, { path, kind }, { branch: `upgrade-${index}`, files });
    const wallets = projectAt(play, index).signers.slice(0, projectAt(play, index).threshold);
    await approve(stage, number, { wallets, comment: await awaitComment(stage, number) });
    numbers.push(number);
  }
  const threshold = projectAt(play, 0).threshold;
  for (const number of numbers) await awaitComment(stage, number, `#### ${threshold} of ${threshold} signed`);
  return numbers;
}

/** How many of the pull requests a second come from their merge to the record on chain and the last word about it. */
export async function measureMerges({ stage, ...play }: Play, numbers: readonly number[]): Promise<number> {
  const start = performance.now();
  for (const number of numbers) await stage.owner.api.pulls.merge({ ...repo, pull_number: number });
  for (const project of play.projects) await awaitVersion(project, 2);
  for (const number of numbers) await awaitComment(stage, number, "Finalized on chain in transaction");
  return Number((numbers.length / ((performance.now() - start) / 1000)).toFixed(2));
}
