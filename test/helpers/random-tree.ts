import fc from "fast-check";
import { findPathProblems } from "../../src/protocol/path-problems.ts";
import type { Repository } from "./repository.ts";

export interface RandomFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: "100644" | "100755";
}

/** What shells, find, xargs, sort and sed could stumble over, and what sorts otherwise by UTF-16, by tree or by locale. */
const pieces = [
  ..." '\"-.abAZ09_~$`*?[%#!&;|:=+,",
  ..."éßжא",
  ..."日\uff5e\ue000",
  ..."😀𐀀",
  "\u0301",
  "\u202e",
  "git",
];
const names = [
  "-n",
  "--help",
  "-rf",
  "a-b",
  "a.b",
  "a0",
  ".gitignore",
  ".gitattributes",
  ".hidden",
  "$(id)",
  "...",
  "a",
];
const contents = ["", "\n", "a\r\nb\r\n", "$Id$\n", "$Format:%H$", "* text=auto eol=crlf\n*.b ident export-ignore\n"];

const name = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...pieces), minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);
const file: fc.Arbitrary<RandomFile> = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
  content: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(...contents).map((text) => new TextEncoder().encode(text)),
  ),
  mode: fc.constantFrom("100644" as const, "100755" as const),
});

/** Files that stand together in one directory which protocol §2 accepts: at least one, in any order. */
export const randomTree: fc.Arbitrary<RandomFile[]> = fc
  .array(file, { minLength: 1, maxLength: 14 })
  .map((files) => files.reduce<RandomFile[]>(addIfAccepted, []))
  .filter((files) => files.length > 0);

function addIfAccepted(files: RandomFile[], next: RandomFile): RandomFile[] {
  const all = [...files, next];
  return findPathProblems(all.map(({ path }) => Buffer.from(path))).length === 0 ? all : files;
}

/** Writes the files by one process, and answers the commit that has them and nothing else. */
export function importTree(repository: Repository, files: readonly RandomFile[]): string {
  const changes = files.flatMap(({ path, content, mode }) => [
    `M ${mode} inline "${path.replace(/["\\]/g, "\\$&")}"\ndata ${content.length}\n`,
    content,
    "\n",
  ]);
  const head = "commit refs/heads/random\nmark :1\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 0\n";
  const stream = [head, "deleteall\n", ...changes, "\nget-mark :1\ndone\n"].map((part) => Buffer.from(part));
  return repository.git(["fast-import", "--quiet", "--force", "--done"], { input: Buffer.concat(stream) });
}
