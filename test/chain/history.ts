import { startAnvil } from "../helpers/anvil.ts";
import type { ChainState } from "./chain-state.ts";
import { findDifferences, toQuestions } from "./getters.ts";
import { type Move, moves } from "./moves.ts";
import { replay, type TimedLog } from "./replay.ts";
import { openScene, type Scene, type Sending } from "./scene.ts";

export interface History {
  readonly differences: readonly string[];
  /** How often each move took effect, and how many were refused. */
  readonly done: Readonly<Record<string, number>>;
  readonly refused: number;
  /** How many getters were asked. */
  readonly asked: number;
  /** Whether the state could not be rebuilt without the event of this topic. */
  lacks(topic: string): boolean;
}

/** Lives one history on a chain of its own, and looks after every so many steps whether events and getters agree. */
export async function live(seed: number, { steps, every }: { steps: number; every: number }): Promise<History> {
  await using anvil = await startAnvil({ accounts: 8 });
  const { scene, send, readLogs } = await openScene(anvil, seed);
  const done: Record<string, number> = {};
  const differences: string[] = [];
  let [refused, asked] = [0, 0];
  for (let step = 1; step <= steps && differences.length === 0; step++) {
    const move = pickMove(scene);
    const succeeded = await send(move.sending);
    if (succeeded) done[move.name] = (done[move.name] ?? 0) + 1;
    else refused += 1;
    if (step % every !== 0 && step !== steps) continue;
    const questions = toQuestions(scene.state, { now: scene.now, others: toOthers(scene) });
    asked += questions.length;
    const addresses = { registry: scene.registry, references: scene.references };
    const found = await findDifferences(questions, { rpc: anvil.rpc, addresses });
    differences.push(...found.map((words) => `seed ${seed}, step ${step}, after ${move.name}: ${words}`));
  }
  // All at once, as somebody reads them who was not there.
  const logs = await readLogs();
  const addresses = { registry: scene.registry, references: scene.references };
  if (toText(replay(logs, addresses)) !== toText(scene.state)) differences.push("read at once, they differ");
  return { differences, done, refused, asked, lacks: (topic) => lacks(topic, { logs, addresses }) };
}

/** Whether the state is another one, or none, right after an event of this topic when all of those are left out. */
function lacks(
  topic: string,
  { logs, addresses }: { logs: readonly TimedLog[]; addresses: Parameters<typeof replay>[1] },
): boolean {
  const isMeant = ({ topics }: TimedLog) => topics[0] === topic;
  return logs.some((log, index) => {
    if (!isMeant(log)) return false;
    const past = logs.slice(0, index + 1);
    try {
      const rest = past.filter((one) => !isMeant(one));
      return toText(replay(rest, addresses)) !== toText(replay(past, addresses));
    } catch {
      return true;
    }
  });
}

function toText(state: ChainState): string {
  const plain = (_: string, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value);
  return JSON.stringify(state, plain);
}

function toOthers({ contracts, made, actors, keys }: Scene) {
  return { contracts, digests: made.slice(-5).map(({ digest }) => digest), managers: actors, keys };
}

/** A move of those that make sense now, the weighty ones oftener. */
function pickMove(scene: Scene): { name: string; sending: Sending | "wait" } {
  const names = Object.entries(moves).flatMap(([name, { weight }]) => Array<string>(weight).fill(name));
  for (;;) {
    const name = scene.chance.pick(names) ?? "";
    const sending = (moves[name] as Move).plan(scene);
    if (sending) return { name, sending };
  }
}
