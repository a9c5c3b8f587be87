import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createInflate, inflateSync } from "node:zlib";
import { isObjectId } from "../../protocol/git-commit.ts";
import { type ObjectCopy, unreadable } from "./object-copy.ts";
import { assertWhole, type BlobHeader, type BlobWriter, type ObjectType, type OpenBlob } from "./object-source.ts";

const longestHeader = 32;

/** A file of so many bytes is inflated in one go, to this at most: streams take ten times as long for small ones. */
const small = { file: 128 * 1024, content: 4 * 1024 ** 2 };

/**
 * An object in a file of its own (gitrepository-layout(5)): zlib around `type SP size NUL content`. Undefined where there
 * is nothing of that name; where it is no file, it cannot be read: a pipe has no end.
 */
export async function openLoose(objects: string, oid: string): Promise<ObjectCopy | undefined> {
  if (!isObjectId(oid)) return undefined;
  const path = join(objects, oid.slice(0, 2), oid.slice(2));
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const stream = async (open: OpenBlob) => {
    if (!file.isFile()) throw unreadable(oid);
    const whole = file.size <= small.file ? inflateWhole(oid, await readFile(path)) : undefined;
    if (whole === undefined) await inflate(path, { oid, open });
    else handOver(whole, { oid, open });
  };
  return {
    stream,
    async readWhole() {
      const chunks: Uint8Array[] = [];
      const headers: BlobHeader[] = [];
      await stream((header) => {
        assertWhole(header);
        headers.push(header);
        return { write: (chunk) => void chunks.push(chunk), end: () => undefined };
      });
      return { type: headers[0]?.type ?? "blob", bytes: Buffer.concat(chunks) };
    },
  };
}

/** Undefined where it inflates to more than is held. */
function inflateWhole(oid: string, bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: small.content });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw unreadable(oid, error);
  }
}

/** Nobody is told a size that is not that of the bytes. */
function handOver(whole: Buffer, { oid, open }: Reading): void {
  const start = whole.subarray(0, longestHeader).indexOf(0);
  const header = parseHeader(oid, whole.toString("latin1", 0, Math.max(start, 0)));
  const content = whole.subarray(start + 1);
  if (content.length !== header.size) throw unreadable(oid);
  const writer = open(header);
  writer.write(content);
  writer.end();
}

async function inflate(path: string, { oid, open }: Reading): Promise<void> {
  const bytes = pipeline(createReadStream(path), createInflate(), () => undefined);
  const object = startReading({ oid, open });
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) object.write(chunk);
  } catch (error) {
    throw isBroken(error) ? unreadable(oid, error) : error;
  } finally {
    bytes.destroy();
  }
  object.end();
}

/** As zlib says; what the system says of the file is no word about the object. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

interface Reading {
  readonly oid: string;
  readonly open: OpenBlob;
}

/** Takes the inflated bytes, header and content. */
function startReading({ oid, open }: Reading): BlobWriter {
  let start: Buffer = Buffer.alloc(0);
  let writer: BlobWriter | undefined;
  let left = 0;

  function begin(chunk: Buffer): Buffer | undefined {
    start = Buffer.concat([start, chunk]);
    const nul = start.indexOf(0);
    if (nul === -1 && start.length < longestHeader) return undefined;
    const header = parseHeader(oid, start.toString("latin1", 0, Math.max(nul, 0)));
    left = header.size;
    writer = open(header);
    return start.subarray(nul + 1);
  }

  return {
    write(chunk) {
      const content = writer === undefined ? begin(Buffer.from(chunk)) : chunk;
      if (content === undefined) return;
      left -= content.length;
      // A small file can inflate without end.
      if (left < 0) throw unreadable(oid);
      writer?.write(content);
    },
    end() {
      if (left !== 0 || writer === undefined) throw unreadable(oid);
      writer.end();
    },
  };
}

function parseHeader(oid: string, text: string): BlobHeader {
  const [, type, size] = /^(commit|tree|blob|tag) (\d{1,15})$/.exec(text) ?? [];
  if (type === undefined) throw unreadable(oid);
  return { oid, type: type as ObjectType, size: Number(size) };
}
