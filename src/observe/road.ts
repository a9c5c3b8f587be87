import type { Registry } from "../clients/registry.ts";
import type { ScheduleFacts, VoteFacts } from "../facts.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { ContractRecord } from "../protocol/record.ts";

/** What the chain knows under a digest: whether it is scheduled, and who of the records' signers spoke against it. */
export async function observeRoad(
  digest: Bytes32,
  question: {
    readonly registry: Registry;
    readonly block: number;
    readonly records: readonly ContractRecord[];
    /** Without a delay nothing can be scheduled. */
    readonly isDelayed: boolean;
  },
): Promise<{ readonly schedules: readonly ScheduleFacts[]; readonly votes: readonly VoteFacts[] }> {
  const { registry, block, records, isDelayed } = question;
  const [schedule, ...votes] = await Promise.all([
    isDelayed ? registry.readSchedule(digest, block) : undefined,
    ...records.map((record) => observeVotes(digest, record, { registry, block })),
  ]);
  return { schedules: schedule ? [{ digest, ...schedule }] : [], votes };
}

/** Who of a record's signers spoke against a digest, at a block. */
export async function observeVotes(
  digest: Bytes32,
  { contractAddress: contract, signers }: ContractRecord,
  { registry, block }: { readonly registry: Registry; readonly block: number },
): Promise<VoteFacts> {
  const { rejected, revoked } = await registry.readVotes(contract, digest, block);
  const toSigners = (bits: number) => signers.filter((_, i) => (bits >>> i) % 2 === 1);
  return { digest, contract, rejected: toSigners(rejected), revoked: toSigners(revoked) };
}
