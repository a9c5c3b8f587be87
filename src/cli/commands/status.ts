import type { Command } from "commander";
import { explainStatus } from "../../explain/status.ts";
import { readStatus } from "../../flows/status.ts";
import type { ProposalState, ProposalVerdict, PullVerdict } from "../../verdict.ts";
import type { Answer } from "../answer.ts";
import { parsePullUrl } from "../arguments.ts";
import { openRegistries, openSources } from "../clients.ts";
import { addRegistryOptions, type ChainOptions, finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";
import { readGithub } from "../settings.ts";

export function addStatus(program: Command, run: Run): void {
  const command = program
    .command("status")
    .description("say where a pull request stands: who has signed, who is missing, and why")
    .argument("<pull>", "address of the pull request")
    .action((url: string, options: ChainOptions) => run((session) => answerStatus(url, options, session)));
  finish(addRegistryOptions(command), [
    "countersign status https://github.com/acme/vault/pull/7 --rpc https://rpc.example --registry 0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  ]);
}

async function answerStatus(url: string, options: ChainOptions, session: Session): Promise<Answer> {
  const github = readGithub(session.environment);
  const ref = parsePullUrl(url, github.host);
  const registries = await openRegistries(options, session);
  const sources = await openSources(ref, { github, registries, session });
  const work = () => readStatus(ref, sources, session.now());
  const { observed, verdict, ready } = await session.progress.during(
    "Reading the pull request, its commits and the chain",
    work,
  );
  const proposals = verdict.proposals.map(toProposalJson);
  const json = { url: observed.facts.pull.url, check: verdict.check, scope: verdict.scope, proposals, ready };
  return { exit: toExit(verdict), text: explainStatus(verdict), json };
}

const green: readonly ProposalState[] = ["approved", "scheduled", "finalized"];

/** A definite no outweighs what is not known. Where nothing is registered, nothing stands in the way. */
function toExit({ check, proposals }: PullVerdict): Answer["exit"] {
  if (check === "success") return 0;
  const isUnknown = (one: ProposalVerdict) =>
    one.state === "unknown" || one.reasons.some(({ code }) => code === "chain-unknown");
  const open = proposals.filter(({ state }) => !green.includes(state));
  return open.length > 0 && open.every(isUnknown) ? 3 : 1;
}

function toProposalJson({ proposal, ...verdict }: ProposalVerdict): object {
  const { chainId, state, reasons, changes, tallies, refused, transaction } = verdict;
  return {
    chainId,
    registry: proposal?.domain.registry ?? null,
    state,
    reasons,
    digest: proposal?.digest ?? null,
    deadline: proposal?.approval.deadline ?? null,
    changes,
    tallies,
    refused,
    transaction: transaction ?? null,
  };
}
