import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "../../src/protocol/hex.ts";
import type { AnvilOptions } from "../helpers/anvil.ts";
import { type Bot, startBot } from "./bot.ts";
import { deployRegistry, type Project, type ProjectOptions, setUpProject } from "./project.ts";
import { configure, type RecordsOptions, setUpRecords } from "./records.ts";
import { type Stage, setStage } from "./stage.ts";
import { copyDataDirectory } from "./template.ts";

export interface PlayOptions {
  /** One real contract with code; by default there is none. */
  readonly project?: ProjectOptions;
  /** Directories whose records move without code. */
  readonly records?: RecordsOptions;
  /** More of `.github/countersign.yml`. */
  readonly policy?: string;
  readonly anvil?: AnvilOptions;
  /** Settings over the stage's own; a function knows the stage. */
  readonly settings?: (stage: Stage, registry: Address) => Promise<Record<string, string>> | Record<string, string>;
  /** False: it is started later, by `start`. */
  readonly bot?: boolean;
}

/** A stage with its actors: contracts that are registered, and the App. */
export interface Play {
  readonly stage: Stage;
  readonly registry: Address;
  /** The contract with code first, then the records in their order. */
  readonly projects: readonly Project[];
  readonly bot: Bot;
  /** Starts the App, also after `bot.stop()`. */
  start(): Promise<Bot>;
  /** Answers what broke GitHub's own description, which tests expect to be nothing. */
  end(): Promise<readonly string[]>;
}

export async function openPlay(options: PlayOptions): Promise<Play> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-play-"));
  const stage = await setStage({ directory, ...(options.anvil && { anvil: options.anvil }) });
  const registry = await deployRegistry(stage);
  const projects = [
    ...(options.project ? [await setUpProject(stage, registry, options.project)] : []),
    ...(options.records ? await setUpRecords(stage, registry, options.records) : []),
  ];
  if (projects.length > 0) await configure(stage, projects, options.policy);
  const settings = { ...stage.toSettings(registry), ...(await options.settings?.(stage, registry)) };
  await copyDataDirectory(String(settings.COUNTERSIGN_DATA));
  let bot: Bot | undefined;
  const play: Play = {
    ...{ stage, registry, projects },
    get bot() {
      if (!bot) throw new Error("the App was not started");
      return bot;
    },
    async start() {
      await ageLock(join(String(settings.COUNTERSIGN_DATA), "store", ".lock"));
      bot = await startBot(settings);
      return bot;
    },
    async end() {
      await bot?.stop();
      for (const project of projects) project.end();
      const violations = [...stage.github.violations];
      await stage.end();
      await rm(directory, { recursive: true, force: true });
      return violations;
    },
  };
  if (options.bot !== false) await play.start();
  return play;
}

/** The lock of a killed App looks alive for five seconds. Here they are over (the store's own test waits for them). */
async function ageLock(lock: string): Promise<void> {
  await utimes(lock, 0, 0).catch(() => undefined);
}

/** The project with this index. */
export function projectAt({ projects }: Pick<Play, "projects">, index: number): Project {
  const project = projects[index];
  if (!project) throw new Error(`no project ${index}`);
  return project;
}
