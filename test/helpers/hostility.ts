import { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./repository.ts";

/** Whatever git can be told to run by a repository: each leaves a file of its own name in the folder. */
const commands = [
  "core.fsmonitor",
  "core.sshCommand",
  "core.alternateRefsCommand",
  "core.askPass",
  "core.editor",
  "core.pager",
  "core.gitProxy",
  "credential.helper",
  "diff.external",
  "filter.evil.clean",
  "filter.evil.smudge",
  "filter.evil.process",
  "diff.evil.textconv",
  "diff.evil.command",
  "merge.evil.driver",
  "gpg.program",
  "remote.origin.uploadpack",
  "remote.origin.vcs",
  "uploadpack.packObjectsHook",
  "pager.cat-file",
  "alias.cat-file",
  "alias.fetch",
];

const hooks = ["post-checkout", "post-merge", "pre-auto-gc", "reference-transaction", "post-index-change", "fsmonitor"];

/** Plants it all in a git directory, and where it can be committed to in a commit as well; answers that. */
export function plantHostility(repository: Pick<Repository, "path"> & Partial<Repository>, marks: string): string {
  mkdirSync(marks, { recursive: true });
  const { path } = repository;
  const head = repository.commit?.({
    ".gitattributes": "* filter=evil diff=evil merge=evil ident\n",
    ".lfsconfig": `[lfs]\n\turl = ext::sh -c 'touch ${marks}/lfs'\n`,
    "d/.gitattributes": "* filter=evil\n",
    "d/a": "a\n",
    hooks: "post-checkout\n",
  });
  for (const name of hooks) plantProgram(join(path, "hooks"), name, `touch '${marks}/${name}'`);
  const lines = commands.map((key) => `\t${toLast(key)} = "touch '${marks}/${key}'; false"`);
  const sections = commands.map((key, index) => `${toSection(key)}\n${lines[index]}\n`);
  appendFileSync(join(path, "config"), [...sections, `[include]\n\tpath = ${marks}.config\n`].join(""));
  writeFileSync(`${marks}.config`, `[core]\n\tfsmonitor = touch '${marks}/included'\n`);
  mkdirSync(join(path, "info"), { recursive: true });
  writeFileSync(join(path, "info/attributes"), "* filter=evil diff=evil\n");
  return head ?? "";
}

/** What a caller's environment can tell git. */
export function hostileEnvironment(directory: string, marks: string): Record<string, string> {
  const bin = join(directory, "evil");
  for (const name of ["git", "git-remote-http", "git-index-pack", "git-cat-file", "ssh"])
    plantProgram(bin, name, `touch '${marks}/exec-${name}'`);
  return {
    GIT_DIR: "/nonexistent",
    GIT_OBJECT_DIRECTORY: "/nonexistent",
    GIT_ALTERNATE_OBJECT_DIRECTORIES: "/nonexistent",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: `touch '${marks}/environment'`,
    GIT_CONFIG_KEY_1: "core.alternateRefsCommand",
    GIT_CONFIG_VALUE_1: `touch '${marks}/environment-refs'`,
    GIT_CONFIG_PARAMETERS: `'core.sshcommand'='touch ${marks}/parameters'`,
    GIT_CONFIG_GLOBAL: `${marks}.config`,
    GIT_SSH_COMMAND: `touch '${marks}/ssh'`,
    GIT_ASKPASS: `touch '${marks}/askpass'`,
    GIT_PROXY_COMMAND: `touch '${marks}/proxy'`,
    GIT_EXTERNAL_DIFF: `touch '${marks}/diff'`,
    GIT_EXEC_PATH: bin,
    GIT_TRACE: `${marks}/trace`,
    GIT_TEMPLATE_DIR: bin,
    HOME: directory,
    http_proxy: "http://127.0.0.1:1",
  };
}

function plantProgram(directory: string, name: string, script: string): void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  if (existsSync(path)) chmodSync(path, 0o755);
  writeFileSync(path, `#!/bin/sh\n${script}\nexit 1\n`);
  chmodSync(path, 0o755);
}

function toSection(key: string): string {
  const [section = "", ...rest] = key.split(".").slice(0, -1);
  return rest.length === 0 ? `[${section}]` : `[${section} "${rest.join(".")}"]`;
}

function toLast(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
