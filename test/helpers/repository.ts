import { execFileSync, type StdioOptions } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An entry of a raw tree, written as it is: no order, no checks. */
export interface RawEntry {
  readonly mode: string;
  readonly name: string | Uint8Array;
  readonly oid: string;
}

/** A real git repository in a temporary directory, untouched by the user's configuration. `using` removes it. */
export interface Repository extends Disposable {
  /** The work tree, or the repository itself where it is bare. */
  readonly path: string;
  /** Runs git there and answers its standard output without the last line end. */
  git(args: readonly string[], options?: { readonly input?: string | Uint8Array }): string;
  /** Makes the files (path → content; undefined removes) the next commit of the branch, on top of what is there. */
  commit(files: Readonly<Record<string, string | Uint8Array | undefined>>, options?: { message?: string }): string;
  writeBlob(content: string | Uint8Array): string;
  /** Writes a tree that git itself might refuse. */
  writeTree(entries: readonly RawEntry[]): string;
  writeCommit(tree: string, options?: { readonly parents?: readonly string[]; readonly message?: string }): string;
}

export function createRepository(options: { readonly bare?: boolean; readonly branch?: string } = {}): Repository {
  const path = mkdtempSync(join(tmpdir(), "countersign-repository-"));
  let seconds = 1_700_000_000;

  const git: Repository["git"] = (args, { input } = {}) => {
    const stdio: StdioOptions = ["pipe", "pipe", "pipe"];
    const maxBuffer = 256 * 1024 ** 2;
    return execFileSync("git", args, { cwd: path, env: toEnvironment(seconds), input, stdio, maxBuffer })
      .toString()
      .replace(/\n$/, "");
  };
  git(["init", "-q", "-b", options.branch ?? "main", ...(options.bare ? ["--bare"] : [])]);
  // A host such as GitHub serves any commit by its id, whole or in part.
  const config = join(path, options.bare ? "config" : ".git/config");
  appendFileSync(config, "[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n");

  function writeBlob(content: string | Uint8Array): string {
    return git(["hash-object", "-w", "--stdin"], { input: content });
  }
  /** In one process, which is what takes the time. */
  function writeBlobs(contents: readonly (string | Uint8Array)[]): string[] {
    const input = contents.flatMap((content, index) => {
      const bytes = Buffer.from(content);
      return [
        Buffer.from(`blob\nmark :${index + 1}\ndata ${bytes.length}\n`),
        bytes,
        Buffer.from(`\nget-mark :${index + 1}\n`),
      ];
    });
    const oids = git(["fast-import", "--quiet", "--cat-blob-fd=1"], { input: Buffer.concat(input) });
    return oids === "" ? [] : oids.split("\n");
  }
  function writeTree(entries: readonly RawEntry[]): string {
    const bytes = entries.map(({ mode, name, oid }) =>
      Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, "hex")]),
    );
    return git(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], { input: Buffer.concat(bytes) });
  }
  function writeCommit(
    tree: string,
    { parents = [], message = "Change" }: Parameters<Repository["writeCommit"]>[1] = {},
  ) {
    seconds += 1;
    return git(["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-m", message]);
  }

  return {
    path,
    git,
    writeBlob,
    writeTree,
    writeCommit,
    commit(files, { message } = {}) {
      const oids = writeBlobs(Object.values(files).filter((content) => content !== undefined));
      const lines = Object.entries(files).map(([name, content]) =>
        content === undefined ? `0 ${"0".repeat(40)}\t${name}` : `100644 ${oids.shift()}\t${name}`,
      );
      git(["update-index", "-z", "--index-info"], { input: lines.map((line) => `${line}\0`).join("") });
      const head = git(["for-each-ref", "--format=%(objectname)", git(["symbolic-ref", "HEAD"])]);
      const made = { parents: head === "" ? [] : [head], ...(message === undefined ? {} : { message }) };
      const commit = writeCommit(git(["write-tree"]), made);
      git(["update-ref", "HEAD", commit]);
      if (!options.bare) git(["checkout-index", "--all", "--force"]);
      return commit;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

function toEnvironment(seconds: number): NodeJS.ProcessEnv {
  const date = `${seconds} +0000`;
  return {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
    GIT_COMMITTER_DATE: date,
  };
}
