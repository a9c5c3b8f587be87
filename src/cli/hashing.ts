import { join } from "node:path";
import type { Command } from "commander";
import { findNativeGit } from "../clients/git/native-git.ts";
import { createRepositories } from "../clients/git/repositories.ts";
import type { HashContext } from "../flows/hash.ts";
import {
  collect,
  type HostSetting,
  type Limits,
  limitNames,
  parseLimits,
  type Read,
  readGitChoice,
  readHost,
  readLimits,
} from "../settings.ts";
import { openApi } from "./api.ts";
import type { Session } from "./session.ts";
import { readToken } from "./settings.ts";

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
 * @throws USAGE and SETTING_INVALID, with all that is wrong
 */
export async function openHashing(options: HashOptions, session: Session): Promise<Required<HashContext>> {
  const { environment } = session;
  const { host, choice, asked, set } = collect<HashSettings>({
    asked: readLimitOption(options),
    host: readHost(environment),
    choice: readGitChoice(environment),
    set: readLimits(environment),
  });
  const token = readToken(environment);
  const limits = { ...set, ...asked };
  const git = choice === "native" ? await findNativeGit(environment.PATH) : undefined;
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
    api: openApi({ host, token }),
    toDirectory,
    limits,
  });
  return { repositories, limits, submodules: options.submodules ? "asked" : "refused" };
}

interface HashSettings extends Record<string, unknown> {
  readonly host: HostSetting;
  readonly choice: "native" | "builtin";
  /** By the words of the command, before those of the environment. */
  readonly asked: Partial<Limits>;
  readonly set: Partial<Limits>;
}

function readLimitOption({ limit = [] }: HashOptions): Read<Partial<Limits>> {
  const { limits, problems } = parseLimits(limit.join(","));
  if (problems.length === 0) return { value: limits };
  return { problems: [{ code: "USAGE", message: `--limit: ${problems.join("; ")}` }] };
}
