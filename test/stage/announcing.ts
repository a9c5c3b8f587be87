import { hashApproval } from "../../src/protocol/approval.ts";
import type { Bytes32 } from "../../src/protocol/hex.ts";
import { parseAccountSignature, recoverSigner } from "../../src/protocol/signature.ts";
import { readProposed } from "../helpers/proposed.ts";
import { readApproval } from "./chain.ts";
import { countRequests } from "./count.ts";
import { awaitComment, reviewer } from "./people.ts";
import { type Play, projectAt } from "./play.ts";
import { openPull } from "./upgrade.ts";
import { until } from "./wait.ts";

/** Opens a pull request that changes the play's project of that index. */
export async function proposeChange(play: Play, index: number) {
  const project = projectAt(play, index);
  const files = { [`${project.path}/Rules.txt`]: `Second of ${project.path}\n` };
  const pull = await openPull(play.stage, project, { branch: `change-${index}`, files });
  const comment = await awaitComment(play.stage, pull.number);
  return { ...pull, project, comment, digest: digestOf(play, comment) };
}

export function digestOf(play: Play, comment: string): Bytes32 {
  return hashApproval(projectAt(play, 0).registry.domain, readApproval(comment));
}

/** What the chain tells of announcements of this digest. */
export async function announced({ stage, registry }: Play, digest: Bytes32) {
  return (await readProposed(stage.anvil, registry)).filter((one) => one.digest === digest);
}

export async function awaitAnnounced(play: Play, digest: Bytes32) {
  return until("an announcement", async () => (await announced(play, digest)).at(-1));
}

/** Lets the App do whatever it still wants to do. */
export async function quiet({ stage }: Play): Promise<void> {
  const { github, owner, dev } = stage;
  const people = [owner, dev, reviewer(stage, 0), reviewer(stage, 1)].map(({ token }) => token);
  await countRequests(github, async () => undefined, { people, quiet: 400 });
}

/** Who signed what was announced. */
export function recoverAll(digest: Bytes32, signatures: string) {
  const entries = signatures.slice(2).match(/.{130}/g) ?? [];
  return entries.map((entry) => recoverSigner(digest, parseAccountSignature(`0x${entry}`)));
}
