import { CountersignError, type Problem } from "../errors.ts";
import { findSourcePathProblems } from "./build-hash.ts";
import { isPlainPath } from "./link.ts";

/** Solidity's standard JSON, as the compiler takes it. */
export interface StandardInput {
  readonly language: "Solidity";
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * What may be set. The rest is refused: it would change what is printed (`outputSelection`, `stopAfter`), run a prover
 * (`modelChecker`), give code that we cannot judge (`experimental`, `eofVersion`, `viaSSACFG`), or bring in code at an
 * address that nobody signs (`libraries`).
 */
const allowedSettings = ["debug", "evmVersion", "metadata", "optimizer", "remappings", "viaIR"];

const outputs = [
  "abi",
  "evm.bytecode.object",
  "evm.bytecode.linkReferences",
  "evm.deployedBytecode.object",
  "evm.legacyAssembly",
  "evm.methodIdentifiers",
];

/**
 * The compiler's input for sources by their path relative to the repository. Every source has its content in it, so the
 * compiler never asks for a file.
 *
 * @throws BUILD_FAILED with every setting that may not be set and every path that leads outside
 */
export function toStandardInput(
  sources: ReadonlyMap<string, string>,
  settings: Readonly<Record<string, unknown>>,
): StandardInput {
  const [first, ...rest] = [...findSourcePathProblems([...sources.keys()]), ...findSettingProblems(settings)];
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, content]) => [path, { content }])),
    settings: { ...settings, outputSelection: { "*": { "*": outputs } } },
  };
}

function findSettingProblems(settings: Readonly<Record<string, unknown>>): Problem[] {
  const unknown = Object.keys(settings).filter((key) => !allowedSettings.includes(key));
  const expected = allowedSettings.join(", ");
  return [
    ...unknown.map((key) => toProblem(`expected only ${expected} under build.settings, found "${key}"`, key)),
    ...findRemappingProblems(settings.remappings),
  ];
}

/** `context:prefix=target`. A target outside the repository would be another one in every folder. */
function findRemappingProblems(remappings: unknown): Problem[] {
  if (!Array.isArray(remappings)) return [];
  return remappings
    .filter((remapping) => {
      const target = String(remapping).replace(/^[^=]*=/, "");
      return !isPlainPath(target.replace(/\/$/, ""));
    })
    .map((remapping) =>
      toProblem(`expected a remapping to a path of the repository, found "${remapping}"`, "remappings"),
    );
}

function toProblem(message: string, subject: string): Problem {
  return { code: "BUILD_FAILED", message, subject };
}
