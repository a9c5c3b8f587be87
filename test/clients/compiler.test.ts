import { describe, expect, it, vi } from "vitest";
import { createCompiler } from "../../src/clients/compiler.ts";
import { toStandardInput } from "../../src/protocol/standard-json.ts";

const compiler = createCompiler();
// Compilers are slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });
const pragma = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.30;\n";

function toInput(source: string, settings: Record<string, unknown> = {}) {
  return toStandardInput(new Map([["a/A.sol", pragma + source]]), settings);
}

/** Minutes of work in few bytes: one contract of many functions, through the IR. */
const heavy = toInput(
  `contract A { ${Array.from({ length: 6000 }, (_, i) => `function f${i}(uint x) public pure returns (uint) { return x * ${i} + x; }`).join("\n")} }`,
  { viaIR: true, optimizer: { enabled: true } },
);

describe("a source that compiles", () => {
  it("gives its contracts, by the compiler's version with its commit", async () => {
    const { version, problems, contracts } = await compiler.compile(
      toInput("contract A { constructor(uint x, address) payable {} function f(bytes calldata) external {} }"),
    );
    expect(version).toMatch(/^0\.8\.\d+\+commit\.[0-9a-f]{8}$/);
    expect(problems).toEqual([]);
    expect(contracts).toEqual([
      expect.objectContaining({
        path: "a/A.sol",
        name: "A",
        initcode: expect.stringMatching(/^[0-9a-f]+$/),
        functions: ["f(bytes)"],
        parameters: ["uint256", "address"],
        payable: true,
        libraries: [],
      }),
    ]);
  });

  it.each([false, true])("tells what its constructor does and not what its functions do (viaIR: %s)", async (viaIR) => {
    const source =
      "contract A { uint t; constructor() { t = block.timestamp; } function f() external view returns (uint) { return block.number; } }";
    const { contracts } = await compiler.compile(toInput(source, { viaIR }));
    expect(contracts[0]?.instructions).toContain("TIMESTAMP");
    expect(contracts[0]?.instructions).not.toContain("NUMBER");
  });

  it("names the libraries that it needs on chain", async () => {
    const source = "library L { function f() external {} } contract A { function f() external { L.f(); } }";
    const { contracts } = await compiler.compile(toInput(source));
    expect(contracts.find(({ name }) => name === "A")?.libraries).toEqual(["L"]);
  });

  it("is compiled once, also when asked for twice at once", async () => {
    const [one, two] = await Promise.all([
      compiler.compile(toInput("contract B {}")),
      compiler.compile(toInput("contract B {}")),
    ]);
    expect(two).toBe(one);
    expect(await compiler.compile(toInput("contract B {}"))).toBe(one);
  });

  it("is forgotten when too many came after it", async () => {
    const small = createCompiler({ remembered: 1 });
    const one = await small.compile(toInput("contract A {}"));
    await small.compile(toInput("contract B {}"));
    expect(await small.compile(toInput("contract A {}"))).not.toBe(one);
  });
});

describe("a source that does not compile", () => {
  it("gives every error with its place, and no contract", async () => {
    const { problems, contracts } = await compiler.compile(toInput("contract A { uint x = y;\nuint z = w; }"));
    expect(problems).toEqual([
      {
        code: "BUILD_FAILED",
        message: "a/A.sol:3:23: DeclarationError: Undeclared identifier.",
        subject: "a/A.sol",
      },
      expect.objectContaining({ message: "a/A.sol:4:10: DeclarationError: Undeclared identifier." }),
    ]);
    expect(contracts).toEqual([]);
  });

  it("cannot import what is outside, and is told where imports have to be", async () => {
    const paths = ["/etc/passwd", "../package.json", "@openzeppelin/contracts/access/Ownable.sol"];
    const { problems } = await compiler.compile(toInput(paths.map((path) => `import "${path}";`).join("\n")));
    const expected = /Source ".+" not found; the directory must hold everything that it imports$/;
    expect(problems.map(({ message }) => message)).toEqual(paths.map(() => expect.stringMatching(expected)));
  });

  it("has no contract either where only its code cannot be made", async () => {
    const names = Array.from({ length: 18 }, (_, i) => `uint a${i}`).join(", ");
    const source = `contract A { function f(${names}) external pure returns (uint) { return a0 + a17; } }`;
    const { problems, contracts } = await compiler.compile(toInput(source, { optimizer: { enabled: false } }));
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining("Stack too deep") })]);
    expect(contracts).toEqual([]);
  });

  it("is told of a setting that the compiler does not know", async () => {
    const { problems } = await compiler.compile(toInput("contract A {}", { evmVersion: "nowhere" }));
    expect(problems[0]?.message).toContain("Invalid EVM version");
  });
});

describe("a source that wants too much", () => {
  it("is stopped at its time limit, and the next one is compiled", async () => {
    const impatient = createCompiler({ timeout: 4000 });
    const started = performance.now();
    const stopped = expect(impatient.compile(heavy)).rejects.toThrow(
      expect.objectContaining({ code: "BUILD_FAILED", message: expect.stringContaining("4000 ms") }),
    );
    const next = impatient.compile(toInput("contract A {}"));
    await stopped;
    expect(performance.now() - started).toBeLessThan(20_000);
    expect((await next).contracts).toHaveLength(1);
  });

  it("breaks off alone", async () => {
    const deep = compiler.compile(toInput(`contract A { uint${"[]".repeat(200_000)} x; }`));
    await expect(deep).rejects.toThrow(
      expect.objectContaining({ code: "BUILD_FAILED", message: expect.stringContaining("call stack") }),
    );
    expect((await compiler.compile(toInput("contract A {}"))).contracts).toHaveLength(1);
  });

  it("is refused the memory", async () => {
    const { problems } = await createCompiler({ memory: 40 * 2 ** 20 }).compile(heavy);
    expect(problems[0]?.message).toContain("bad_alloc");
  });
});
