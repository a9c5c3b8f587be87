import { z } from "zod";
import { failure, type Problem } from "../errors.ts";
import { toCompilerVersion } from "./compiler-version.ts";

/** What a compiler made of its sources: its errors, or the contracts. */
export interface Compilation {
  /** `0.8.37+commit.f401782d` */
  readonly version: string;
  readonly problems: readonly Problem[];
  readonly contracts: readonly CompiledContract[];
}

export interface CompiledContract {
  readonly path: string;
  readonly name: string;
  /** Creation code as hex digits, with placeholders where a library is not linked; empty for what cannot be deployed. */
  readonly initcode: string;
  /** In bytes, of the code that the constructor leaves. */
  readonly codeLength: number;
  /** The libraries that are not linked. */
  readonly libraries: readonly string[];
  /** `upgradeToAndCall(address,bytes)`, … */
  readonly functions: readonly string[];
  /** The types of the constructor's parameters. */
  readonly parameters: readonly string[];
  readonly payable: boolean;
  /** The constructor's instructions, each once; undefined where the compiler does not tell them. */
  readonly instructions: readonly string[] | undefined;
}

const standardError = z.object({
  severity: z.string(),
  type: z.string(),
  message: z.string(),
  formattedMessage: z.string().default(""),
  errorCode: z.string().optional(),
  sourceLocation: z.object({ file: z.string() }).optional(),
});

const abiEntry = z.object({
  type: z.string(),
  inputs: z.array(z.object({ type: z.string() })).default([]),
  stateMutability: z.string().optional(),
});

const standardContract = z.object({
  abi: z.array(abiEntry),
  evm: z.object({
    bytecode: z.object({ object: z.string(), linkReferences: z.record(z.string(), z.record(z.string(), z.unknown())) }),
    deployedBytecode: z.object({ object: z.string() }),
    legacyAssembly: z.object({ ".code": z.array(z.object({ name: z.string() })) }).nullish(),
    methodIdentifiers: z.record(z.string(), z.string()).default({}),
  }),
});

const errorOutput = z.object({ errors: z.array(standardError).default([]) });
const contractOutput = z.object({
  contracts: z.record(z.string(), z.record(z.string(), standardContract)).default({}),
});

type StandardError = z.output<typeof standardError>;

/**
 * Reads the compiler's standard JSON. Warnings are left out; where there is an error there are no contracts.
 *
 * @throws INTERNAL where the text is not what the compiler is known to answer
 */
export function parseCompilation(version: string, text: string): Compilation {
  try {
    const output: unknown = JSON.parse(text);
    const errors = errorOutput.parse(output).errors.filter(({ severity }) => severity === "error");
    const contracts = errors.length > 0 ? [] : toContracts(contractOutput.parse(output).contracts);
    return { version: toCompilerVersion(version), problems: errors.map(toProblem), contracts };
  } catch (cause) {
    throw failure("INTERNAL", `expected Solidity's standard JSON from the compiler, found ${text.slice(0, 80)}…`, {
      cause,
    });
  }
}

function toContracts(files: z.output<typeof contractOutput>["contracts"]): CompiledContract[] {
  return Object.entries(files).flatMap(([path, contracts]) =>
    Object.entries(contracts).map(([name, contract]) => toContract({ path, name }, contract)),
  );
}

function toContract(
  id: Pick<CompiledContract, "path" | "name">,
  { abi, evm }: z.output<typeof standardContract>,
): CompiledContract {
  const creation = abi.find(({ type }) => type === "constructor");
  const code = evm.legacyAssembly?.[".code"];
  return {
    ...id,
    initcode: evm.bytecode.object,
    codeLength: evm.deployedBytecode.object.length / 2,
    libraries: Object.values(evm.bytecode.linkReferences).flatMap(Object.keys),
    functions: Object.keys(evm.methodIdentifiers),
    parameters: creation?.inputs.map(({ type }) => type) ?? [],
    payable: creation?.stateMutability === "payable",
    instructions: code && [...new Set(code.map(({ name }) => name))],
  };
}

/** The compiler's number of "Source … not found". */
const sourceNotFound = "6275";

function toProblem({ type, message, formattedMessage, errorCode, sourceLocation }: StandardError): Problem {
  const [, place] = /^ *--> (.+:\d+:\d+):$/m.exec(formattedMessage) ?? [];
  const hint = errorCode === sourceNotFound ? "; the directory must hold everything that it imports" : "";
  const text = `${place ? `${place}: ` : ""}${type}: ${toSentence(message)}${hint}`;
  return { code: "BUILD_FAILED", message: text, ...(sourceLocation && { subject: sourceLocation.file }) };
}

/** Without what only tells how this compiler is built in: it never reads a file, by our choice. */
function toSentence(message: string): string {
  return message.replace(/: File import callback not supported.*$/, "").trimEnd();
}
