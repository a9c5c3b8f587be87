import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { RawEntry, Repository } from "./repository.ts";

/** Collects objects, whatever git would say of them, and stores them all by one process. Each answers its id. */
export interface PackedObjects {
  blob(content: string | Uint8Array): string;
  tree(entries: readonly RawEntry[]): string;
  commit(tree: string): string;
  store(repository: Repository): void;
}

const types = { commit: 1, tree: 2, blob: 3 } as const;
const author = "Ada <ada@example.org> 1700000000 +0000";

export function collectObjects(): PackedObjects {
  const entries = new Map<string, Buffer>();

  function add(type: keyof typeof types, content: string | Uint8Array): string {
    const bytes = Buffer.from(content);
    const oid = createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
    if (!entries.has(oid)) entries.set(oid, Buffer.concat([toPackHeader(type, bytes.length), deflateSync(bytes)]));
    return oid;
  }

  return {
    blob: (content) => add("blob", content),
    tree: (list) => add("tree", Buffer.concat(list.map(toTreeEntry))),
    commit: (tree) => add("commit", `tree ${tree}\nauthor ${author}\ncommitter ${author}\n\nChange\n`),
    store(repository) {
      repository.git(["index-pack", "--stdin"], { input: toPack([...entries.values()]) });
      entries.clear();
    },
  };
}

/** gitformat-pack(5), version 2, without deltas. */
export function toPack(entries: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  const pack = Buffer.concat([Buffer.from("PACK\0\0\0\u0002"), count, ...entries]);
  return Buffer.concat([pack, createHash("sha1").update(pack).digest()]);
}

function toTreeEntry({ mode, name, oid }: RawEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, "hex")]);
}

/** What an object in a pack begins with: its type and its size, four bits of it in the first byte, then seven in each. */
export function toPackHeader(type: keyof typeof types, size: number): Buffer {
  const bytes = [(types[type] << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}
