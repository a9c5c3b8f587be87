import { parentPort, workerData } from "node:worker_threads";
import solc from "solc";

/** What one worker is started for. */
export interface CompileOrder {
  /** Standard JSON. */
  readonly input: string;
  /** The most bytes that the compiler may take. */
  readonly memory: number;
}

export interface CompileAnswer {
  readonly version: string;
  /** Standard JSON. */
  readonly output: string;
}

/** The part of it that is used here; Node's own types leave it out. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };

/** A worker's resource limits do not count WebAssembly's memory, and a small source can make the compiler take 2 GB. */
function limitMemory(bytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WasmMemory, pages: number) {
    if (this.buffer.byteLength + pages * 65_536 > bytes) throw new RangeError(`expected at most ${bytes} bytes`);
    return grow.call(this, pages);
  };
}

const { input, memory } = workerData as CompileOrder;
limitMemory(memory);
// Without a callback for imports: the compiler cannot ask for a file.
const answer: CompileAnswer = { version: solc.version(), output: solc.compile(input) };
parentPort?.postMessage(answer);
