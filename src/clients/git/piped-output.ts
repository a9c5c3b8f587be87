import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** In bytes: what a process writes before it is read. */
const bufferBytes = 256 * 1024;

/**
 * A stream to give a process as its output, that is read into one buffer. Node's own pipes take new memory for each
 * reading, which for a repository's whole content is more than its largest file.
 */
export interface PipedOutput {
  /** For `stdio`; closed by `started`. */
  readonly stream: Socket;
  /** To be called when the process has it. */
  started(): void;
  /** Ends with the output, or with what `onChunk` throws. A chunk is good until the call returns. */
  readonly ended: Promise<void>;
}

let count = 0;

/** A socket's path is 108 bytes at most, on some systems 104. */
export function canPipe(directory: string): boolean {
  return Buffer.byteLength(directory) < 80;
}

/** `directory`: of this user alone, or others could put themselves between. */
export async function openPipedOutput(directory: string, onChunk: (chunk: Buffer) => void): Promise<PipedOutput> {
  const path = join(directory, `output-${count++}`);
  const server = createServer().listen(path);
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  let fail: (error: unknown) => void = () => undefined;
  const reader = connect({
    path,
    onread: {
      buffer: Buffer.allocUnsafeSlow(bufferBytes),
      callback(length, buffer) {
        try {
          onChunk((buffer as Buffer).subarray(0, length));
          return true;
        } catch (error) {
          fail(error);
          return false;
        }
      },
    },
  });
  const [stream] = await accepted;
  server.close();
  rmSync(path, { force: true });
  const ended = new Promise<void>((resolve, reject) => {
    fail = (error) => {
      reader.destroy();
      reject(error);
    };
    reader
      .once("end", resolve)
      .once("error", reject)
      .once("close", () => resolve());
  });
  return { stream, started: () => stream.destroy(), ended };
}
