import { readFileSync } from "node:fs";
import solc from "solc";
import type { StandardInput } from "../../src/protocol/standard-json.ts";

interface CompilerAnswer {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
}

const root = new URL("../../", import.meta.url);

/** Everything that a deployment puts on chain; the registry's creation code makes the others. */
export const deployedContracts = ["Registry", "Governance", "References", "Executor"] as const;

export function toSourcePath(name: (typeof deployedContracts)[number]): string {
  return `contracts/src/${name}.sol`;
}

/**
 * Solidity's standard JSON input that the registry's creation code comes from: its sources with all that they import, by
 * the paths that forge uses, and the settings of `foundry.toml`'s profile `deployed`. A test compiles it and compares.
 */
export function readRegistryInput(): StandardInput {
  const outputs = ["abi", "metadata", "evm.bytecode.object", "evm.deployedBytecode"];
  return {
    language: "Solidity",
    sources: readSources(toSourcePath("Registry")),
    settings: {
      remappings,
      optimizer: { enabled: true, runs: 400 },
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: Object.fromEntries(
        deployedContracts.map((name) => [toSourcePath(name), { [name]: outputs }] as const),
      ),
      evmVersion: "prague",
      viaIR: true,
    },
  };
}

const remappings = ["@openzeppelin/=node_modules/@openzeppelin/"];

/** The compiler itself says what it reads. */
function readSources(entry: string): StandardInput["sources"] {
  const sources: Record<string, { content: string }> = {};
  const read = (path: string) => {
    const contents = readFileSync(new URL(path, root), "utf8");
    sources[path] = { content: contents };
    return { contents };
  };
  // The tree alone: it analyses what is imported, and makes no code.
  const settings = { remappings, outputSelection: { "*": { "": ["ast"] } } };
  const input = { language: "Solidity", sources: { [entry]: { content: read(entry).contents } }, settings };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as CompilerAnswer;
  const found = errors.filter(({ severity }) => severity === "error");
  if (found.length > 0) throw new Error(found.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return Object.fromEntries(Object.entries(sources).sort(([one], [other]) => (one < other ? -1 : 1)));
}
