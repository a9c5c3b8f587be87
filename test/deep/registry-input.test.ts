import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  concat,
  dataLength,
  dataSlice,
  getBytes,
  getCreateAddress,
  hexlify,
  id,
  toBeHex,
  toUtf8Bytes,
  zeroPadBytes,
} from "ethers";
import { execa } from "execa";
import solc from "solc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { deployedContracts, toSourcePath } from "../../contracts/script/registry-input.ts";
import { hashDomain } from "../../src/protocol/approval.ts";
import { maxInitcodeLength } from "../../src/protocol/bytecode.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { registryBytecode } from "../../src/protocol/registry-abi.ts";
import { countersign } from "../cli/countersign.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";

const place = z.object({ start: z.number(), length: z.literal(32) });
const compiled = z.object({
  metadata: z.string(),
  evm: z.object({
    bytecode: z.object({ object: z.string() }),
    deployedBytecode: z.object({ object: z.string(), immutableReferences: z.record(z.string(), z.array(place)) }),
  }),
});
type Compiled = z.infer<typeof compiled>;

let anvil: Anvil;
let registry: Address;
let found: Map<string, Compiled>;

/** `npm run metadata`, as a person runs it, and npm's compiler on what it wrote. */
beforeAll(async () => {
  const scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const file = join(scratch, "registry-input.json");
  await execa(process.execPath, ["contracts/script/metadata.ts", file]);
  const output = JSON.parse(solc.compile(readFileSync(file, "utf8")));
  found = new Map(
    deployedContracts.map((name) => [name, compiled.parse(output.contracts?.[toSourcePath(name)]?.[name])]),
  );
  rmSync(scratch, { recursive: true });
  anvil = await startAnvil({ chainId: 7 });
  const env = { COUNTERSIGN_KEY: anvil.accounts[0].privateKey };
  const { stdout } = await countersign(["registry", "deploy", "--rpc", anvil.rpc], { env });
  registry = toAddress(stdout.trim());
}, 300_000);
afterAll(() => anvil.stop());

const of = (name: string): Compiled => compiled.parse(found.get(name));
const readCode = async (account: string) => (await anvil.provider.getCode(account)) as Hex;
/** The registry's own creations, in the order of its constructor. */
const createdAt = (nonce: number) => toAddress(getCreateAddress({ from: registry, nonce }));
const places = () => [
  ["Registry", registry],
  ["Executor", createdAt(1)],
  ["References", createdAt(2)],
  ["Governance", createdAt(3)],
];

function immutablesOf({ evm }: Compiled): { start: number; length: 32 }[] {
  return Object.values(evm.deployedBytecode.immutableReferences).flat();
}

/** With zeros where immutables are, as the compiler leaves it. */
function clear(code: Hex, one: Compiled): Hex {
  const bytes = getBytes(code);
  for (const { start, length } of immutablesOf(one)) bytes.fill(0, start, start + length);
  return hexlify(bytes) as Hex;
}

describe("the standard JSON input that is published", () => {
  it("gives the creation code that is deployed, byte for byte", () => {
    expect(`0x${of("Registry").evm.bytecode.object}` === registryBytecode).toBe(true);
    expect(dataLength(registryBytecode) + 32).toBeLessThanOrEqual(maxInitcodeLength);
  });

  it.each(deployedContracts)("gives the code of %s on chain, but for its immutables", async (name) => {
    const [, account = ""] = places().find(([known]) => known === name) ?? [];
    const onChain = await readCode(account);
    expect(clear(onChain, of(name)) === `0x${of(name).evm.deployedBytecode.object}`).toBe(true);
  });

  it("leaves to the registry's immutables only what its place and its creations are", async () => {
    const code = await readCode(registry);
    const words = immutablesOf(of("Registry")).map(({ start }) => dataSlice(code, start, start + 32));
    const expected = [
      ...[registry, createdAt(1), createdAt(2), createdAt(3)].map((account) => toBeHex(account, 32)),
      ...["Countersign", "1"].flatMap((text) => [id(text), toShortString(text)]),
      toBeHex(7, 32),
      hashDomain({ chainId: 7, registry }),
    ];
    expect([...new Set(words)].sort()).toEqual(expected.sort());
  });

  it("says for which compiler and settings it is, without a hash of them in the code", () => {
    const { compiler, settings } = JSON.parse(of("Registry").metadata);
    expect(compiler.version).toBe(solc.version().replace(/\.Emscripten.*$/, ""));
    expect(settings).toMatchObject({ evmVersion: "prague", viaIR: true, metadata: { bytecodeHash: "none" } });
  });
});

/** A short string as OpenZeppelin keeps it: its bytes, zeros, its length. */
function toShortString(text: string): string {
  return concat([zeroPadBytes(toUtf8Bytes(text), 31), toBeHex(text.length, 1)]);
}
