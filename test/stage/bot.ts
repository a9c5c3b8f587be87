import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./wait.ts";

/** The App as a process of its own, as `npm start` runs it. */
export interface Bot {
  readonly url: string;
  readonly pid: number;
  readonly log: readonly string[];
  /** SIGTERM: it finishes what it does. SIGKILL: it is gone. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const main = fileURLToPath(new URL("../../src/app/main.ts", import.meta.url));

/** Starts the App with these settings and nothing else of the environment, and waits until it answers. */
export async function startBot(settings: Readonly<Record<string, string>>): Promise<Bot> {
  const log: string[] = [];
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: "production",
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const url = `http://127.0.0.1:${settings.PORT}`;
  await until(
    "the bot",
    async () => {
      if (hasEnded(child)) throw new Error(`the bot ended: ${log.join("")}`);
      return (await fetch(`${url}/health`)).ok;
    },
    { timeout: 60_000 },
  );
  return {
    url,
    pid: Number(child.pid),
    log,
    async stop(signal = "SIGTERM") {
      process.off("exit", kill);
      if (hasEnded(child)) return;
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
