import { createHash } from "node:crypto";
import { type CountersignError, failure } from "../../errors.ts";
import { type Commit, isObjectId, parseCommit } from "../../protocol/git-commit.ts";
import { parseTree, type TreeEntry } from "../../protocol/git-tree.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

/** What a source says of an object before its bytes. `size` in bytes. */
export interface BlobHeader {
  readonly oid: string;
  readonly type: ObjectType;
  readonly size: number;
}

/** Takes one object's bytes in pieces. */
export interface BlobWriter {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** Called when an object begins. What it or its writer throws ends the reading. */
export type OpenBlob = (header: BlobHeader) => BlobWriter;

/**
 * Where git objects come from: a repository on this disk, a cache filled over HTTP. It need not be honest, since every
 * object is hashed again before use.
 */
export interface ObjectSource {
  /** One object, whole: for commits, trees and small blobs. Undefined where it is not here. */
  readObject(oid: string): Promise<GitObject | undefined>;
  /**
   * Hands each of these blobs to a writer, once, in any order and interleaved: memory does not grow with their size.
   *
   * @throws GIT_OBJECT_ABSENT where one is not here
   */
  streamBlobs(oids: readonly string[], open: OpenBlob): Promise<void>;
}

/** Of an object that is read whole, in bytes: a folder of 100,000 files with long names is smaller. */
export const largestWhole = 16 * 1024 ** 2;

/** @throws GIT_TOO_LARGE */
export function assertWhole(header: BlobHeader): void {
  if (header.size > largestWhole) throw toTooLarge(header, largestWhole);
}

export function toTooLarge({ oid, size }: Pick<BlobHeader, "oid" | "size">, limit: number): CountersignError {
  const message = `expected ${limit} bytes at most in object ${oid}, which has to be held whole, found ${size}`;
  return failure("GIT_TOO_LARGE", message, { subject: oid });
}

/** Reads one object, whose bytes must hash to its id. @throws GIT_OBJECT_ABSENT, TREE_OBJECT_MISMATCH, GIT_TOO_LARGE */
export async function readBytes(source: ObjectSource, oid: string, type: ObjectType): Promise<Uint8Array> {
  const object = await source.readObject(oid);
  if (object === undefined) throw failure("GIT_OBJECT_ABSENT", `the repository lacks the ${type} ${oid}`);
  assertObject(object, { oid, type });
  return object.bytes;
}

/** Reads small blobs whole, by their ids. @throws as {@link readBytes}; GIT_TOO_LARGE */
export async function readBlobs(source: ObjectSource, oids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const blobs = new Map<string, Uint8Array>();
  await source.streamBlobs([...new Set(oids)], (header) => {
    assertWhole(header);
    const chunks: Uint8Array[] = [];
    return {
      write: (chunk) => void chunks.push(Buffer.from(chunk)),
      end: () => {
        const bytes = Buffer.concat(chunks);
        assertObject({ type: header.type, bytes }, { oid: header.oid, type: "blob" });
        blobs.set(header.oid, bytes);
      },
    };
  });
  return blobs;
}

/** @throws TREE_MALFORMED and what {@link readBytes} throws */
export async function readTree(source: ObjectSource, oid: string): Promise<TreeEntry[]> {
  return parseTree(await readBytes(source, oid, "tree"));
}

/** Reads one commit, or undefined where it is not here: beyond the depth that was fetched. */
export async function findCommit(source: ObjectSource, oid: string): Promise<Commit | undefined> {
  const object = await source.readObject(oid);
  if (object === undefined) return undefined;
  assertObject(object, { oid, type: "commit" });
  return parseCommit(object.bytes);
}

/** Reads one commit. @throws GIT_NOT_A_COMMIT for anything but a full id, GIT_OBJECT_ABSENT where it is not here. */
export async function readCommit(source: ObjectSource, oid: string): Promise<Commit> {
  if (!isObjectId(oid))
    throw failure("GIT_NOT_A_COMMIT", `expected a commit's 40 hexadecimal digits, found "${oid}"`, { subject: oid });
  const commit = await findCommit(source, oid);
  if (commit === undefined) throw failure("GIT_OBJECT_ABSENT", `the repository lacks the commit ${oid}`);
  return commit;
}

/** What an object's bytes hash to, in 40 hex digits. */
export function toObjectId({ type, bytes }: GitObject): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Hands over an object that is here already. @throws GIT_OBJECT_ABSENT where there is none */
export function writeWhole(
  oid: string,
  { object, open }: { readonly object: GitObject | undefined; readonly open: OpenBlob },
): void {
  if (object === undefined) throw absent(oid);
  const writer = open({ oid, type: object.type, size: object.bytes.length });
  writer.write(object.bytes);
  writer.end();
}

export function absent(oid: string): CountersignError {
  return failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${oid}`, { subject: oid });
}

/** Told of each object that was read to its end, and found right. */
export function noteEnds(open: OpenBlob, onEnd: (oid: string) => void): OpenBlob {
  return (header) => {
    const writer = open(header);
    return {
      write: (chunk) => writer.write(chunk),
      end() {
        writer.end();
        onEnd(header.oid);
      },
    };
  };
}

function assertObject(object: GitObject, expected: { readonly oid: string; readonly type: ObjectType }): void {
  assertWhole({ ...expected, size: object.bytes.length });
  const found = toObjectId(object);
  const { oid, type } = expected;
  if (found !== oid)
    throw failure("TREE_OBJECT_MISMATCH", `expected object ${oid}, found bytes that hash to ${found}`, {
      subject: oid,
    });
  if (object.type === type) return;
  const code = type === "commit" ? "GIT_NOT_A_COMMIT" : "TREE_MALFORMED";
  throw failure(code, `expected ${oid} to be a ${type}, found a ${object.type}`, { subject: oid });
}
