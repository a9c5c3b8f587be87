import { Octokit } from "@octokit/rest";
import type { GithubSetting } from "./settings.ts";

/** Milliseconds that GitHub may take for one answer. */
const timeout = 30_000;

/** GitHub's API for a person, with the token of the environment. */
export function openApi({ host, token }: GithubSetting): Octokit {
  const silent = () => undefined;
  return new Octokit({
    ...(token !== undefined && { auth: token }),
    baseUrl: host.api,
    userAgent: "countersign",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(timeout) }),
    },
  });
}
