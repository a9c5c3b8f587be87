import { describe, expect, it } from "vitest";
import { referencesAbi, registryAbi } from "../../src/protocol/registry-abi.ts";
import { isDeep } from "../helpers/gits.ts";
import { live } from "./history.ts";
import { moves } from "./moves.ts";
import { changes } from "./replay.ts";

const seeds = isDeep ? Array.from({ length: 40 }, (_, index) => index + 1) : [1, 2, 3];
const effort = isDeep ? { steps: 400, every: 1 } : { steps: 200, every: 20 };

describe("the events of the registry and the references", () => {
  const done: Record<string, number> = {};

  it.each(seeds)("replay into what the getters answer, after random histories: seed %i", async (seed) => {
    const history = await live(seed, effort);
    expect(history.differences.slice(0, 5)).toEqual([]);
    for (const [name, count] of Object.entries(history.done)) done[name] = (done[name] ?? 0) + count;
    const total = Object.values(history.done).reduce((sum, count) => sum + count, 0);
    console.log(`seed ${seed}: ${total} moves took effect, ${history.refused} were refused, ${history.asked} answers`);
  });

  it("were all of them there to be replayed: every move took effect", () => {
    expect(Object.keys(moves).filter((name) => done[name] === undefined)).toEqual([]);
  });

  it("are all known to the replay", () => {
    const names = [...registryAbi, ...referencesAbi].flatMap((one) => (one.type === "event" ? [one.name] : []));
    // Of EIP-5267, never emitted here.
    expect(names.filter((name) => name !== "EIP712DomainChanged").sort()).toEqual(Object.keys(changes).sort());
  });
});
