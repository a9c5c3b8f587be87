import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { AbiCoder, type BaseWallet, concat, Interface, type TransactionReceipt } from "ethers";
import { execa } from "execa";
import { lock } from "proper-lockfile";
import { z } from "zod";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { sendMined } from "../helpers/registry.ts";

const artifact = z.object({
  abi: z.array(z.looseObject({ type: z.string() })),
  bytecode: z.union([z.string(), z.object({ object: z.string() }).transform(({ object }) => object)]),
});

/** A contract as its compiler left it. */
export interface Part {
  readonly calls: Interface;
  readonly bytecode: string;
}

const root = new URL("../../", import.meta.url);

/** Compiles what is deployed. */
export const buildParts = (): Promise<void> => buildContracts(["contracts/src", "contracts/parts"]);

/** Compiles what is in these folders, or everything; one process after the other, since they write the same files. */
export async function buildContracts(folders: readonly string[] = []): Promise<void> {
  const cwd = fileURLToPath(root);
  const release = await lock(fileURLToPath(new URL("contracts", root)), {
    retries: { retries: 600, minTimeout: 100, maxTimeout: 500 },
  });
  try {
    await execa("forge", ["build", "--quiet", ...folders], {
      cwd,
      preferLocal: true,
      stdout: "ignore",
      stderr: "inherit",
    });
  } finally {
    await release();
  }
}

/** Where two profiles compile a source, each has a file of its own; what tests deploy is of the ordinary one. */
export function readPart(file: string, name = file.replace(/\.sol$/, "")): Part {
  const places = [`${name}.default.json`, `${name}.json`].map((one) => new URL(`contracts/out/${file}/${one}`, root));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`expected ${file} compiled, found neither file of ${places.join(", ")}`);
  return parsePart(found);
}

/** One of `@safe-global/safe-smart-account`, as published. */
export function readSafePart(path: string): Part {
  const require = createRequire(import.meta.url);
  const name = path.replace(/^.*\//, "");
  return parsePart(
    require.resolve(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.sol/${name}.json`),
  );
}

function parsePart(file: URL | string): Part {
  const { abi, bytecode } = artifact.parse(JSON.parse(readFileSync(file, "utf8")));
  return { calls: new Interface(abi), bytecode };
}

/** Sends and insists that it was not reverted. */
export async function mustSend(
  sender: BaseWallet,
  request: { to?: Address; data: string },
): Promise<TransactionReceipt> {
  const receipt = await sendMined(sender, { ...request, gasLimit: 16_000_000 });
  if (receipt.status !== 1) throw new Error(`expected ${receipt.hash} to succeed, found it reverted`);
  return receipt;
}

export async function deployPart(sender: BaseWallet, { calls, bytecode }: Part, args: readonly unknown[] = []) {
  const types = calls.deploy.inputs;
  const data = concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, args)]);
  return toAddress(String((await mustSend(sender, { data })).contractAddress));
}
