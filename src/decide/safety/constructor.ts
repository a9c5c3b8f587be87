import type { BuildFacts } from "../../facts.ts";
import type { Reason } from "../../verdict.ts";

/**
 * A constructor that reads block, transaction or caller can leave other code or storage than what was signed, since
 * anyone may deploy the implementation at any time (protocol §4).
 */
export function findConstructorReads(build: Extract<BuildFacts, { kind: "built" }>): readonly Reason[] {
  if (build.constructorReads.length === 0) return [];
  return [{ code: "constructor-reads", contract: build.contract, instructions: build.constructorReads }];
}
