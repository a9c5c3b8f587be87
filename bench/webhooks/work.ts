import { readVersion } from "../../test/stage/chain.ts";
import { approve } from "../../test/stage/people.ts";
import { type Play, projectAt } from "../../test/stage/play.ts";
import { repo, type Stage } from "../../test/stage/stage.ts";
import { openPull } from "../../test/stage/upgrade.ts";
import { until } from "../../test/stage/wait.ts";

/** A slow machine gives a small figure, not an error. In milliseconds. */
const patience = { timeout: 900_000 };

/** Opens a pull request for every record, and has each signed. */
export async function openSigned({ stage, ...play }: Play): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const [index, { path, kind }] of play.projects.entries()) {
    const files = { [`${path}/Rules.txt`]: `Second ${index}\n` };
    const { number } = await openPull(stage, { path, kind }, { branch: `upgrade-${index}`, files });
    const wallets = projectAt(play, index).signers.slice(0, projectAt(play, index).threshold);
    await approve(stage, number, { wallets, comment: await readComment(stage, { number, saying: "```json" }) });
    numbers.push(number);
  }
  const threshold = projectAt(play, 0).threshold;
  for (const number of numbers) {
    await readComment(stage, { number, saying: `#### ${threshold} of ${threshold} signed` });
  }
  return numbers;
}

/** How many of the pull requests a second come from their merge to the record on chain and the last word about it. */
export async function measureMerges({ stage, ...play }: Play, numbers: readonly number[]): Promise<number> {
  const start = performance.now();
  for (const number of numbers) await stage.owner.api.pulls.merge({ ...repo, pull_number: number });
  for (const project of play.projects) await until("its record", () => readVersion(project, 2), patience);
  for (const number of numbers) await readComment(stage, { number, saying: "Finalized on chain in transaction" });
  return Number((numbers.length / ((performance.now() - start) / 1000)).toFixed(2));
}

/** The App's comment, once it says this. */
async function readComment(
  { owner }: Stage,
  { number, saying }: { readonly number: number; readonly saying: string },
): Promise<string> {
  const read = async () => {
    const { data } = await owner.api.issues.listComments({ ...repo, issue_number: number });
    return data
      .map(({ body = "" }) => body)
      .find((body) => body.startsWith("<!-- countersign") && body.includes(saying));
  };
  return until(`the comment of ${number}`, read, patience);
}
