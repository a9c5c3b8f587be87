/** Below it GitHub's merge queue keeps what it would land: a branch for each pull request in the queue. */
export const queuePrefix = "gh-readonly-queue/";

/** One pull request in the merge queue of a branch. */
export interface QueueEntry {
  readonly base: string;
  readonly number: number;
}

/** `gh-readonly-queue/BASE/pr-NUMBER-PARENT`, as GitHub names them; undefined for any other branch. */
export function parseQueueBranch(name: string): QueueEntry | undefined {
  const [, base, number] = /^gh-readonly-queue\/(.+)\/pr-([1-9]\d{0,14})-[0-9a-f]{40,64}$/.exec(name) ?? [];
  return base === undefined ? undefined : { base, number: Number(number) };
}
