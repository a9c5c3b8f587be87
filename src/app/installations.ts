import { createAppAuth } from "@octokit/auth-app";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { AppIdentity } from "../facts.ts";
import type { HostSetting } from "../settings.ts";
import type { RepositoryKey } from "./keys.ts";

/** The least that the bot needs (app.yml): it can never merge or write contents. */
export const permissions = {
  checks: "write",
  contents: "read",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;

export interface Installations {
  readIdentity(): Promise<AppIdentity>;
  /** A client for one repository alone, and the token that git uses for it. */
  open(key: RepositoryKey): Promise<{ readonly api: Octokit; readonly token: string }>;
  /** Every repository that the App is installed on. */
  list(): AsyncGenerator<RepositoryKey>;
}

const Api = Octokit.plugin(retry, throttling);

/** Requests answered within this time or not at all, in milliseconds. */
const timeout = 30_000;

/** A token is for the delivery's installation and narrowed to one repository (threats G55). */
export function openInstallations({
  appId,
  privateKey,
  host,
}: {
  readonly appId: number;
  readonly privateKey: string;
  readonly host: HostSetting;
}): Installations {
  const connect = (options: object) => {
    const api = new Api({ ...base(host), ...options });
    api.hook.before("request", forbidRepetition);
    return api;
  };
  const app = connect({ authStrategy: createAppAuth, auth: { appId, privateKey } });
  const auth = createAppAuth({ appId, privateKey, request: app.request });

  return {
    async readIdentity() {
      const { data } = await app.rest.apps.getAuthenticated();
      return { id: Number(data?.id), slug: String(data?.slug) };
    },
    async open({ installationId, repositoryId }) {
      const { token } = await auth({
        type: "installation",
        installationId,
        repositoryIds: [repositoryId],
        permissions,
      });
      return { api: connect({ auth: token }), token };
    },
    async *list() {
      for await (const { data } of app.paginate.iterator(app.rest.apps.listInstallations, { per_page: 100 })) {
        for (const { id, suspended_at } of data) if (!suspended_at) yield* listRepositories(id, { auth, connect });
      }
    },
  };
}

/**
 * What makes something new is not sent again by itself: its answer may be lost and the thing there. The job is tried
 * again, and looks first.
 */
function forbidRepetition(options: { method: string; request: object }): void {
  if (options.method === "POST") Object.assign(options.request, { retries: 0 });
}

async function* listRepositories(
  installationId: number,
  { auth, connect }: { auth: ReturnType<typeof createAppAuth>; connect: (options: object) => Octokit },
): AsyncGenerator<RepositoryKey> {
  const { token } = await auth({ type: "installation", installationId });
  const api = connect({ auth: token });
  const pages = api.paginate.iterator(api.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  for await (const { data } of pages) {
    for (const { id, name, owner } of data) {
      yield { installationId, repositoryId: id, owner: owner.login, repository: name };
    }
  }
}

function quiet(): void {}

/** GitHub Enterprise Server limits no rates unless told to, and github.com's are kept (docs/configuration.md). */
function base(host: HostSetting) {
  const once = (_after: number, _options: object, _octokit: unknown, retries: number) => retries < 2;
  return {
    baseUrl: host.api,
    userAgent: "countersign",
    // Octokit's own lines go past the App's log; what failed is told by whoever asked.
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    throttle: { enabled: host.enterpriseOrigin === undefined, onRateLimit: once, onSecondaryRateLimit: once },
    request: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(timeout) }),
    },
  };
}
