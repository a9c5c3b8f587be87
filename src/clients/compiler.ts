import { createHash } from "node:crypto";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import PQueue from "p-queue";
import { z } from "zod";
import { failure } from "../errors.ts";
import { type Compilation, parseCompilation } from "../protocol/compilation.ts";
import type { StandardInput } from "../protocol/standard-json.ts";
import type { CompileOrder } from "./compiler-worker.ts";

export interface Compiler {
  /** @throws BUILD_FAILED where the compiler ran out of time or broke off */
  compile(input: StandardInput): Promise<Compilation>;
}

export interface CompilerOptions {
  /** Milliseconds for one compilation. */
  readonly timeout?: number;
  /** Bytes that one compilation may take. */
  readonly memory?: number;
  /** How many compilations are remembered. */
  readonly remembered?: number;
}

/**
 * The compiler that `npm ci` installed, for sources that anybody may have written: each compilation in a thread of its own
 * without environment, within time and memory, one after the other. A fresh thread takes 0.4 s more than a used one, but
 * gives its memory back and cannot carry anything over. The same input is compiled once.
 */
export function createCompiler(options: CompilerOptions = {}): Compiler {
  const { timeout = 60_000, memory = 1024 ** 3, remembered = 64 } = options;
  const queue = new PQueue({ concurrency: 1 });
  const compilations = new Map<string, Promise<Compilation>>();

  function remember(key: string, compilation: Promise<Compilation>): Promise<Compilation> {
    compilations.delete(key);
    compilations.set(key, compilation);
    const [oldest] = compilations.keys();
    if (compilations.size > remembered && oldest !== undefined) compilations.delete(oldest);
    // A time limit can pass because the machine was busy, so failures are tried again.
    compilation.catch(() => compilations.delete(key));
    return compilation;
  }

  return {
    compile(standardInput) {
      const input = JSON.stringify(standardInput);
      const key = createHash("sha256").update(input).digest("hex");
      return remember(key, compilations.get(key) ?? queue.add(() => runWorker({ input, memory }, timeout)));
    },
  };
}

const compileAnswer = z.object({ version: z.string(), output: z.string() });

async function runWorker(order: CompileOrder, timeout: number): Promise<Compilation> {
  const worker = startWorker(order);
  try {
    const { version, output } = compileAnswer.parse(await readMessage(worker, timeout));
    return parseCompilation(version, output);
  } finally {
    await worker.terminate();
  }
}

/** The worker stands beside this file, as source or as built. Its output is not read: it would end up in our log. */
function startWorker(workerData: CompileOrder): Worker {
  const file = new URL(`./compiler-worker${extname(import.meta.url)}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: 1024 };
  return new Worker(file, { workerData, resourceLimits, env: {}, argv: [], execArgv: [], stdout: true, stderr: true });
}

function readMessage(worker: Worker, timeout: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const breakOff = (cause: unknown) => reject(failure("BUILD_FAILED", `the compiler broke off: ${cause}`, { cause }));
    const stop = () => reject(failure("BUILD_FAILED", `expected the compiler to finish within ${timeout} ms`));
    worker.once("message", resolve).once("error", breakOff);
    worker.once("exit", (status) => breakOff(`exit status ${status}`));
    AbortSignal.timeout(timeout).addEventListener("abort", stop, { once: true });
  });
}
