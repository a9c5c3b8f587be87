import type { PullVerdict, ReadyTransaction } from "../verdict.ts";

/** Where nobody is there to send what is merged and approved, it is shown instead, for anybody to send. */
export function decideUnsent(verdict: PullVerdict, ready: readonly ReadyTransaction[]): PullVerdict {
  const proposals = verdict.proposals.map((one) => {
    const own = ready.filter(({ chainId }) => chainId === one.chainId);
    return own.length === 0 ? one : { ...one, reasons: [{ code: "unsent" } as const], ready: own };
  });
  return { ...verdict, proposals };
}
