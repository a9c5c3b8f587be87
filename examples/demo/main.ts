import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import ora from "ora";
import { CountersignError } from "../../src/errors.ts";
import { readOptions } from "./options.ts";
import { type Curtain, type Journey, type Tell, walk } from "./road.ts";
import { toSummary } from "./summary.ts";

const ends: (() => Promise<void> | void)[] = [];
const curtain: Curtain = { onEnd: (end) => void ends.unshift(end) };

const tell: Tell = async (doing, work, done) => {
  const spinner = ora({ text: doing, stream: process.stderr }).start();
  try {
    const result = await work();
    spinner.succeed(done(result));
    return result;
  } catch (error) {
    spinner.fail(doing);
    throw error;
  }
};

async function end(): Promise<void> {
  for (const one of ends.splice(0)) await one();
}

async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const directory = resolve(options.workdir ?? (await mkdtemp(join(tmpdir(), "countersign-demo-"))));
  if (options.workdir === undefined) curtain.onEnd(() => rm(directory, { recursive: true, force: true }));
  const journey = await walk(options, directory, { tell, curtain });
  if (options.json) process.stdout.write(`${JSON.stringify(journey.outcome, null, 2)}\n`);
  else process.stdout.write(`${toSummary(journey.outcome)}\n`);
  if (options.keep) await keep(journey);
}

async function keep({ stage, bot, outcome }: Journey): Promise<void> {
  const lines = [
    `Pull request  ${outcome.pullRequest}`,
    `GitHub        ${stage.github.url} (API at ${stage.github.apiUrl}, token ${stage.owner.token})`,
    `Chain         ${stage.anvil.rpc}`,
    `Bot           ${bot.url}/health`,
    "Ctrl-C ends everything.",
  ];
  process.stderr.write(`\n${lines.join("\n")}\n`);
  await new Promise(() => setInterval(() => undefined, 60_000));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await end();
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}

try {
  await run(process.argv.slice(2));
  await end();
  process.exit(0);
} catch (error) {
  await end();
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(error instanceof CountersignError && error.kind === "usage" ? 2 : 1);
}
