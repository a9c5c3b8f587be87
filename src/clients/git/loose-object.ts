import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createInflate } from "node:zlib";
import { type CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import {
  assertWhole,
  type BlobHeader,
  type BlobWriter,
  type GitObject,
  type ObjectType,
  type OpenBlob,
} from "./object-source.ts";

/** An object in a file of its own (gitrepository-layout(5)): zlib around `type SP size NUL content`. */
export interface LooseObject {
  stream(open: OpenBlob): Promise<void>;
  /** @throws GIT_TOO_LARGE */
  readWhole(): Promise<GitObject>;
}

const longestHeader = 32;

/** Undefined where there is no such file. */
export async function openLoose(objects: string, oid: string): Promise<LooseObject | undefined> {
  const path = join(objects, oid.slice(0, 2), oid.slice(2));
  const isThere = isObjectId(oid) && (await access(path).then(...found));
  if (!isThere) return undefined;
  const stream = (open: OpenBlob) => inflate(path, { oid, open });
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

const found = [() => true, () => false] as const;

async function inflate(path: string, { oid, open }: { oid: string; open: OpenBlob }): Promise<void> {
  let start = Buffer.alloc(0);
  let writer: BlobWriter | undefined;
  let left = 0;
  const bytes = pipeline(createReadStream(path), createInflate(), () => undefined);
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      let content = chunk;
      if (writer === undefined) {
        start = Buffer.concat([start, chunk]);
        const nul = start.indexOf(0);
        if (nul === -1 && start.length < longestHeader) continue;
        const header = parseHeader(oid, start.toString("latin1", 0, Math.max(nul, 0)));
        left = header.size;
        writer = open(header);
        content = start.subarray(nul + 1);
      }
      left -= content.length;
      // A small file can inflate without end.
      if (left < 0) break;
      writer.write(content);
    }
  } catch (error) {
    throw error instanceof Error && "errno" in error ? unreadable(oid, error) : error;
  } finally {
    bytes.destroy();
  }
  if (left !== 0 || writer === undefined) throw unreadable(oid);
  writer.end();
}

function parseHeader(oid: string, text: string): BlobHeader {
  const [, type, size] = /^(commit|tree|blob|tag) (\d{1,15})$/.exec(text) ?? [];
  if (type === undefined) throw unreadable(oid);
  return { oid, type: type as ObjectType, size: Number(size) };
}

function unreadable(oid: string, cause?: unknown): CountersignError {
  return failure("TREE_OBJECT_MISMATCH", `object ${oid} is there but cannot be read`, { subject: oid, cause });
}
