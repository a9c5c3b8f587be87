import type { Pull, PullFacts } from "../facts.ts";
import { listedBranches } from "../observe/elsewhere.ts";
import { observePull, observeTalk, type Sources } from "../observe/pull.ts";
import type { JudgedPull, PullVerdict } from "../verdict.ts";
import { judgePull } from "./judge.ts";

/**
 * Whose verdict the check of a pull request's head shows. It belongs to the commit, so to every open proposal that has it as
 * its head: green only where all of them are (ADR 10). Where one branch alone is listed, they all propose the same to it, and
 * nobody else is asked. Undefined: an open pull request speaks for a closed one.
 */
export async function findSpeaker(
  { pull, policy, now }: PullFacts,
  verdict: PullVerdict,
  sources: Sources,
): Promise<JudgedPull | undefined> {
  const own = { number: pull.number, verdict };
  const isClosed = pull.state === "closed";
  const branches = policy.kind === "valid" ? listedBranches(pull, policy.policy) : [];
  if (!isClosed && (verdict.check !== "success" || branches.length < 2)) return own;
  const others = await listOthers(pull, sources);
  if (others.length === 0) return own;
  const proposals = branches.length < 2 ? [] : others.filter(({ base }) => branches.includes(base.ref));
  let last = isClosed ? undefined : own;
  for (const { number } of proposals) {
    const { facts } = await observePull(await observeTalk({ ...pull, number }, sources), sources, now);
    const judged = { number, verdict: await judgePull(facts, sources.registries) };
    if (judged.verdict.check !== "success") return judged;
    last ??= judged;
  }
  return last;
}

/** The other open pull requests of this head. Of a commit that has landed GitHub names only the one that brought it. */
async function listOthers({ number, head, state }: Pull, { github }: Sources) {
  const pulls = state === "merged" ? await github.listOpenPulls() : await github.listPullsOfCommit(head);
  return pulls.filter((one) => one.state === "open" && one.head.sha === head && one.number !== number);
}
