import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { openStore } from "../../src/clients/store.ts";
import { findLive } from "../helpers/inert.ts";
import { awaitCheck, awaitComment, readTypedData, review, reviewer, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { type Project, signerAt } from "../stage/project.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull, pushTo } from "../stage/upgrade.ts";

const hostile = ["a\u202eb.txt", "`c`.txt", "@dev.txt", "</details>.txt", "[d](https://evil.example).txt"];
const toFiles = (from: number, to: number, text: string) =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, index) => [`rules/${from + index}.txt`, `${text} ${from + index}\n`]),
  );

let play: Play;
let project: Project;
let pull: OpenedPull;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules"] } });
  project = projectAt(play, 0);
  const { work } = play.stage;
  await work.commit(toFiles(0, 200, "Rule"), "Many rules");
  await work.git("push", "--quiet", "origin", "main");
  const added = Object.fromEntries(hostile.map((name) => [`rules/${name}`, "hostile\n"]));
  const files = { ...toFiles(1, 2, "Changed"), "rules/0.txt": undefined, ...added };
  pull = await openPull(play.stage, project, { branch: "many", files });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** Where the App keeps what it fetched. */
const toCache = () => join(play.stage.directory, "data", "git");

/** Ids of the files that were fetched since the cache was begun, but for those of the configuration. */
function readFetched(): Set<string> {
  const blobs = new Set<string>();
  for (const name of readdirSync(toCache(), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith("partial")) continue;
    const args = ["--git-dir", join(toCache(), name), "cat-file", "--batch-all-objects", "--batch-check"];
    const lines = execFileSync("git", args, { encoding: "utf8", env: { ...process.env, GIT_NO_LAZY_FETCH: "1" } });
    for (const [, oid = ""] of lines.matchAll(/^([0-9a-f]{40}) blob /gm)) blobs.add(oid);
  }
  return blobs;
}

async function readFiles(commit: string, path = "rules"): Promise<Set<string>> {
  const lines = await play.stage.work.git("ls-tree", "-r", "--format=%(objectname)", `${commit}:${path}`);
  return new Set(lines.split("\n"));
}

async function hashAt(commit: string): Promise<string> {
  const { hash } = await hashDirectory(await openLocalRepository(play.stage.work.directory), { commit, path: "rules" });
  return hash;
}

const toHash = (comment: string) => readTypedData(comment).message.upgrades[0].contractHash;

describe("the preview of a pull request on a large directory", () => {
  it("lists the files that change, folded, and no name of theirs comes to life", async () => {
    const comment = await awaitComment(play.stage, pull.number);
    expect(toHash(comment)).toBe(await hashAt(pull.head));
    expect(comment).toContain("<summary>7 files: 5 added, 1 removed, 1 changed</summary>");
    for (const line of ["- `-` `0.txt`", "- `~` `1.txt`", "- `+` `a\\u{202e}b.txt`", "- `+` `</details>.txt`"])
      expect(comment).toContain(line);
    expect(findLive(comment, { host: new URL(play.stage.github.url).host })).toEqual([]);
    expect(comment.match(/<details>/g)).toHaveLength(comment.match(/^<\/details>$/gm)?.length ?? -1);
  });

  it("fetches and hashes after a push only the files that it changed", async () => {
    await play.stage.github.idle();
    rmSync(toCache(), { recursive: true });
    const head = await pushTo(play.stage, pull.branch, toFiles(50, 53, "Pushed"));
    const comment = await awaitComment(play.stage, pull.number, `/tree/${head}/`);
    expect(toHash(comment)).toBe(await hashAt(head));
    const configuration = await readFiles(head, ".github");
    const fetched = [...readFetched()].filter((oid) => !configuration.has(oid));
    const before = await readFiles(pull.head);
    const pushed = [...(await readFiles(head))].filter((oid) => !before.has(oid));
    expect(pushed).toHaveLength(3);
    expect(fetched.sort()).toEqual(pushed.sort());
    pull = { ...pull, head };
  });

  it("T20 shows what a lying memory says, and counts and shows the bytes from the first signature on", async () => {
    const oid = await play.stage.work.git("rev-parse", `${pull.head}:rules/100.txt`);
    await play.bot.stop();
    const store = await openStore({ directory: join(play.stage.directory, "data", "store") });
    await store.blobs.keep(new Map([[oid, { sha256: "0".repeat(64), size: 9, isPointer: false }]]));
    await store.close();
    await play.start();
    const head = await pushTo(play.stage, pull.branch, toFiles(60, 61, "Pushed"));
    const lying = await awaitComment(play.stage, pull.number, `/tree/${head}/`);
    const honest = await hashAt(head);
    expect(toHash(lying)).not.toBe(honest);

    const signature = await signTyped(signerAt(project, 0), lying);
    await review(reviewer(play.stage, 0), pull.number, `/countersign sign ${signature}`);
    const comment = await awaitComment(play.stage, pull.number, honest);
    expect(toHash(comment)).toBe(honest);
    expect(comment).toContain("#### 0 of 2 signed");
    expect((await awaitCheck(play.stage, head, "in_progress")).output.title).toContain("0 of 2 signed");
    const files = await readFiles(head);
    const fetched = readFetched();
    expect([...files].filter((id) => !fetched.has(id))).toEqual([]);
  });

  it("T20 shows the bytes of what was merged, though nobody has signed", async () => {
    const merged = await openPull(play.stage, project, { branch: "merged", files: toFiles(70, 71, "Merged") });
    const lying = await awaitComment(play.stage, merged.number, `/tree/${merged.head}/`);
    const honest = await hashAt(merged.head);
    expect(toHash(lying)).not.toBe(honest);
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: merged.number });
    const comment = await awaitComment(play.stage, merged.number, honest);
    expect(toHash(comment)).toBe(honest);
  });
});
