import { CountersignError, failure, type Problem } from "../errors.ts";
import type { CompiledContract } from "../protocol/compilation.ts";

/** `path/File.sol:Name` */
export function toContractId({ path, name }: Pick<CompiledContract, "path" | "name">): string {
  return `${path}:${name}`;
}

/**
 * The contract that a UUPS proxy is to be upgraded to: the one that the policy names, or the only one that can be.
 *
 * @throws BUILD_FAILED with the names found, where there is none or more than one; with everything that keeps the
 *   chosen one from being deployed
 */
export function findImplementation(
  contracts: readonly CompiledContract[],
  named: string | undefined,
): CompiledContract {
  const deployable = contracts.filter(({ initcode }) => initcode !== "");
  const candidates = named === undefined ? deployable.filter(isUups) : deployable.filter(isNamed(named));
  const [chosen, ...others] = candidates;
  if (chosen === undefined || others.length > 0) throw undecided(named, chosen === undefined ? deployable : candidates);
  const [first, ...rest] = findProblems(chosen);
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return chosen;
}

const uupsFunctions = ["upgradeToAndCall(address,bytes)", "proxiableUUID()"];

function isUups({ functions }: CompiledContract): boolean {
  return uupsFunctions.every((signature) => functions.includes(signature));
}

function isNamed(name: string): (contract: CompiledContract) => boolean {
  return (contract) => name === contract.name || name === toContractId(contract);
}

function undecided(named: string | undefined, found: readonly CompiledContract[]): CountersignError {
  const expected =
    named === undefined
      ? `one deployable contract with ${uupsFunctions.join(" and ")}`
      : `one deployable contract named "${named}"`;
  const names = found.map(toContractId).join(", ") || "none";
  return failure("BUILD_FAILED", `expected ${expected}, found ${names}; name one under build.contract`);
}

/** A contract without the two functions could be upgraded to, but never away from. */
function findProblems(contract: CompiledContract): Problem[] {
  const id = toContractId(contract);
  const missing = uupsFunctions.filter((signature) => !contract.functions.includes(signature));
  const { parameters, libraries, instructions } = contract;
  return [
    ...missing.map((signature) => `expected ${id} to have ${signature}, found no such function`),
    ...(parameters.length > 0
      ? [`expected ${id} to have a constructor without parameters, found (${parameters.join(", ")})`]
      : []),
    ...libraries.map(
      (name) => `expected ${id} to need no library on chain, found ${name}; make its functions internal`,
    ),
    // Closed: a constructor that cannot be looked at may read anything.
    ...(instructions === undefined ? [`expected the compiler to tell the instructions of ${id}, found none`] : []),
  ].map((message) => ({ code: "BUILD_FAILED", message, subject: contract.path }));
}
