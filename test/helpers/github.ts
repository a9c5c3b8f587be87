import { Octokit } from "@octokit/rest";
import nock from "nock";
import { type GithubClient, openGithub } from "../../src/clients/github.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A client whose every request must be planted: `planted.get("/pulls/7").reply(200, …)`. */
export function plantGithub(): { github: GithubClient; planted: nock.Scope; assertAsked: () => void } {
  nock.disableNetConnect();
  // Real git hosts of the same test.
  nock.enableNetConnect(/^127\.0\.0\.1/);
  const planted = nock("https://api.github.com/repos/acme/vault");
  const api = new Octokit({ auth: "a token", log: silent });
  return {
    github: openGithub(api, { owner: "acme", repository: "vault" }),
    planted,
    assertAsked() {
      const open = nock.pendingMocks();
      nock.cleanAll();
      nock.enableNetConnect();
      if (open.length > 0) throw new Error(`nobody asked ${open.join(", ")}`);
    },
  };
}
