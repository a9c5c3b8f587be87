import { describe, expect, it } from "vitest";
import { CountersignError } from "../src/errors.ts";
import { parsePolicy } from "../src/policy.ts";

const address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const contract = (change = "") =>
  `  - {address: '${address}', chain: 31337, path: contracts/vault, kind: uups${change}}`;
const file = (...lines: string[]) => `contracts:\n${contract()}\n${lines.join("\n")}`;

function findProblems(text: string): string[] {
  try {
    parsePolicy(text);
    return [];
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    expect(error.code).toBe("POLICY_INVALID");
    return error.problems.map(({ message }) => message);
  }
}

describe("the configuration", () => {
  it("needs only the contracts", () => {
    const settings = { optimizer: { enabled: true, runs: 200 } };
    expect(parsePolicy(file())).toEqual({
      contracts: [{ address, chain: 31337, path: "contracts/vault", kind: "uups", build: { settings } }],
      term: 14 * 86_400,
      propose: "never",
    });
  });

  it("may say more", () => {
    const text = [
      "term: 30",
      "propose: on quorum",
      "branches: [main, release]",
      "contracts:",
      `  - address: "${address.toLowerCase()}"`,
      "    chain: 1",
      "    path: ./src/",
      "    kind: record",
      "    build: {contract: Vault, settings: {viaIR: true, evmVersion: prague}}",
    ].join("\n");
    expect(parsePolicy(text)).toEqual({
      contracts: [
        {
          address,
          chain: 1,
          path: "src",
          kind: "record",
          build: { contract: "Vault", settings: { viaIR: true, evmVersion: "prague" } },
        },
      ],
      branches: ["main", "release"],
      term: 30 * 86_400,
      propose: "on quorum",
    });
  });

  const paths: [string, string][] = [
    [".", ""],
    ["./", ""],
    ["./contracts", "contracts"],
    ["contracts/", "contracts"],
    ["a b/é", "a b/é"],
  ];
  it.each(paths)("may write a directory as %j", (path, expected) => {
    expect(parsePolicy(file().replace("contracts/vault", path)).contracts[0]?.path).toBe(expected);
  });

  it("may name one address on two chains", () => {
    const text = file(contract().replace("31337", "1"));
    expect(parsePolicy(text).contracts).toHaveLength(2);
  });
});

describe("a mistake in the configuration", () => {
  const mistakes: [string, string, RegExp][] = [
    ["nothing", "", /^the file: /],
    ["a list", "- a", /the file: /],
    ["no contracts", "contracts: []", /line 1, contracts: /],
    ["a misspelt key", file("brnches: [main]"), /brnches/],
    ["a misspelt key of a contract", file(contract(", knd: uups").replace("31337", "1")), /contracts\.1: .*knd/],
    ["a key twice", file("term: 1", "term: 2"), /unique/],
    ["an address without quotes", file().replaceAll("'", ""), /contracts\.0\.address: .*quotes/],
    ["a wrong checksum", file().replace("5aAe", "5aae"), /contracts\.0\.address: .*checksum/],
    ["a chain of 0", file().replace("31337", "0"), /contracts\.0\.chain: /],
    ["a chain as text", file().replace("31337", "mainnet"), /contracts\.0\.chain: /],
    ["an absolute path", file().replace("contracts/vault", "/contracts"), /contracts\.0\.path: .*inside/],
    ["a path that leads out", file().replace("contracts/vault", "../x"), /contracts\.0\.path: .*inside/],
    ["an empty part", file().replace("contracts/vault", "a//b"), /contracts\.0\.path: .*inside/],
    ["an unknown kind", file().replace("uups", "beacon"), /contracts\.0\.kind: /],
    ["a contract twice", file(contract(", build: {contract: A}")), /stands twice/],
    ["a term of 31 days", file("term: 31"), /line 3, term: /],
    ["a term of half a day", file("term: 0.5"), /line 3, term: /],
    ["a time of announcing that there is not", file("propose: on merge"), /line 3, propose: .*on quorum/],
    ["no branches", file("branches: []"), /line 3, branches: /],
    ["a number that JSON lacks", file(contract(", build: {settings: {runs: .nan}}").replace("31337", "1")), /settings/],
    ["not YAML", "contracts: [", /./],
    ["two documents", `${file()}\n---\n${file()}`, /multiple documents/],
    ["a key of every object's prototype", file("__proto__: {term: 30}"), /__proto__/],
  ];
  it.each(mistakes)("is found: %s", (_, text, message) => {
    expect(findProblems(text)).toEqual([expect.stringMatching(message)]);
  });

  it("is told with all others, each with its line", () => {
    const text = file("term: 99", "branches: []").replace("31337", "-1");
    expect(findProblems(text).map((message) => message.split(":")[0])).toEqual([
      "line 2, contracts.0.chain",
      "line 4, branches",
      "line 3, term",
    ]);
  });
});

describe("a copy that somebody made to do harm", () => {
  const hostile: [string, string][] = [
    ["many slashes", file().replace("contracts/vault", `"${"/".repeat(60_000)}x"`)],
    ["a long text", `# ${"x".repeat(70_000)}\n${file()}`],
    ["deep lists", "[".repeat(60_000)],
    ["deep maps", `contracts: ${"{a: ".repeat(15_000)}`],
    ["billions of laughs", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\ncontracts: [*b,*b,*b,*b]"],
    ["a list that holds itself", "contracts: &a [*a]"],
    ["many contracts", file(...Array(700).fill(contract()))],
    ["unknown aliases", "contracts: *nowhere"],
  ];
  it.each(hostile)("is refused quickly: %s", (_, text) => {
    const start = performance.now();
    expect(findProblems(text).length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
