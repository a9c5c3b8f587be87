import { describe, expect, it } from "vitest";
import { referencesAbi, registryAbi } from "../../src/protocol/registry-abi.ts";
import { effort } from "../deep/settings.ts";
import { isDeep } from "../helpers/gits.ts";
import { type History, live } from "./history.ts";
import { moves } from "./moves.ts";
import { changes, referencesCalls, registryCalls } from "./replay.ts";

const seeds = isDeep ? Array.from({ length: effort.histories }, (_, index) => effort.seed + index) : [1, 2];
const extent = isDeep ? { steps: 300, every: 5 } : { steps: 180, every: 30 };

// Repeat one of these with its COUNTERSIGN_SEED.
describe("the events of the registry and the references", () => {
  const histories: History[] = [];

  it.each(seeds)("replay into what the getters answer, after a random history: seed %i", async (seed) => {
    const history = await live(seed, extent);
    histories.push(history);
    const { differences, done, refused, asked } = history;
    const effects = Object.values(done).reduce((sum, count) => sum + count, 0);
    console.log(`seed ${seed}: ${effects} steps took effect, ${refused} were refused, ${asked} getters were compared`);
    expect(differences.slice(0, 5)).toEqual([]);
  });

  it("were all there to be replayed: every move took effect", () => {
    expect(Object.keys(moves).filter((name) => !histories.some(({ done }) => name in done))).toEqual([]);
  });

  it("are all known to the replay, and but for the announcement the state needs each", () => {
    const names = [...registryAbi, ...referencesAbi].flatMap((one) => (one.type === "event" ? [one.name] : []));
    // That of EIP-5267 is never emitted here.
    expect(names.filter((name) => name !== "EIP712DomainChanged").sort()).toEqual(Object.keys(changes).sort());
    const topicOf = (name: string) =>
      String((registryCalls.getEvent(name) ?? referencesCalls.getEvent(name))?.topicHash);
    const idle = Object.keys(changes).filter((name) => !histories.some((one) => one.lacks(topicOf(name))));
    expect(idle).toEqual(["Proposed"]);
  });
});
