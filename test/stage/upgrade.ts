import { readExample } from "./example.ts";
import type { Project } from "./project.ts";
import { repo, type Stage } from "./stage.ts";

export interface OpenedPull {
  readonly number: number;
  readonly url: string;
  readonly head: string;
  readonly branch: string;
}

/** Opens a pull request with these changes; by default the example's upgrade. */
export async function openPull(
  { work, dev }: Stage,
  project: Pick<Project, "path" | "kind">,
  {
    branch = "upgrade",
    files,
    base = "main",
  }: { branch?: string; files?: Record<string, string | undefined>; base?: string } = {},
): Promise<OpenedPull> {
  await work.git("checkout", "--quiet", "-B", branch, base);
  const head = await work.commit(files ?? (await upgradeOf(project)), `Change ${branch}`);
  await work.git("push", "--quiet", "--force", "origin", branch);
  await work.git("checkout", "--quiet", base);
  const { data } = await dev.api.pulls.create({ ...repo, title: `Upgrade ${branch}`, head: branch, base });
  return { number: data.number, url: data.html_url, head, branch };
}

/** Pushes one more commit to a pull request's branch. */
export async function pushTo(
  { work }: Stage,
  branch: string,
  files: Record<string, string | undefined>,
): Promise<string> {
  const back = await work.git("rev-parse", "--abbrev-ref", "HEAD");
  await work.git("checkout", "--quiet", branch);
  const head = await work.commit(files, `More for ${branch}`);
  await work.git("push", "--quiet", "origin", branch);
  await work.git("checkout", "--quiet", back);
  return head;
}

export async function upgradeOf({ path, kind }: Pick<Project, "path" | "kind">): Promise<Record<string, string>> {
  const { after } = await readExample(kind);
  return Object.fromEntries(Object.entries(after).map(([file, text]) => [`${path}/${file}`, text]));
}

/** The required check, as the README tells people to set it. */
export async function protect({ owner }: Stage, branch = "main"): Promise<void> {
  await owner.api.repos.updateBranchProtection({
    ...repo,
    branch,
    required_status_checks: { strict: false, contexts: [], checks: [{ context: "countersign", app_id: 7 }] },
    enforce_admins: false,
    required_pull_request_reviews: null,
    restrictions: null,
  });
}
