import { type CountersignError, failure } from "../../errors.ts";
import { unreadable } from "./object-copy.ts";
import type { BlobHeader, BlobWriter, ObjectType, OpenBlob } from "./object-source.ts";

/** Reads what `git cat-file --batch` prints, as it comes: `oid SP type SP size LF content LF`, or `oid SP missing LF`. */
export interface BatchOutput {
  /** @throws what the writers throw; TREE_OBJECT_MISMATCH, of the object asked for, where it is not that form */
  push(chunk: Buffer): void;
  /** The object that is being read. */
  current(): BlobHeader | undefined;
}

/** No header is longer: an id of 40 digits, a type, a size. */
const longestHeader = 128;
const lineFeed = 0x0a;

export interface Questions {
  readonly open: OpenBlob;
  readonly onMissing: (oid: string) => void;
  /** Which object the next answer is of. */
  asked(): string | undefined;
}

export function openBatchOutput({ open, onMissing, asked }: Questions): BatchOutput {
  let line = Buffer.alloc(0);
  let header: BlobHeader | undefined;
  let writer: BlobWriter | undefined;
  let left = 0;

  function begin(text: string): void {
    const [, oid = "", type, size] = /^([0-9a-f]{40}) (?:(commit|tree|blob|tag) (\d{1,15})|missing)$/.exec(text) ?? [];
    if (oid === "" || oid !== asked()) throw toStrange(asked(), text);
    if (type === undefined) {
      onMissing(oid);
      return;
    }
    left = Number(size);
    header = { oid, type: type as ObjectType, size: left };
    writer = open(header);
  }
  function readHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(lineFeed, at);
    const part = chunk.subarray(at, end === -1 ? chunk.length : end);
    if (line.length + part.length > longestHeader) throw toStrange(asked(), part.toString("latin1"));
    const whole = line.length === 0 ? part : Buffer.concat([line, part]);
    line = Buffer.from(end === -1 ? whole : "");
    if (end === -1) return chunk.length;
    begin(whole.toString("latin1"));
    return end + 1;
  }
  function readContent(chunk: Buffer, at: number): number {
    if (left > 0) {
      const part = chunk.subarray(at, at + left);
      writer?.write(part);
      left -= part.length;
      return at + part.length;
    }
    // Git streams a large object to its end, also where that is not where it says.
    if (header && chunk[at] !== lineFeed) throw unreadable(header.oid);
    const ended = writer;
    writer = undefined;
    header = undefined;
    ended?.end();
    return at + 1;
  }

  return {
    current: () => header,
    push(chunk) {
      for (let at = 0; at < chunk.length; ) at = header === undefined ? readHeader(chunk, at) : readContent(chunk, at);
    },
  };
}

/** What git does at an object that it was not made for: its word for a size that no file has. */
function toStrange(asked: string | undefined, text: string): CountersignError {
  const cause = new Error(`expected an object from git, found "${text.slice(0, 80)}"`);
  return asked === undefined
    ? failure("TREE_OBJECT_MISMATCH", "git answers more than it was asked", { cause })
    : unreadable(asked, cause);
}
