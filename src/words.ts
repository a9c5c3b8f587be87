import type { Address, Bytes32 } from "./protocol/hex.ts";
import type { CheckState } from "./verdict.ts";

/** The name of the check run, which branch protection requires. */
export const checkName = "countersign";

/** A check run's visible part: its state, a title of one line, a summary in Markdown. */
export interface CheckWords {
  readonly state: CheckState;
  readonly title: string;
  readonly summary: string;
}

/** What a GitHub Deployment says of one contract and transaction. */
export interface DeploymentWords {
  /** `CHAIN / CONTRACT` */
  readonly environment: string;
  readonly description: string;
  readonly payload: {
    readonly transaction: Bytes32;
    readonly contract: Address;
    readonly chainId: number;
    readonly contractHash: Bytes32;
    readonly version: number;
  };
}
