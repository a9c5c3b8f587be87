import { assertUnreachable } from "../errors.ts";
import { deployerAddress, toDeploymentData } from "../protocol/bytecode.ts";
import type { Hex } from "../protocol/hex.ts";
import { toExecuteData, toFinalizeData, toRejectData, toScheduleData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { FinalizeOrder, MergeOrder, PullVerdict, ReadyTransaction, Reason } from "../verdict.ts";

const steps: readonly Reason["code"][] = ["finalizing", "scheduling", "executing"];

/** Where nobody is there to send what is due, it is shown instead, for anybody to send. */
export function decideUnsent(verdict: PullVerdict, ready: readonly ReadyTransaction[]): PullVerdict {
  const proposals = verdict.proposals.map((one) => {
    const own = ready.filter(({ chainId }) => chainId === one.chainId);
    if (own.length === 0) return one;
    const reasons = one.reasons.map((reason) => (steps.includes(reason.code) ? ({ code: "unsent" } as const) : reason));
    return { ...one, reasons, ready: [...own, ...(one.ready ?? [])] };
  });
  return { ...verdict, proposals };
}

/** The bytes that a relayer would send for an order: but for a gate's, from any account to the same effect (protocol §3, §4). */
export function toTransactions(order: MergeOrder): ReadyTransaction[] {
  const { chainId, registry } = order.proposal.domain;
  const from = "from" in order ? order.from : undefined;
  const step = { purpose: order.kind, chainId, from, to: registry, data: toData(order) };
  return [...(order.kind === "reject" ? [] : order.deployments.map((one) => toDeploy(one, chainId))), step];
}

function toDeploy({ salt, initcode }: FinalizeOrder["deployments"][number], chainId: number): ReadyTransaction {
  const data = toDeploymentData(salt, initcode as Hex);
  return { purpose: "deploy", chainId, from: undefined, to: deployerAddress, data };
}

function toData(order: MergeOrder): Hex {
  const { approval, digest } = order.proposal;
  switch (order.kind) {
    case "finalize":
      return toFinalizeData(approval, packSignatures(order.signatures));
    case "schedule":
      return toScheduleData(approval, packSignatures(order.signatures));
    case "execute":
      return toExecuteData(approval);
    case "reject":
      return toRejectData(order.contract, { digest, deadline: approval.deadline }, packSignatures(order.signatures));
    default:
      return assertUnreachable(order);
  }
}
