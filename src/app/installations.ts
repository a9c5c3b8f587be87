import { createAppAuth } from "@octokit/auth-app";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { createConditionalFetch, type Fetch } from "../clients/conditional-fetch.ts";
import { toGithubFailure, toStatus } from "../clients/github.ts";
import { failure } from "../errors.ts";
import type { AppIdentity } from "../facts.ts";
import type { HostSetting } from "../settings.ts";
import { type InstallationKey, type RepositoryKey, toRepositoryKey } from "./keys.ts";
import { createLimitGate, type Payer } from "./limit-gate.ts";

/** The least that the bot needs (app.yml): it can never merge or write contents. */
export const permissions = {
  checks: "write",
  contents: "read",
  deployments: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;

/** What the sweep needs, which has one token for all repositories of an installation: it looks, and changes nothing. */
export const surveyPermissions = { contents: "read", metadata: "read", pull_requests: "read" } as const;

/** A repository, with what changes whenever its default branch may have. */
export interface ListedRepository extends RepositoryKey {
  readonly pushedAt: string | null;
  readonly defaultBranch: string;
}

export interface Installations {
  /** Asked for once: who starts the App has looked already (assert-settings.ts). */
  readIdentity(): Promise<AppIdentity>;
  /**
   * A client for one repository alone, and the token that git uses for it.
   *
   * @throws INSTALLATION_GONE where the App was taken off it, or is suspended
   */
  open(key: RepositoryKey): Promise<{ readonly api: Octokit; readonly token: string }>;
  /** The repository under the name that it has now. @throws INSTALLATION_GONE */
  readName(key: RepositoryKey): Promise<RepositoryKey>;
  /** Every installation that is not suspended. */
  list(): AsyncGenerator<InstallationKey>;
  /** Every repository that an installation reaches, and a client that reads them. */
  survey(key: InstallationKey): Promise<{ readonly api: Octokit; list(): AsyncGenerator<ListedRepository> }>;
}

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
  const connect = createConnect(host);
  // For jobs alone, which come again within the hour of their token. The sweep does not, and it is all of them.
  const conditional = createConditionalFetch(direct);
  const app = connect("app", { authStrategy: createAppAuth, auth: { appId, privateKey } });
  const auth = createAppAuth({ appId, privateKey, request: app.request });

  const open: Installations["open"] = async ({ installationId, repositoryId }) => {
    const repositoryIds = [repositoryId];
    const wanted = { type: "installation", installationId, repositoryIds, permissions } as const;
    const { token } = await auth(wanted).catch(refuseToken);
    return { api: connect(installationId, { auth: token, request: { fetch: conditional } }), token };
  };

  return {
    open,
    async readName(key) {
      const { api } = await open(key);
      for await (const named of listRepositories(key.installationId, api))
        if (named.repositoryId === key.repositoryId) return toRepositoryKey(named);
      throw failure("INSTALLATION_GONE", `the App does not reach repository ${key.repositoryId}`);
    },
    readIdentity: once(async () => {
      const { data } = await app.rest.apps.getAuthenticated();
      return { id: Number(data?.id), slug: String(data?.slug) };
    }),
    async *list() {
      const pages = orRefuse(app.paginate.iterator(app.rest.apps.listInstallations, { per_page: 100 }));
      for await (const { data } of pages) {
        for (const { id, suspended_at } of data) if (!suspended_at) yield { installationId: id };
      }
    },
    async survey({ installationId }) {
      const wanted = { type: "installation", installationId, permissions: surveyPermissions } as const;
      const { token } = await auth(wanted).catch(refuseToken);
      const api = connect(installationId, { auth: token });
      return { api, list: () => listRepositories(installationId, api) };
    },
  };
}

/** Asks until it has an answer, then never again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

async function* listRepositories(installationId: number, api: Octokit): AsyncGenerator<ListedRepository> {
  const pages = orRefuse(api.paginate.iterator(api.rest.apps.listReposAccessibleToInstallation, { per_page: 100 }));
  for await (const { data } of pages) {
    for (const { id, name, owner, pushed_at, default_branch } of data) {
      const key = { installationId, repositoryId: id, owner: owner.login, repository: name };
      yield { ...key, pushedAt: pushed_at, defaultBranch: default_branch };
    }
  }
}

async function* orRefuse<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pages;
  } catch (cause) {
    refuse(cause);
  }
}

function refuse(cause: unknown): never {
  throw toGithubFailure(cause);
}

/** What GitHub answers for an installation that was deleted, one that is suspended, and a repository taken out of one. */
const goneStatuses: readonly number[] = [404, 403, 422];

function refuseToken(cause: unknown): never {
  const refusal = toGithubFailure(cause);
  if (refusal.code !== "GITHUB_REFUSED" || !goneStatuses.includes(toStatus(cause))) throw refusal;
  throw failure("INSTALLATION_GONE", `GitHub gives no token: ${refusal.message}`, { cause });
}

const direct: Fetch = (url, init) => fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(timeout) });

/** Clients that share what is known of limits. */
function createConnect(host: HostSetting): (payer: Payer, options: object) => Octokit {
  const gate = createLimitGate();
  return (payer, options) => {
    const Api = Octokit.plugin(gate.toPlugin(payer), retry, throttling);
    const api = new Api({ ...base(host, payer), ...options });
    api.hook.before("request", (asked) => {
      forbidRepetition(asked);
      // What is streamed is files, and not to be held.
      if (asked.request.parseSuccessResponseBody === false) asked.request.fetch = direct;
    });
    return api;
  };
}

/**
 * What makes something new is not sent again by itself: its answer may be lost and the thing there. The job is tried
 * again, and looks first.
 */
function forbidRepetition(options: { method: string; request: object }): void {
  if (options.method === "POST") Object.assign(options.request, { retries: 0 });
}

function quiet(): void {}

/** Throttling has to be told, and is never asked: the gate is nearer to the request, and no limit is waited for here. */
const never = () => false;

/** GitHub Enterprise Server limits no rates unless told to, and github.com's are kept (docs/configuration.md). */
function base(host: HostSetting, payer: Payer) {
  const isGithubCom = host.enterpriseOrigin === undefined;
  return {
    baseUrl: host.api,
    userAgent: "countersign",
    request: { fetch: direct },
    // Octokit's own lines go past the App's log; what failed is told by whoever asked.
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    // Its pace is GitHub's advice for one installation: without an id, all would share it.
    throttle: { enabled: isGithubCom, id: String(payer), onRateLimit: never, onSecondaryRateLimit: never },
  };
}
