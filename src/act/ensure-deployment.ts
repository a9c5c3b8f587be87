import type { GithubClient } from "../clients/github.ts";
import type { DeploymentWords } from "../words.ts";

/** One deployment for each contract and transaction on the landed commit, found again before it is created. */
export async function ensureDeployment(
  words: DeploymentWords,
  { github, landed, logUrl }: { readonly github: GithubClient; readonly landed: string; readonly logUrl: string },
): Promise<void> {
  const { environment, description, payload } = words;
  const known = await github.listDeployments(landed, environment);
  const found = known.find((deployment) => readTransaction(deployment.payload) === payload.transaction);
  if (found) {
    const statuses = await github.listDeploymentStatuses(found.id);
    if (statuses.some(({ state }) => state === "success")) return;
  }
  const id = found?.id ?? (await createDeployment(words, { github, landed }));
  await github.createDeploymentStatus(id, { description, log_url: logUrl });
}

async function createDeployment(
  { environment, description, payload }: DeploymentWords,
  { github, landed }: { github: GithubClient; landed: string },
): Promise<number> {
  const created = await github.createDeployment({ ref: landed, environment, description, payload });
  return (created as { id: number }).id;
}

/** GitHub gives a payload back as it came, or as text. */
function readTransaction(payload: unknown): unknown {
  if (typeof payload === "string") {
    try {
      return readTransaction(JSON.parse(payload));
    } catch {
      return undefined;
    }
  }
  return typeof payload === "object" && payload !== null && "transaction" in payload ? payload.transaction : undefined;
}
