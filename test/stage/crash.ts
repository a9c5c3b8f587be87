import { type HttpProxy, startHttpProxy } from "../helpers/http-proxy.ts";
import { type RpcProxy, startRpcProxy } from "../helpers/rpc-proxy.ts";
import { countFinalizing, readVersion } from "./chain.ts";
import { approve, awaitCheck, awaitComment } from "./people.ts";
import { openPlay, type Play, type PlayOptions } from "./play.ts";
import type { Project } from "./project.ts";
import { repo } from "./stage.ts";
import { type OpenedPull, openPull } from "./upgrade.ts";
import { until } from "./wait.ts";

/** A play whose App can be killed at any of its requests, to the chain and to GitHub. */
export interface FragilePlay {
  readonly play: Play;
  /** Asks this about every request of the App from now on. */
  watch(watcher: Watcher | undefined): void;
  end(): Promise<readonly string[]>;
}

/**
 * What becomes of a request (`METHOD /path`, or the method of an RPC): the App is killed before it has an effect, or
 * after it and before its answer; it is lost and the App lives; undefined: it passes.
 */
export type Watcher = (request: string) => "before" | "after" | "lost" | undefined;

/** `more`: settings over those of the stage. */
export async function openFragilePlay({
  more,
  ...options
}: Omit<PlayOptions, "settings"> & { readonly more?: Record<string, string> }): Promise<FragilePlay> {
  const proxies: (RpcProxy | HttpProxy)[] = [];
  let watcher: Watcher | undefined;
  let play: Play | undefined;
  const meet = async <T>(request: string, forward: () => Promise<T>): Promise<T | "drop"> => {
    const end = watcher?.(request);
    if (end === "before") await play?.bot.stop("SIGKILL");
    if (end === "before" || end === "lost") return "drop";
    const answer = await forward();
    if (end === "after") await play?.bot.stop("SIGKILL");
    return end === "after" ? "drop" : answer;
  };
  play = await openPlay({
    ...options,
    settings: async ({ anvil, github, toSettings }, registry) => {
      const rpc = await startRpcProxy(anvil.rpc);
      rpc.intercept(({ method }, forward) => meet(method, forward));
      const host = await startHttpProxy(github.url, async (line, forward) => (await meet(line, forward)) ?? undefined);
      proxies.push(rpc, host);
      const [chain] = JSON.parse(String(toSettings(registry).COUNTERSIGN_CHAINS));
      return { COUNTERSIGN_CHAINS: JSON.stringify([{ ...chain, rpc: rpc.rpc }]), GHE_HOST: host.host, ...more };
    },
  });
  const opened = play;
  return {
    play: opened,
    watch: (next) => {
      watcher = next;
    },
    async end() {
      const violations = await opened.end();
      for (const proxy of proxies) await proxy.stop();
      return violations;
    },
  };
}

/** The requests by which the App changes something, on the chain or on GitHub. */
export function isWrite(request: string): boolean {
  return request === "eth_sendRawTransaction" || /^(POST|PATCH|PUT|DELETE) \/api\/v3\/repos\//.test(request);
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
  { pull, version }: { pull: Pick<OpenedPull, "number" | "head">; version: number },
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
