import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openConversation } from "../../src/clients/git/git-conversation.ts";
import { openNativeObjects } from "../../src/clients/git/native-objects.ts";
import { openPipedOutput } from "../../src/clients/git/piped-output.ts";
import { nativeGit } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";

function at(repository: Repository) {
  return { git: nativeGit, objects: join(repository.path, ".git/objects") };
}

function damage(repository: Repository, oid: string, bytes: Uint8Array): void {
  const path = join(repository.path, ".git/objects", oid.slice(0, 2), oid.slice(2));
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

/** Reads an object as text. */
async function read(ask: ReturnType<typeof openConversation>, oid: string): Promise<string | undefined> {
  let text = "";
  const isHere = await ask(oid, () => ({ write: (chunk) => (text += Buffer.from(chunk)), end: () => undefined }));
  return isHere ? text : undefined;
}

describe("one git that is asked for many objects", () => {
  it("answers each, in any order of asking, also after it was let go", async () => {
    using repository = createRepository();
    const ask = openConversation(at(repository));
    const texts = Array.from({ length: 60 }, (_, index) => `file ${index}\n`.repeat(index));
    const oids = texts.map((text) => repository.writeBlob(text));
    expect(await Promise.all(oids.map((oid) => read(ask, oid)))).toEqual(texts);
    await setTimeout(150);
    expect(await read(ask, oids[7] ?? "")).toBe(texts[7]);
    expect(await read(ask, "1".repeat(40))).toBeUndefined();
  });

  it("fails for the object alone that cannot be read, or whose reader throws", async () => {
    using repository = createRepository();
    const [good = "", bad = "", other = ""] = ["good", "bad ".repeat(1000), "other"].map(repository.writeBlob);
    const header = deflateSync("blob 4000\0bad").subarray(0, -6);
    damage(repository, bad, header);
    const ask = openConversation(at(repository));
    const answers = await Promise.allSettled([
      read(ask, good),
      read(ask, bad),
      ask(good, () => {
        throw new RangeError("enough");
      }),
      read(ask, other),
    ]);
    expect(answers).toMatchObject([
      { value: "good" },
      { reason: { code: "TREE_OBJECT_MISMATCH", problems: [{ subject: bad }] } },
      { reason: { message: "enough" } },
      { value: "other" },
    ]);
  });

  it("ends where very much cannot be read", { timeout: 60_000 }, async () => {
    using repository = createRepository();
    const oids = Array.from({ length: 110 }, (_, index) => repository.writeBlob(`bad ${index}`));
    for (const oid of oids) damage(repository, oid, deflateSync("blob 9\0").subarray(0, -4));
    const ask = openConversation(at(repository));
    const answers = await Promise.allSettled(oids.map((oid) => read(ask, oid)));
    expect(answers.map(({ status }) => status)).toEqual(oids.map(() => "rejected"));
  });
});

describe("many files", () => {
  it("are read by two gits, each file once, whatever its size", async () => {
    using repository = createRepository();
    const texts = Array.from({ length: 300 }, (_, index) => `${index}`.repeat(index % 50 === 0 ? 40_000 : index % 7));
    const commit = repository.commit(Object.fromEntries(texts.map((text, index) => [`${index}`, text])));
    const lines = repository.git(["ls-tree", commit]).split("\n");
    const oids = [...new Set(lines.map((line) => line.slice(12, 52)))];
    const { git, objects } = at(repository);
    const found: string[] = [];
    await openNativeObjects(git, objects).streamBlobs(oids, () => {
      let text = "";
      return { write: (chunk) => (text += Buffer.from(chunk)), end: () => found.push(text) };
    });
    expect(found.sort()).toEqual([...new Set(texts)].sort());
  });
});

describe("output that is read into one buffer", () => {
  it("ends with what the reader throws, and leaves nothing behind", async () => {
    const directory = mkdtempSync(join(tmpdir(), "countersign-piped-"));
    const piped = await openPipedOutput(directory, () => {
      throw new RangeError("enough");
    });
    piped.stream.write("some");
    await expect(piped.ended).rejects.toThrow("enough");
    piped.started();
    rmSync(directory, { recursive: true });
  });
});
