import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What the references see: no configuration of this machine, so that git makes and measures the same everywhere. */
export const gitEnvironment = {
  PATH: process.env.PATH,
  // Without it bash looks the user up, which can take longer than what is measured.
  HOME: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  LC_ALL: "C",
};

/** What git answers in a bare repository, line by line. */
export async function askGit(repository: string, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("git", ["-C", repository, ...args], { env: gitEnvironment });
  return stdout.trimEnd().split("\n");
}
