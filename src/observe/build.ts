import type { Compiler } from "../clients/compiler.ts";
import { CountersignError, failure, type Problem } from "../errors.ts";
import type { BuildFacts } from "../facts.ts";
import type { BuildPolicy, PolicyContract } from "../policy.ts";
import { hashBuild } from "../protocol/build-hash.ts";
import {
  deployerAddress,
  hashCode,
  maxCodeLength,
  toCodeProbe,
  toImplementationAddress,
} from "../protocol/bytecode.ts";
import type { Compilation, CompiledContract } from "../protocol/compilation.ts";
import type { Address, Bytes32, Hex } from "../protocol/hex.ts";
import { findForeignInstructions } from "../protocol/instructions.ts";
import { toStandardInput } from "../protocol/standard-json.ts";
import { toUtf8Text } from "../protocol/utf8.ts";
import { findImplementation, toContractId } from "./implementation.ts";

export interface BuildSubject {
  readonly contract: PolicyContract;
  /** The contract hash, which salts the address. */
  readonly hash: Bytes32;
  /** The directory's files by their path relative to the repository; all that end in `.sol` are compiled. */
  readonly sources: ReadonlyMap<string, Uint8Array>;
}

export interface BuildClients {
  readonly compiler: Compiler;
  /** `eth_getCode` */
  readonly readCode: (address: Address) => Promise<Hex>;
  /** `eth_call` of this creation code, without `to`: what it returns. */
  readonly probeCode: (data: Hex) => Promise<Hex>;
}

/**
 * Compiles a registered directory and finds the code that its implementation has on chain, or would have. Everything of
 * the sources is data: nothing of them runs but their constructor, in a call that changes nothing.
 *
 * @throws what the clients throw, where the answer could not be found out; a build that fails is an answer
 */
export async function observeBuild(subject: BuildSubject, clients: BuildClients): Promise<BuildFacts> {
  if (subject.contract.kind === "record") return { kind: "none" };
  try {
    return await build(subject, clients);
  } catch (error) {
    if (error instanceof CountersignError && error.code === "BUILD_FAILED")
      return { kind: "failed", problems: error.problems };
    throw error;
  }
}

async function build({ contract, hash, sources }: BuildSubject, clients: BuildClients): Promise<BuildFacts> {
  const solidity = readSolidity(sources);
  const compilation = await compile(solidity, contract.build, clients.compiler);
  const chosen = findImplementation(compilation.contracts, contract.build.contract);
  const initcode: Hex = `0x${chosen.initcode}`;
  const { version } = compilation;
  return {
    kind: "built",
    buildHash: hashBuild({ compiler: "solc", version, settings: contract.build.settings, sources: solidity }),
    contract: toContractId(chosen),
    compiler: `solc ${version}`,
    initcode,
    implementation: toImplementationAddress(hash, initcode),
    codeHash: hashCode(await readDeployedCode(chosen, toCodeProbe(hash, initcode), clients)),
    constructorReads: findForeignInstructions(chosen.instructions ?? [], chosen),
  };
}

/** The texts of the compiler's input, whose bytes are exactly the files': the build hash names these. */
function readSolidity(sources: BuildSubject["sources"]): Map<string, string> {
  const files = [...sources].filter(([path]) => path.endsWith(".sol"));
  if (files.length === 0) throw failure("BUILD_FAILED", "expected Solidity sources (.sol), found none");
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [path, bytes] of files) {
    try {
      texts.set(path, toUtf8Text(bytes, { code: "BUILD_FAILED", subject: path }));
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      problems.push(...error.problems);
    }
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return texts;
}

async function compile(
  sources: ReadonlyMap<string, string>,
  { settings }: BuildPolicy,
  compiler: Compiler,
): Promise<Compilation> {
  const compilation = await compiler.compile(toStandardInput(sources, settings));
  const [first, ...rest] = compilation.problems;
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return compilation;
}

async function readDeployedCode(contract: CompiledContract, probe: Hex, clients: BuildClients): Promise<Hex> {
  const code = await clients.probeCode(probe);
  if (code !== "0x") return code;
  const id = toContractId(contract);
  if ((await clients.readCode(deployerAddress)) === "0x")
    throw failure("BUILD_FAILED", `expected the deterministic deployer at ${deployerAddress}, found no code there`);
  if (contract.codeLength > maxCodeLength)
    throw failure(
      "BUILD_FAILED",
      `expected at most ${maxCodeLength} bytes of code, found ${contract.codeLength} in ${id}`,
    );
  throw failure(
    "BUILD_FAILED",
    `expected ${id} to be deployable, found that its constructor reverts or leaves no code that the chain takes`,
  );
}
