import { readdirSync, readFileSync } from "node:fs";
import { keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCompiler } from "../../src/clients/compiler.ts";
import { failure } from "../../src/errors.ts";
import { type BuildClients, observeBuild } from "../../src/observe/build.ts";
import type { BuildPolicy, PolicyContract } from "../../src/policy.ts";
import { hashBuild } from "../../src/protocol/build-hash.ts";
import { deployerAddress, toDeploymentData } from "../../src/protocol/bytecode.ts";
import type { Bytes32, Hex } from "../../src/protocol/hex.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";

const hash: Bytes32 = `0x${"c0".repeat(32)}`;
const compiler = createCompiler();
// Compilers are slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

let anvil: Anvil;
let clients: BuildClients;
beforeAll(async () => {
  anvil = await startAnvil();
  clients = toClients(anvil);
});
afterAll(() => anvil.stop());

function toClients({ provider }: Anvil): BuildClients {
  return {
    compiler,
    readCode: (address) => provider.send("eth_getCode", [address, "latest"]),
    probeCode: (data) => provider.send("eth_call", [{ data }, "latest"]),
  };
}

const uups = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;
abstract contract Uups {
  address private immutable SELF = address(this);
  function upgradeToAndCall(address, bytes calldata) external payable {}
  function proxiableUUID() external view returns (bytes32) { return bytes32(uint256(uint160(SELF))); }
}
`;

/** The base and the body of a contract on it. */
function vault(body: string): Map<string, string> {
  return new Map([["contracts/Vault.sol", `${uups}contract Vault is Uups { ${body} }`]]);
}

/** One source for a whole table, so that it is compiled once: the contract of row 3 is V3. */
function vaults(table: readonly (readonly [string, ...unknown[]])[]): Map<string, string> {
  const contracts = table.map(([body], row) => `contract V${row} is Uups { ${body} }`);
  return new Map([["contracts/Vaults.sol", uups + contracts.join("\n")]]);
}

function observe(texts: ReadonlyMap<string, string | Uint8Array>, build: Partial<BuildPolicy> = {}, from = clients) {
  const contract: PolicyContract = {
    address: "0x00000000000000000000000000000000000000AA",
    chain: 31_337,
    path: "contracts",
    kind: "uups",
    build: { settings: { optimizer: { enabled: true, runs: 200 } }, ...build },
  };
  const encoder = new TextEncoder();
  const toBytes = (text: string | Uint8Array) => (typeof text === "string" ? encoder.encode(text) : text);
  const sources = new Map([...texts].map(([path, text]) => [path, toBytes(text)]));
  return observeBuild({ contract, hash, sources }, from);
}

async function observeBuilt(...subject: Parameters<typeof observe>) {
  const facts = await observe(...subject);
  if (facts.kind !== "built") throw new Error(`expected a build, found ${JSON.stringify(facts)}`);
  return facts;
}

async function observeMessages(...subject: Parameters<typeof observe>): Promise<string[]> {
  const facts = await observe(...subject);
  if (facts.kind !== "failed") throw new Error(`expected a failure, found ${JSON.stringify(facts)}`);
  expect(facts.problems.every(({ code }) => code === "BUILD_FAILED")).toBe(true);
  return facts.problems.map(({ message }) => message);
}

function readExample(): Map<string, string> {
  const directory = new URL("../../examples/uups/contracts/vault/", import.meta.url);
  return new Map(
    readdirSync(directory).map((file) => [`contracts/vault/${file}`, readFileSync(new URL(file, directory), "utf8")]),
  );
}

async function deploy(data: Hex): Promise<void> {
  const { hash: transaction } = await anvil.accounts[0].sendTransaction({ to: deployerAddress, data });
  await expect.poll(() => anvil.provider.getTransactionReceipt(transaction)).not.toBeNull();
}

describe("the example", () => {
  it("is built to the code that its deployment leaves, before and after", async () => {
    const sources = readExample();
    const before = await observeBuilt(sources);
    expect(before).toMatchObject({ contract: "contracts/vault/Vault.sol:Vault", constructorReads: [] });
    expect(await anvil.provider.getCode(before.implementation)).toBe("0x");
    await deploy(toDeploymentData(hash, before.initcode));
    expect(keccak256(await anvil.provider.getCode(before.implementation))).toBe(before.codeHash);
    expect(await observeBuilt(sources)).toEqual(before);
  });

  it("is named by its compiler, settings and Solidity sources alone", async () => {
    const sources = readExample();
    const { buildHash, compiler: named } = await observeBuilt(
      new Map([...sources, ["contracts/vault/README.md", "…"]]),
    );
    const [name = "", version = ""] = named.split(" ");
    const settings = { optimizer: { enabled: true, runs: 200 } };
    expect(name).toBe("solc");
    expect(buildHash).toBe(hashBuild({ compiler: name, version, settings, sources }));
  });
});

describe("the instructions of a constructor", () => {
  const own: [string][] = [
    [""],
    ["uint immutable X; uint y; constructor() { X = 7; y = X + block.chainid; emit E(y); } event E(uint);"],
    [
      "bytes32 immutable D; constructor() { D = f(); } function f() internal view returns (bytes32) { return keccak256(abi.encode(this)); }",
    ],
    ["function f() external view returns (uint) { return block.timestamp; }"],
  ];
  it.each(own.map(([body], row) => [body, row] as const))(
    "are its own in { %s }: built to the code of its deployment",
    async (_, row) => {
      const facts = await observeBuilt(vaults(own), { contract: `V${row}` });
      expect(facts.constructorReads).toEqual([]);
      await deploy(toDeploymentData(hash, facts.initcode));
      expect(keccak256(await anvil.provider.getCode(facts.implementation))).toBe(facts.codeHash);
    },
  );

  const foreign: [string, string[]][] = [
    ["uint t; constructor() { t = block.timestamp; }", ["TIMESTAMP"]],
    ["uint immutable T = block.number;", ["NUMBER"]],
    ["address o; constructor() { o = msg.sender; }", ["CALLER"]],
    ["address o; modifier m() { o = tx.origin; _; } constructor() m() {}", ["ORIGIN"]],
    ["uint v; constructor() payable { v = msg.value; }", ["CALLVALUE"]],
    ["uint g; constructor() { g = gasleft(); }", ["GAS"]],
    ["uint b; constructor() { b = block.prevrandao ^ uint(blockhash(1)); }", ["BLOCKHASH", "PREVRANDAO"]],
    ["bytes32 h; constructor() { h = sha256(''); }", ["GAS", "STATICCALL"]],
    ["uint b; constructor() { b = address(1).balance + address(2).code.length; }", ["BALANCE", "EXTCODESIZE"]],
    ["V0 immutable CHILD = new V0();", ["CREATE"]],
  ];
  const rows = foreign.map(([body, expected], row) => ({ body, expected, contract: `V${row}` }));
  it.each(rows)("are foreign in { $body }: $expected", async ({ expected, contract }) => {
    const settings = [{ optimizer: { enabled: true } }, { viaIR: true }];
    const [legacy, viaIR] = await Promise.all(
      settings.map((one) => observeBuilt(vaults(foreign), { contract, settings: one })),
    );
    expect(legacy?.constructorReads).toEqual(expected);
    expect(viaIR?.constructorReads).toEqual(expected);
  });
});

describe("the choice of the implementation", () => {
  const two = new Map([
    ["contracts/A.sol", `${uups}contract A is Uups {} contract Plain {}`],
    ["contracts/B.sol", 'import "./A.sol"; contract B is Uups {}'],
    ["contracts/C.sol", 'import { Uups } from "./A.sol"; contract A is Uups {}'],
  ]);

  it("is asked for where several can be it", async () => {
    const [message] = await observeMessages(two);
    expect(message).toBe(
      "expected one deployable contract with upgradeToAndCall(address,bytes) and proxiableUUID(), " +
        "found contracts/A.sol:A, contracts/B.sol:B, contracts/C.sol:A; name one under build.contract",
    );
  });

  it.each([
    ["B", "contracts/B.sol:B"],
    ["contracts/C.sol:A", "contracts/C.sol:A"],
  ])("follows the name %s", async (contract, expected) => {
    expect((await observeBuilt(two, { contract })).contract).toBe(expected);
  });

  it.each([
    ["A", "found contracts/A.sol:A, contracts/C.sol:A;"],
    ["Uups", "found contracts/A.sol:A, contracts/A.sol:Plain, contracts/B.sol:B, contracts/C.sol:A;"],
    ["Plain", "expected contracts/A.sol:Plain to have upgradeToAndCall(address,bytes)"],
  ])("is asked for where the name %s does not say it", async (contract, expected) => {
    expect((await observeMessages(two, { contract })).join("\n")).toContain(expected);
  });

  it("says that there is none where nothing can be it", async () => {
    const [message] = await observeMessages(new Map([["A.sol", `${uups}interface I {}`]]));
    expect(message).toContain("found none; name one under build.contract");
  });
});

describe("a build that fails", () => {
  const undeployable: [string, string][] = [
    ["constructor(uint, address) {}", "without parameters, found (uint256, address)"],
    ["constructor() { if (block.chainid != 0) revert(); }", "its constructor reverts"],
    ["constructor() { assembly { if chainid() { mstore8(0, 0xef) return(0, 1) } } }", "no code that the chain takes"],
    ["constructor() { assembly { if chainid() { return(0, 0) } } }", "no code that the chain takes"],
  ];
  const rows = undeployable.map(([body, expected], row) => ({ body, expected, contract: `V${row}` }));
  it.each(rows)("says so for { $body }: $expected", async ({ expected, contract }) => {
    expect(await observeMessages(vaults(undeployable), { contract })).toEqual([expect.stringContaining(expected)]);
  });

  it("tells the compiler's errors", async () => {
    expect(await observeMessages(vault("uint x = y; uint z = y;"))).toEqual([
      "contracts/Vault.sol:8:35: DeclarationError: Undeclared identifier.",
      "contracts/Vault.sol:8:47: DeclarationError: Undeclared identifier.",
    ]);
  });

  it("says so of every source that is not UTF-8: folded, two directories would have one build hash", async () => {
    const bad = Buffer.from("// \u00ff", "latin1");
    const sources = new Map<string, string | Uint8Array>([
      ...vault(""),
      ["contracts/A.sol", bad],
      ["contracts/B.sol", bad],
      ["contracts/C.md", bad],
    ]);
    expect(await observeMessages(sources)).toEqual([
      expect.stringContaining('"contracts/A.sol"'),
      expect.stringContaining('"contracts/B.sol"'),
    ]);
  });

  it("is what every solc says of a byte order mark, which is not taken off", async () => {
    const [message] = await observeMessages(new Map([["A.sol", `\ufeff${uups}contract A is Uups {}`]]));
    expect(message).toContain("A.sol:1:1: ParserError");
  });

  it("tells everything that is wrong with the contract at once", async () => {
    const library = "library L { function f() external {} }";
    const body = `constructor(uint) {} function g() external { L.f(); } } ${library} contract Other {`;
    expect(await observeMessages(vault(body))).toEqual([
      expect.stringContaining("without parameters, found (uint256)"),
      expect.stringContaining("to need no library on chain, found L"),
    ]);
  });

  it("names the limit where the code is too large", async () => {
    const functions = Array.from({ length: 900 }, (_, i) => `function f${i}() external { x = ${i}; }`).join(" ");
    const [message] = await observeMessages(vault(`uint x; ${functions}`), { settings: {} });
    expect(message).toMatch(/^expected at most 24576 bytes of code, found \d{5} in contracts\/Vault.sol:Vault$/);
  });

  it("names the deployer where the chain lacks it", async () => {
    await using bare = await startAnvil({ args: ["--disable-default-create2-deployer"] });
    const [message] = await observeMessages(vault(""), {}, toClients(bare));
    expect(message).toBe(`expected the deterministic deployer at ${deployerAddress}, found no code there`);
  });

  it("says so where there is nothing to compile, or a setting may not be set", async () => {
    expect(await observeMessages(new Map([["contracts/Vault.vy", ""]]))).toEqual([
      expect.stringContaining("found none"),
    ]);
    expect(await observeMessages(vault(""), { settings: { stopAfter: "parsing" } })).toEqual([
      expect.stringContaining('found "stopAfter"'),
    ]);
  });
});

describe("what is no failed build", () => {
  it("a record has none", async () => {
    const contract: PolicyContract = {
      address: "0x00000000000000000000000000000000000000AA",
      chain: 31_337,
      path: "docs",
      kind: "record",
      build: { settings: {} },
    };
    expect(await observeBuild({ contract, hash, sources: new Map() }, clients)).toEqual({ kind: "none" });
  });

  it("a chain that cannot be reached is thrown", async () => {
    const probeCode = () => Promise.reject(failure("CHAIN_UNREACHABLE", "expected an answer, found none"));
    await expect(observe(vault(""), {}, { ...clients, probeCode })).rejects.toThrow(
      expect.objectContaining({ code: "CHAIN_UNREACHABLE" }),
    );
  });
});
