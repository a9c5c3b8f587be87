import { randomBytes } from "node:crypto";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gits } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { watch } from "../helpers/watched.ts";

// Memory does not grow with the size of a file: node and git together stay far below it.

const megabyte = 1024 ** 2;
const size = 500 * megabyte;
const noise = randomBytes(megabyte);

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository[Symbol.dispose]());

/** Git streams what is above its threshold into a pack; below it, into a loose object. */
function commitLarge(kind: "loose" | "packed", piece: Uint8Array): string {
  const path = join(repository.path, "large");
  for (let written = 0; written < size; written += piece.length) appendFileSync(path, piece);
  const threshold = kind === "loose" ? "4g" : "1m";
  const oid = repository.git([
    "-c",
    `core.bigFileThreshold=${threshold}`,
    "-c",
    "core.compression=1",
    "hash-object",
    "-w",
    path,
  ]);
  rmSync(path);
  return repository.writeCommit(repository.writeTree([{ mode: "100644", name: "large", oid }]));
}

describe.each(gits)("a file of 500 megabytes, with $name", ({ name, git }) => {
  const places = ["loose", "packed"] as const;

  // Isomorphic-git holds a pack whole, and refuses a large one.
  it.each(
    places
      .filter((kind) => git !== undefined || kind === "loose")
      .flatMap((kind) => [
        [kind, "compressible", Buffer.alloc(megabyte, "a line of text\n")] as const,
        [kind, "incompressible", noise] as const,
      ]),
  )("is hashed %s and %s below 200 MB", async (kind, _, piece) => {
    const commit = commitLarge(kind, piece);
    const { stdout, peakBytes } = await watch("tree-hash-process.ts", [
      `${name}, on this disk`,
      repository.path,
      commit,
    ]);
    expect(JSON.parse(stdout)).toEqual({ answer: "[object Object]" });
    expect(peakBytes).toBeLessThan(200 * megabyte);
  });
});
