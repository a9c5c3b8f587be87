import { CountersignError, failure, type Problem } from "../errors.ts";
import { isPlainPath } from "./link.ts";
import { parsePath, toPrintablePath } from "./printable-path.ts";

/** One entry of `.gitmodules`. `url` is as written there: `toSubmoduleUrl` makes an address of it. */
export interface Submodule {
  readonly name: string;
  /** Relative to the repository, as the gitlink's path. */
  readonly path: string;
  readonly url: string;
}

/** `key = value` below `[submodule "name"]`, the key in lower case; no value where there is no `=`. */
interface Setting {
  readonly name: string;
  readonly key: string;
  readonly value: string | undefined;
}

/** Far above any real one, in bytes. */
const maxBytes = 1024 ** 2;

/**
 * Reads the `.gitmodules` of a commit (gitmodules(5), git-config(1) "Syntax"): anybody's bytes. An entry without path
 * or url declares nothing and is left out. Refused is what this does not understand, or one git reads differently from
 * another: other sections (so no includes), a path or url given twice, a tab between unquoted words, a lone CR. And
 * what `git clone --recurse-submodules` skips or dies on, in any section: `update = none`, a `shallow` that is no boolean.
 *
 * @throws GITMODULES_INVALID with every reason
 */
export function parseGitModules(bytes: Uint8Array): Submodule[] {
  if (bytes.length > maxBytes) throw invalid(`expected ${maxBytes} bytes at most, found ${bytes.length}`);
  const text = parsePath(bytes);
  if (text === undefined) throw invalid("expected UTF-8, found other bytes");
  const settings = parseSettings(text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n"));
  const submodules = toSubmodules(settings);
  const [first, ...rest] = findProblems(settings, submodules);
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return submodules;
}

/** The tokens of git's config.c, which reads a character at a time. */
const blank = /(?:[ \t\n]+|[;#][^\n]*)*/y;
const header = /\[submodule[ \t]+"((?:[^"\\\n]|\\[^\n])*)"\]/iy;
const assignment = /([a-z][a-z0-9-]*)[ \t]*(?:(=)|(?=\n)|$)/iy;
const space = /[ \t]+/y;
const end = /[;#][^\n]*|(?=\n)|$/y;
const word = /[^\p{Cc} "\\;#]+|\\[tbn"\\\n]|"(?:[^\p{Cc}"\\]|\t|\\[tbn"\\\n])*"/uy;
const escapes: Readonly<Record<string, string>> = { t: "\t", b: "\b", n: "\n", "\n": "" };

/** Steps over the token that stands next, or answers undefined and stays. */
interface Cursor {
  take(token: RegExp): RegExpExecArray | undefined;
  isAtEnd(): boolean;
  /** What is told of a place that cannot be read. */
  fail(): CountersignError;
}

function parseSettings(text: string): Setting[] {
  const cursor = startCursor(text);
  const settings: Setting[] = [];
  let name: string | undefined;
  for (cursor.take(blank); !cursor.isAtEnd(); cursor.take(blank)) {
    const [, section] = cursor.take(header) ?? [];
    if (section === undefined) settings.push(readSetting(cursor, name));
    else name = section.replace(/\\(.)/g, "$1");
  }
  return settings;
}

function readSetting(cursor: Cursor, name: string | undefined): Setting {
  const [, key, equals] = cursor.take(assignment) ?? [];
  if (name === undefined || key === undefined) throw cursor.fail();
  return { name, key: key.toLowerCase(), value: equals === undefined ? undefined : readValue(cursor) };
}

/** Blanks at both ends and a comment are dropped; blanks inside stay. */
function readValue(cursor: Cursor): string {
  let value = "";
  for (;;) {
    const [blanks = ""] = cursor.take(space) ?? [];
    if (cursor.take(end)) return value;
    const between = value === "" ? "" : blanks;
    const [piece] = cursor.take(word) ?? [];
    // Git before 2.45 made a space of a tab between words.
    if (piece === undefined || between.includes("\t")) throw cursor.fail();
    value += between + unquote(piece);
  }
}

function unquote(piece: string): string {
  const inner = piece.startsWith('"') ? piece.slice(1, -1) : piece;
  return inner.replace(/\\(.)/gs, (_, escaped: string) => escapes[escaped] ?? escaped);
}

function startCursor(text: string): Cursor {
  let at = 0;
  return {
    take(token) {
      token.lastIndex = at;
      const match = token.exec(text) ?? undefined;
      if (match !== undefined) at = token.lastIndex;
      return match;
    },
    isAtEnd: () => at === text.length,
    fail() {
      const line = text.slice(0, at).split("\n").length;
      return invalid(`expected [submodule "name"] or key = value in line ${line}, found something else`);
    },
  };
}

function toSubmodules(settings: readonly Setting[]): Submodule[] {
  const sections = Map.groupBy(settings, ({ name }) => name);
  return [...sections].flatMap(([name, section]) => {
    const { path, url } = Object.fromEntries(section.map(({ key, value }) => [key, value]));
    return path === undefined || url === undefined ? [] : [{ name, path, url }];
  });
}

/** Git's config parser dies, or crashes (`branch`), where these have no value. */
const valued: readonly string[] = ["path", "url", "update", "ignore", "branch"];

const isBoolean = (value: string) => /^(?:true|false|yes|no|on|off|[01])?$/i.test(value);

/** What a clone goes on with: it skips `update = none` and dies on the rest. A boolean without value is true. */
const choices: ReadonlyMap<string, { readonly accepts: (value: string) => boolean; readonly expected: string }> =
  new Map([
    [
      "update",
      { accepts: (value) => /^(?:checkout|rebase|merge)$/.test(value), expected: "checkout, rebase or merge" },
    ],
    ["shallow", { accepts: isBoolean, expected: "a boolean" }],
    [
      "fetchrecursesubmodules",
      { accepts: (value) => isBoolean(value) || value === "on-demand", expected: "a boolean or on-demand" },
    ],
  ]);

/** What git ignores with a warning (CVE-2018-11235, CVE-2018-17456), or takes now the first, now the last of. */
function findProblems(settings: readonly Setting[], submodules: readonly Submodule[]): Problem[] {
  const used = settings.filter(({ key }) => isPlace(key));
  const named = ({ name, key }: Setting) => `the ${key} of "${toPrintablePath(name)}"`;
  const paths = submodules.map(({ path }) => path);
  const faults = [
    ...settings.filter(isWithoutValue).map((one) => `${named(one)} has no value`),
    ...settings.flatMap((one) => findOtherChoice(one).map((fault) => `${named(one)} is ${fault}`)),
    ...findTwice(used.map(named)).map((twice) => `${twice} is there twice`),
    ...findTwice(paths).map((twice) => `two submodules are at "${toPrintablePath(twice)}"`),
    ...submodules.filter(({ name }) => !isName(name)).map(({ name }) => `"${toPrintablePath(name)}" is no name`),
    ...findNested(submodules.map(({ name }) => name)),
    ...paths.filter((path) => !isPath(path)).map((path) => `"${toPrintablePath(path)}" is no path in the repository`),
  ];
  return faults.map((fault) => ({ code: "GITMODULES_INVALID", message: `.gitmodules: ${fault}` }));
}

function isPlace(key: string): boolean {
  return key === "path" || key === "url";
}

function isWithoutValue({ key, value }: Setting): boolean {
  return value === undefined ? valued.includes(key) : value === "" && isPlace(key);
}

function findOtherChoice({ key, value }: Setting): string[] {
  const choice = choices.get(key);
  if (choice === undefined || value === undefined || choice.accepts(value)) return [];
  return [`"${toPrintablePath(value)}", expected ${choice.expected}`];
}

/** Git refuses a `.git/modules/NAME` inside another's: hooks and objects of one could be files of the other (CVE-2019-1387). */
function findNested(names: readonly string[]): string[] {
  const places = names.map((name) => ({ name, place: toGitDirectory(name) }));
  // Sorted, what lies in a directory follows it at once.
  const [first, ...rest] = places.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  let outer = first;
  return rest.flatMap((inner) => {
    if (outer !== undefined && inner.place.startsWith(outer.place))
      return [`"${toPrintablePath(inner.name)}" lies within "${toPrintablePath(outer.name)}" in .git/modules`];
    outer = inner;
    return [];
  });
}

/** With a slash behind each part, so that `mid` is no beginning of `middle`; `./mid` is `mid`. */
function toGitDirectory(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((part) => `${part}/`).join("");
}

function findTwice(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = texts.filter((text) => seen.size === seen.add(text).size);
  return [...new Set(twice)];
}

function isName(name: string): boolean {
  return name !== "" && !/\p{Cc}/u.test(name) && !name.split(/[/\\]/).includes("..");
}

function isPath(path: string): boolean {
  return !path.startsWith("-") && !/\p{Cc}/u.test(path) && isPlainPath(path);
}

function invalid(message: string): CountersignError {
  return failure("GITMODULES_INVALID", `.gitmodules: ${message}`);
}
