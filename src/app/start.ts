import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Logger } from "pino";
import { Probot } from "probot";
import { openChain } from "../clients/chain.ts";
import { createCompiler } from "../clients/compiler.ts";
import { findNativeGit } from "../clients/git/native-git.ts";
import { rememberObjects } from "../clients/git/remembered.ts";
import { openRegistry } from "../clients/registry.ts";
import { createRelayers } from "../clients/relayers.ts";
import { openStore } from "../clients/store.ts";
import { CountersignError, failure } from "../errors.ts";
import { assertChains, assertIdentity } from "./assert-settings.ts";
import { createAtRest } from "./at-rest.ts";
import { listen } from "./events.ts";
import { openInstallations } from "./installations.ts";
import type { JobFailure } from "./jobs.ts";
import type { CommitKey, PullKey } from "./keys.ts";
import { openQueue } from "./queue.ts";
import { openWallets } from "./relayer-settings.ts";
import { createAppServer } from "./server.ts";
import type { AppSettings } from "./settings.ts";
import { createHandlers } from "./work.ts";

export interface RunningApp {
  readonly port: number;
  /** Lets what runs come to an end, then closes everything. */
  stop(): Promise<void>;
}

/** A database that cannot be opened is most likely a wrong setting. */
async function orNameSetting<T>(opening: Promise<T>, { databaseUrl }: AppSettings): Promise<T> {
  return opening.catch((error) => {
    if (!(error instanceof CountersignError) || error.code !== "STORE_FAILED") throw error;
    const name = databaseUrl === undefined ? "COUNTERSIGN_DATA" : "DATABASE_URL";
    throw failure("SETTING_INVALID", `${name}: ${error.message}`);
  });
}

/** Numbers alone: names are people's words. */
function toFields({ queue, key, tries, reason }: JobFailure): object {
  const { repositoryId: repository, number: pull, commit } = key as Partial<PullKey & CommitKey>;
  return { queue, repository, pull, commit, tries, reason };
}

async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port);
  await once(server, "listening").catch((cause) => {
    throw failure("SETTING_INVALID", `PORT: expected a port that is free and allowed, found ${port}`, { cause });
  });
}

/** What the process gives the App: `path` is where git is looked for. */
export interface Surroundings {
  readonly log: Logger;
  readonly path: string | undefined;
  /** Told when another process has the data directory: this one must not do anything more. */
  onLost(): void;
}

/** Builds the clients, hands them down, and opens the door. */
export async function startApp(settings: AppSettings, { log, path, onLost }: Surroundings): Promise<RunningApp> {
  const { appId, privateKey, webhookSecret, previousSecret, host, chains, data, databaseUrl } = settings;
  const wallets = await openWallets(settings.relayers);
  const opened = chains.map((chain) => ({ ...chain, chain: openChain(chain) }));
  const registries = new Map(opened.map(({ chainId, chain, registry }) => [chainId, openRegistry(chain, registry)]));
  await assertChains(registries.values(), ({ chain }, { message }) =>
    log.warn({ chainId: chain.chainId, reason: message }, "a chain does not answer yet"),
  );
  const installations = openInstallations({ appId, privateKey, host });
  await assertIdentity(installations, () => log.warn({ host: host.origin }, "GitHub does not answer yet"));
  const place = { directory: join(data, "store"), ...(databaseUrl && { databaseUrl }), onLost };
  const store = await orNameSetting(openStore(place), settings);
  if (wallets.length === 0) log.warn("no relayer: transactions are only shown on their pull requests");
  const relayers = new Map(
    (wallets.length > 0 ? opened : []).map(({ chainId, chain, maxFeePerGas }) => {
      return [chainId, createRelayers({ chain, wallets, store, maxFeePerGas })];
    }),
  );
  const opening = openQueue({
    databaseUrl,
    directory: join(data, "queue"),
    onError: ({ message }) => log.error({ reason: message }, "the queue's database does not work"),
    onFailed: (failure) => log.error(toFields(failure), "a job failed, and is tried again"),
    onGivenUp: (failure) =>
      log.error(toFields(failure), "a job had failed too often, and is taken up again by the sweep"),
  });
  const queue = await orNameSetting(opening, settings);
  // Probot logs the whole event beside an error; people's words have no place in a log.
  const quiet = log.child({}, { redact: { paths: ["event"], remove: true } });
  const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: host.api, log: quiet });
  const compiler = createCompiler();
  const native = settings.git === "native" ? await findNativeGit(path) : undefined;
  await probot.load((app) => listen(app, queue, { appId }));
  const workshop = {
    host,
    data,
    chains,
    installations,
    registries,
    relayers,
    compiler,
    sink: queue,
    deliveries: store.deliveries,
    atRest: createAtRest(),
    log,
    native,
    limits: settings.limits,
    remembered: rememberObjects(store.blobs),
    watches: store.watches,
  };
  const secrets = [webhookSecret, ...(previousSecret === undefined ? [] : [previousSecret])];
  const server = createAppServer({ probot, secrets, deliveries: store.deliveries, log });
  await listenOn(server, settings.port);
  const { port } = server.address() as AddressInfo;
  await queue.start(createHandlers(workshop));
  await queue.sweep();
  log.info(
    { port, url: settings.url, chains: chains.map(({ chainId }) => chainId), git: native?.version ?? "builtin" },
    "countersign is up",
  );

  return {
    port,
    async stop() {
      server.close();
      await queue.stop();
      server.closeAllConnections();
      for (const { chain } of opened) chain.destroy();
      await store.close();
    },
  };
}
