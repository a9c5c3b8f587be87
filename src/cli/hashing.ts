import { join } from "node:path";
import type { Command } from "commander";
import { findNativeGit } from "../clients/git/native-git.ts";
import { createRepositories } from "../clients/git/repositories.ts";
import { failure } from "../errors.ts";
import type { HashContext } from "../flows/hash.ts";
import { type Limits, limitNames, parseLimits, readGitChoice, readLimits } from "../settings.ts";
import { openApi } from "./api.ts";
import type { Session } from "./session.ts";
import { readGithub, unwrap } from "./settings.ts";

export interface HashOptions {
  readonly submodules?: boolean;
  readonly limit?: readonly string[];
}

export function addHashOptions(command: Command): Command {
  return command
    .option("--submodules", "count submodules as the files of their pinned commits, instead of refusing them")
    .option(
      "--limit <name=number>",
      `raise or lower a limit: ${Object.keys(limitNames).join(", ")}; may be repeated (also COUNTERSIGN_LIMITS)`,
      (limit: string, others: readonly string[] = []) => [...others, limit],
    );
}

/**
 * Repositories here and elsewhere; those elsewhere each in a directory that is gone at the end.
 *
 * @throws USAGE, SETTING_INVALID
 */
export async function openHashing(options: HashOptions, session: Session): Promise<Required<HashContext>> {
  const { environment } = session;
  const github = readGithub(environment);
  const { host, token } = github;
  const limits = readAllLimits(options, session);
  const git = unwrap(readGitChoice(environment)) === "native" ? await findNativeGit(environment.PATH) : undefined;
  const { origin, enterpriseOrigin } = host;
  const directories = new Map<string, string>();
  const toDirectory = (url: string) => {
    const directory = directories.get(url) ?? join(session.createDirectory(), "repository.git");
    directories.set(url, directory);
    return directory;
  };
  const repositories = createRepositories({
    git,
    origin,
    enterpriseOrigin,
    token,
    api: openApi(github),
    toDirectory,
    limits,
  });
  return { repositories, limits, submodules: options.submodules ? "asked" : "refused" };
}

function readAllLimits({ limit = [] }: HashOptions, { environment }: Session): Partial<Limits> {
  const { limits, problems } = parseLimits(limit.join(","));
  if (problems.length > 0) throw failure("USAGE", `--limit: ${problems.join("; ")}`);
  return { ...unwrap(readLimits(environment)), ...limits };
}
