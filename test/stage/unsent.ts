import { countersign } from "../cli/countersign.ts";
import { settle } from "./example.ts";
import { approve, awaitCheck, awaitComment } from "./people.ts";
import { openPlay, type Play, type PlayOptions } from "./play.ts";
import type { Project } from "./project.ts";
import { repo, type Stage } from "./stage.ts";
import { type OpenedPull, openPull } from "./upgrade.ts";

/** An App without a relayer, which sends nothing. No webhook comes of what happens on the chain: it looks each second. */
export function openUnsentPlay(options: Omit<PlayOptions, "settings">): Promise<Play> {
  return openPlay({
    ...options,
    settings: ({ anvil: { chainId, rpc } }, registry) => ({
      COUNTERSIGN_CHAINS: JSON.stringify([{ chainId, rpc, registry, interval: 1 }]),
      COUNTERSIGN_RELAYER_KEY: "",
    }),
  });
}

export interface ProposedPull extends OpenedPull {
  readonly project: Project;
  readonly comment: string;
}

/** A pull request with new text in the project's directory, and the App's comment on it. */
export async function openProposal({ stage }: Play, project: Project, name: string): Promise<ProposedPull> {
  const files = { [`${project.path}/Rules.txt`]: `Rules of ${name}\n` };
  const pull = await openPull(stage, project, { branch: `change-${name}`, files });
  return { ...pull, project, comment: await awaitComment(stage, pull.number) };
}

/** Enough signers approve, and the check says so. */
export async function agree({ stage }: Play, { project, number, head, comment }: ProposedPull): Promise<void> {
  await approve(stage, number, { wallets: project.signers.slice(0, project.threshold), comment });
  await awaitCheck(stage, head, "success");
}

export async function merge({ stage }: Play, { number }: OpenedPull): Promise<void> {
  await stage.owner.api.pulls.merge({ ...repo, pull_number: number });
}

/** The commands with which a comment shows transactions. */
export function commandsIn(comment: string): string[] {
  return comment.match(/^cast send .*$/gm) ?? [];
}

/** Sends what a comment's command says, as `cast` would. */
export async function sendShown({ anvil }: Stage, command: string): Promise<void> {
  const [, anyone] = anvil.accounts;
  const [, to, data] = /^cast send --rpc-url "\$RPC_URL" --value 0 (0x\w{40}) (0x\w+)$/.exec(command) ?? [];
  await settle(await anyone.sendTransaction({ to: String(to), data: String(data), value: 0 }), anyone);
}

/** What the command line says is to be sent. */
export async function readReady({ stage, registry }: Play, { url }: OpenedPull): Promise<unknown> {
  const { COUNTERSIGN_CHAINS = "", GHE_HOST = "", GHE_PROTOCOL = "" } = stage.toSettings(registry);
  const env = { COUNTERSIGN_CHAINS, GHE_HOST, GHE_PROTOCOL, GITHUB_TOKEN: stage.dev.token };
  return JSON.parse((await countersign(["status", url, "--json"], { env })).stdout).ready;
}
