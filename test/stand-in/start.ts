import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Tokens } from "./actor.ts";
import { type AppDescription, addApp, changeInstallation, type InstallationChoice, install } from "./apps.ts";
import type { Context } from "./endpoint.ts";
import { createEvents } from "./events.ts";
import { createFaults, type Faults } from "./faults.ts";
import { type Landing, openRepository } from "./landing.ts";
import { addAccount, addPerson, type Person } from "./people.ts";
import { createRates } from "./rates.ts";
import { createStandInServer, type Logged } from "./server.ts";
import type { App, Installation, Repository } from "./state.ts";
import { createTestMerges, type TestMerges } from "./test-merges.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";
import { createWorld, type Limits, type World } from "./world.ts";

export interface StandInOptions {
  /** Where the bare repositories lie; made if absent. */
  readonly directory: string;
  /** A free one by default. */
  readonly port?: number;
  readonly now?: () => Date;
}

/** A local GitHub Enterprise Server: `GHE_HOST` is its `host`, `GHE_PROTOCOL` is http. */
export interface StandIn {
  readonly host: string;
  readonly url: string;
  /** For Octokit's `baseUrl`. */
  readonly apiUrl: string;
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly testMerges: TestMerges;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly requests: Logged[];
  /** Everything that broke GitHub's own description, requests and answers and webhooks. Tests assert that it is empty. */
  readonly violations: string[];
  createPerson(login: string): Person;
  createOrganization(login: string, owners: readonly Person[]): void;
  createApp(app: AppDescription): App;
  install(app: App, choice: InstallationChoice): Installation;
  suspend(installation: Installation): void;
  unsuspend(installation: Installation): void;
  uninstall(installation: Installation): void;
  /** A repository with the branches and tags of a git repository or bundle on disk, or empty. */
  createRepository(fullName: string, landing?: Landing): Promise<Repository>;
  /** Every installation token handed out so far is worth nothing from now on. */
  expireTokens(): void;
  /** Resolves when no webhook and no test merge is on its way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStandIn({ directory, port = 0, now = () => new Date() }: StandInOptions): Promise<StandIn> {
  const violations: string[] = [];
  const requests: Logged[] = [];
  const faults = createFaults();
  const report = (violation: string) => void violations.push(violation);
  const server = createStandInServer(() => ({ context, faults, log: requests, report }));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context = createContext(createWorld({ directory, origin: `http://${host}`, now }), report);
  const { world, tokens, webhooks, testMerges } = context;
  return {
    ...{
      host,
      url: world.origin,
      apiUrl: `${world.origin}/api/v3`,
      world,
      webhooks,
      testMerges,
      faults,
      requests,
      violations,
    },
    limits: world.limits,
    createPerson: (login) => addPerson(context, { login, token: `ghp_${randomBytes(18).toString("hex")}` }),
    createOrganization(login, owners) {
      addAccount(world, { login, type: "Organization", owners: new Set(owners.map(({ id }) => id)) });
    },
    createApp: (app) => addApp(context, app),
    install: (app, choice) => install(context, app, choice),
    suspend: (installation) => changeInstallation(context, installation, "suspend"),
    unsuspend: (installation) => changeInstallation(context, installation, "unsuspend"),
    uninstall: (installation) => changeInstallation(context, installation, "deleted"),
    createRepository: (name, landing) => openRepository(context, name, landing),
    expireTokens: () => tokens.installations.clear(),
    async idle() {
      await testMerges.idle();
      await webhooks.idle();
    },
    async stop() {
      await testMerges.idle();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function createContext(world: World, report: (violation: string) => void): Context {
  const tokens: Tokens = { users: new Map(), installations: new Map() };
  const webhooks = createWebhooks(world);
  const events = createEvents(world, { webhooks, report });
  return {
    world,
    tokens,
    webhooks,
    events,
    testMerges: createTestMerges(world),
    rates: createRates(world, tokens),
    manifests: new Map(),
  };
}
