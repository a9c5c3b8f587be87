import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import getPort from "get-port";
import { type Load, type LoadFigures, send } from "./load.ts";
import { readMemory } from "./memory.ts";

const program = fileURLToPath(new URL("bare-probot.ts", import.meta.url));

export interface ReferenceFigures extends LoadFigures {
  /** In MiB, after the load. */
  readonly memory: number;
}

/** The same load on a Probot that only answers. */
export async function measureReference(load: Omit<Load, "url">): Promise<ReferenceFigures> {
  const port = await getPort();
  const child = spawn(process.execPath, [program, String(port), load.secret], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
  });
  try {
    await once(child.stdout, "data");
    const figures = await send({ ...load, url: `http://127.0.0.1:${port}` });
    return { ...figures, memory: await readMemory(Number(child.pid)) };
  } finally {
    child.kill("SIGKILL");
  }
}
