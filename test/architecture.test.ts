import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../src/", import.meta.url).pathname;

/** Who may import whom (docs/architecture.md): each room and the rooms below it. */
const order: Record<string, readonly string[]> = {
  errors: [],
  protocol: ["errors"],
  policy: ["errors", "protocol"],
  facts: ["errors", "protocol", "policy"],
  verdict: ["errors", "protocol", "policy", "facts"],
  words: ["protocol", "verdict"],
  settings: ["errors", "protocol"],
  clients: ["errors", "protocol", "policy", "facts", "verdict", "settings"],
  observe: ["errors", "protocol", "policy", "facts", "clients"],
  decide: ["errors", "protocol", "policy", "facts", "verdict"],
  explain: ["errors", "protocol", "policy", "facts", "verdict", "words"],
  act: ["errors", "protocol", "facts", "verdict", "words", "clients"],
  flows: [
    "errors",
    "protocol",
    "policy",
    "facts",
    "verdict",
    "words",
    "settings",
    "clients",
    "observe",
    "decide",
    "explain",
    "act",
  ],
};
const doors = ["app", "cli", "index"];
const pure = ["errors", "protocol", "policy", "facts", "verdict", "words", "decide", "explain"];

interface Source {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = globSync("**/*.ts", { cwd: root }).map((path) => {
  const text = readFileSync(join(root, path), "utf8");
  const imports = [...text.matchAll(/(?:from|import) "(\.[^"]+)"/g)].map(([, to = ""]) =>
    relative(root, join(root, dirname(path), to)),
  );
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, "");
  return { path, room: toRoom(path), text, code, imports };
});

function toRoom(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

describe("the order of the house", () => {
  it("finds the sources", () => expect(sources.length).toBeGreaterThan(50));

  it.each(sources.map((source) => [source.path, source] as const))(
    "%s imports only what is below it",
    (_, { room, imports }) => {
      const allowed = doors.includes(room) ? [...Object.keys(order), room] : [...(order[room] ?? []), room];
      expect(imports.map(toRoom).filter((to) => !allowed.includes(to))).toEqual([]);
    },
  );

  it.each(sources.filter(({ room }) => pure.includes(room)).map((source) => [source.path, source] as const))(
    "%s is pure: synchronous, without clock, network or disk",
    (_, { code }) => {
      const impure = /\basync\b|\bawait\b|Date\.now|new Date\(\)|from "node:|\bfetch\(|process\.|console\./g;
      expect(code.match(impure) ?? []).toEqual([]);
    },
  );

  it.each(sources.filter(({ room }) => !doors.includes(room)).map((source) => [source.path, source] as const))(
    "%s reads no environment",
    (_, { code }) => expect(code).not.toMatch(/process\.env/),
  );

  it("has no file that has grown beyond reading", () => {
    const long = sources.filter(({ path, text }) => !path.endsWith("registry-abi.ts") && text.split("\n").length > 300);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
