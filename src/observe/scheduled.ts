import type { Scheduling } from "../clients/registry/schedulings.ts";
import type { Head, Registry } from "../clients/registry.ts";
import type { ScheduledFacts } from "../facts.ts";
import type { ContractRecord } from "../protocol/record.ts";
import { observeVotes } from "./road.ts";

/** Reads what was scheduled for a record. */
export type ReadScheduled = (
  record: ContractRecord,
  isOwn: (link: string) => Promise<boolean>,
) => Promise<ScheduledFacts[]>;

/**
 * What was scheduled since a time (Unix seconds), from the registry's events: nobody can edit them as they can a comment.
 * They are only read where the registry says that something can still come, and once for all records.
 */
export function openScheduled({
  registry,
  head,
  since,
}: {
  readonly registry: Registry;
  readonly head: Head;
  readonly since: number;
}): ReadScheduled {
  let all: Promise<Scheduling[]> | undefined;
  const block = head.number;
  const readAll = async () =>
    registry.readSchedulings({ fromBlock: await registry.readBlockBefore(since, head), block });

  return async (record, isOwn) => {
    const { contractAddress } = record;
    if (!(await registry.readExitOpen(contractAddress, block))) return [];
    all ??= readAll();
    const own = (await all).filter(({ contract }) => contract === contractAddress);
    return Promise.all(
      own.map(async ({ digest, deadline, version, contractLink }) => {
        const schedule = await registry.readSchedule(digest, block);
        const { rejected } = await observeVotes(digest, record, { registry, block });
        return { digest, ...schedule, deadline, version, contractLink, isOwn: await isOwn(contractLink), rejected };
      }),
    );
  };
}
