import type { News } from "../clients/registry/news.ts";
import type { Head, Registry } from "../clients/registry.ts";
import type { Told, WatchedPull, Watcher, Watches } from "../clients/store/watches.ts";
import type { KeySink } from "./events.ts";

interface Clients {
  readonly registry: Registry;
  readonly watches: Watches;
  readonly sink: Pick<KeySink, "pull">;
}

/**
 * So many blocks are read again at each look: for what a reorganisation moved or took away, and for what a node behind a
 * balancer did not have yet.
 */
const overlap = 256;

/** Further back than this the sweep has found what there was. */
const farthest = 20_000;

/**
 * Names every pull request that the chain has news for: an event of a contract that it waits for, one that is gone again,
 * or a time that has come. Two requests to the RPC. To be called again after any fault: nobody is told of something that
 * was not named to the queue before.
 *
 * @returns how many were named
 */
export async function watchChain({ registry, watches, sink }: Clients): Promise<number> {
  const source = { chainId: registry.domain.chainId, registry: registry.address };
  const head = await registry.readHead();
  const last = (await watches.readCheckpoint(source)) ?? head.number;
  const fromBlock = Math.max(0, Math.max(Math.min(last, head.number), head.number - farthest) - overlap);
  const news = await registry.readNews({ fromBlock, block: head.number });
  const contracts = [...new Set(news.flatMap(({ names }) => names))];
  const time = head.timestamp;
  const found = await watches.find(source.chainId, { contracts, time });
  const woken = found.flatMap((watcher) => wake(watcher, news, { fromBlock, head }));
  const pulls = new Map(woken.filter(({ isWoken }) => isWoken).map(({ pull }) => [toId(pull), pull]));
  for (const pull of pulls.values()) await sink.pull(pull);
  await watches.tell(source.chainId, woken, time);
  await watches.keepCheckpoint(source, head.number);
  return pulls.size;
}

/** What a watcher knows after this look; nothing where that stays as it is. */
function wake(
  { pull, contract, told, due }: Watcher,
  news: readonly News[],
  { fromBlock, head }: { readonly fromBlock: number; readonly head: Head },
): (Watcher & { readonly isWoken: boolean })[] {
  const found = news.filter(({ names }) => names.includes(contract)).map(({ id, block }): Told => ({ id, block }));
  const recent = told.filter(({ block }) => block >= fromBlock);
  const isDue = due !== undefined && due <= head.timestamp;
  const seen = recent.filter(({ block }) => block <= head.number);
  // One more, or one that is gone: a reorganisation takes events back.
  const isWoken = isDue || lacks(seen, found) || lacks(found, seen);
  if (!isWoken && recent.length === told.length) return [];
  // A node that is behind says nothing of later blocks.
  const later = recent.filter(({ block }) => block > head.number);
  return [{ pull, contract, told: [...found, ...later], due: isDue ? undefined : due, isWoken }];
}

function lacks(some: readonly Told[], others: readonly Told[]): boolean {
  return others.some(({ id }) => !some.some((one) => one.id === id));
}

function toId({ repositoryId, number }: WatchedPull): string {
  return `${repositoryId}/${number}`;
}
