import { readBlobs } from "../clients/git/object-source.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { resolvePath } from "../clients/git/tree-path.ts";
import { CountersignError, type Problem } from "../errors.ts";
import type { PolicyFacts } from "../facts.ts";
import { parsePolicy, policyPath } from "../policy.ts";

/** The configuration of a commit. Only the default branch's is obeyed (protocol §6). */
export async function observePolicy(git: RemoteRepository, commit: string): Promise<PolicyFacts> {
  const file = await resolvePath(git, commit, policyPath);
  if (file === undefined) return { kind: "absent" };
  if (file.kind !== "file") return { kind: "invalid", problems: [notAFile] };
  try {
    return { kind: "valid", policy: parsePolicy(toText((await readBlobs(git, [file.oid])).get(file.oid))) };
  } catch (error) {
    if (error instanceof CountersignError && error.kind === "refusal")
      return { kind: "invalid", problems: error.problems };
    throw error;
  }
}

/** What is wrong with the head's copy, where it differs: read as data, to be shown. */
export async function observeHeadPolicy(
  git: RemoteRepository,
  { head, obeyed }: { readonly head: string; readonly obeyed: string },
): Promise<readonly Problem[]> {
  const [ours, theirs] = await Promise.all([resolvePath(git, obeyed, policyPath), resolvePath(git, head, policyPath)]);
  if (theirs === undefined || theirs.oid === ours?.oid) return [];
  const found = await observePolicy(git, head);
  return found.kind === "invalid" ? found.problems : [];
}

const notAFile: Problem = { code: "POLICY_INVALID", message: "expected a file", subject: policyPath };

function toText(bytes: Uint8Array = new Uint8Array()): string {
  return new TextDecoder("utf-8", { fatal: false }).decode(bytes);
}
