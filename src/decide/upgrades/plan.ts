import { assertUnreachable } from "../../errors.ts";
import type { BuildFacts, RecordFacts } from "../../facts.ts";
import type { PolicyContract } from "../../policy.ts";
import type { Upgrade } from "../../protocol/approval.ts";
import { zeroHash } from "../../protocol/hex.ts";
import type { Reason } from "../../verdict.ts";
import { findConstructorReads } from "../safety/constructor.ts";
import { planUups } from "./uups.ts";

/** What an upgrade does beside moving the record. */
export type UpgradePlan = Pick<Upgrade, "buildHash" | "code" | "calls">;

const recordOnly: UpgradePlan = { buildHash: zeroHash, code: [], calls: [] };

/** The calls of one contract's upgrade kind, or why there can be none. */
export function planUpgrade(
  contract: PolicyContract,
  build: BuildFacts,
  found: Pick<RecordFacts, "acceptsOwnership">,
): UpgradePlan | readonly Reason[] {
  if (contract.kind === "record") return recordOnly;
  if (build.kind === "failed") return [{ code: "build-failed", path: contract.path, problems: build.problems }];
  if (build.kind === "none") return [{ code: "build-failed", path: contract.path, problems: [nothingBuilt] }];
  const unsafe = findConstructorReads(build);
  if (unsafe.length > 0) return unsafe;
  switch (contract.kind) {
    case "uups":
      return planUups(contract, build, found);
    default:
      return assertUnreachable(contract.kind);
  }
}

const nothingBuilt = {
  code: "BUILD_FAILED",
  message: "expected an implementation to upgrade to, found nothing that was compiled",
} as const;
