import { type RpcProxy, startRpcProxy } from "../helpers/rpc-proxy.ts";
import { countFinalizing, readVersion } from "./chain.ts";
import { approve, awaitCheck, awaitComment } from "./people.ts";
import { openPlay, type Play, type PlayOptions } from "./play.ts";
import type { Project } from "./project.ts";
import { repo } from "./stage.ts";
import { type OpenedPull, openPull } from "./upgrade.ts";
import { until } from "./wait.ts";

/** A play whose App sees every request counted, to the chain and to GitHub, and can be killed at any of them. */
export interface FragilePlay extends Play {
  /** Calls back on every request of the App until it says that it is enough. */
  watch(watcher: Watcher | undefined): void;
  endAll(): Promise<readonly string[]>;
}

/**
 * What becomes of a request: the App is killed before it has an effect, or after it and before its answer; it is lost
 * and the App lives; undefined: it passes.
 */
export type Watcher = (request: string) => "before" | "after" | "lost" | undefined;

export async function openFragilePlay(options: PlayOptions): Promise<FragilePlay> {
  let proxy: RpcProxy | undefined;
  let watcher: Watcher | undefined;
  const play = await openPlay({
    ...options,
    settings: async ({ anvil, toSettings }, registry) => {
      proxy = await startRpcProxy(anvil.rpc);
      const [chain] = JSON.parse(String(toSettings(registry).COUNTERSIGN_CHAINS));
      return { COUNTERSIGN_CHAINS: JSON.stringify([{ ...chain, rpc: proxy.rpc }]) };
    },
  });
  const kill = () => void play.bot.stop("SIGKILL");
  proxy?.intercept(async ({ method }, forward) => {
    const end = watcher?.(method);
    if (end === "before") kill();
    if (end === "before" || end === "lost") return "drop";
    const answer = await forward();
    if (end === "after") kill();
    return end === "after" ? "drop" : answer;
  });
  const { faults } = play.stage.github;
  const take = faults.take;
  faults.take = (operation) => {
    const end = watcher?.(operation);
    if (end && end !== "lost") kill();
    return end ? { drop: end === "after" ? "response" : "request" } : take(operation);
  };
  return Object.defineProperties(Object.create(play), {
    watch: {
      value: (next: Watcher | undefined) => {
        watcher = next;
      },
    },
    endAll: {
      value: async () => {
        await proxy?.stop();
        return play.end();
      },
    },
  }) as FragilePlay;
}

/** The operations by which the App changes something, on the chain or on GitHub. */
export function isWrite(request: string): boolean {
  return request === "eth_sendRawTransaction" || /\/(create|update|add|set|delete)/.test(request);
}

/** A pull request with a new version of the contract, approved, so that only the merge is missing. */
export async function openApproved(play: Play, project: Project, name: string): Promise<OpenedPull> {
  const { work } = play.stage;
  await work.git("pull", "--quiet", "--rebase", "origin", "main");
  const file = project.kind === "record" ? "Rules.txt" : "Vault.sol";
  const text = await work.git("show", `main:${project.path}/${file}`);
  const files = { [`${project.path}/${file}`]: `${text}\n// ${name}\n` };
  const pull = await openPull(play.stage, project, { branch: name, files });
  const comment = await awaitComment(play.stage, pull.number);
  await approve(play.stage, pull.number, { wallets: project.signers.slice(0, project.threshold), comment });
  await awaitCheck(play.stage, pull.head, "success");
  await awaitComment(play.stage, pull.number, `#### ${project.threshold} of ${project.threshold} signed`);
  return pull;
}

/** Throws unless the pull request came to its one end: this version, by one transaction, told once everywhere. */
export async function assertOneEnd(
  { stage }: Play,
  project: Project,
  { pull, version }: { pull: OpenedPull; version: number },
): Promise<void> {
  await awaitComment(stage, pull.number, "Finalized on chain in transaction");
  const run = await until("the check's last words", async () => {
    const found = await awaitCheck(stage, pull.head, "success");
    return found.output.title === "Finalized" && found;
  });
  const { data } = await stage.owner.api.pulls.get({ ...repo, pull_number: pull.number });
  const sha = String(data.merge_commit_sha);
  const told = await until("the deployment's status", async () => {
    const { data: deployments } = await stage.owner.api.repos.listDeployments({ ...repo, sha });
    const lists = deployments.map(({ id }) =>
      stage.owner.api.repos.listDeploymentStatuses({ ...repo, deployment_id: id }),
    );
    const statuses = (await Promise.all(lists)).flatMap((list) => list.data.map(({ state }) => state));
    return statuses.length > 0 && { deployments: deployments.length, statuses: statuses.length };
  });
  await readVersion(project, version);
  const { data: comments } = await stage.owner.api.issues.listComments({ ...repo, issue_number: pull.number });
  const found = {
    title: run.output.title,
    comments: comments.filter(({ user }) => user?.type === "Bot").length,
    ...told,
    finalizing: await countFinalizing(stage, project),
  };
  const expected = { title: "Finalized", comments: 1, deployments: 1, statuses: 1, finalizing: version - 1 };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}
