import { afterAll, describe, expect, it } from "vitest";
import { assertOneEnd, isWrite, openApproved, openFragilePlay, type Watcher } from "../stage/crash.ts";
import { projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { until } from "../stage/wait.ts";
import { effort } from "./settings.ts";

const fragile = await openFragilePlay({ project: { signers: 3, threshold: 2 }, records: { paths: ["rules"] } });
const { play } = fragile;
const versions = [1, 1];
// Every write at both its ends, and some of the reads; compiling takes its time, so that a record serves for most.
const moments = [...toMoments(1, await rehearse(1)), ...toMoments(0, await rehearse(0)).filter(isImplementation)];

afterAll(async () => expect(await fragile.end()).toEqual([]));

interface Moment {
  /** The contract with code, or the record. */
  readonly project: number;
  readonly request: string;
  readonly index: number;
  readonly end: "before" | "after";
}

/** Merges once without any fault, and writes down what the App asks. */
async function rehearse(project: number): Promise<readonly string[]> {
  const asked: string[] = [];
  const pull = await openApproved(play, projectAt(play, project), `rehearsal-${project}`);
  await play.stage.github.idle();
  fragile.watch((request) => void asked.push(request));
  await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
  await assertOneEnd(play, projectAt(play, project), { pull, version: nextVersion(project) });
  fragile.watch(undefined);
  return asked;
}

function toMoments(project: number, requests: readonly string[]): Moment[] {
  return requests.flatMap((request, index) => {
    const isMeant = isWrite(request) || index % effort.stride === 0;
    return isMeant ? (["before", "after"] as const).map((end) => ({ project, request, index, end })) : [];
  });
}

function isImplementation({ request }: Moment): boolean {
  return request === "eth_sendRawTransaction";
}

function nextVersion(project: number): number {
  const version = (versions[project] ?? 0) + 1;
  versions[project] = version;
  return version;
}

/** Counts the App's requests from now on and kills at one of them; what it asks while it dies is lost. */
function killAt({ index, end }: Moment): { watcher: Watcher; hit: () => boolean } {
  let seen = 0;
  let hit = false;
  return {
    hit: () => hit,
    watcher: () => {
      if (hit) return "before";
      hit = seen === index;
      seen += 1;
      return hit ? end : undefined;
    },
  };
}

describe("an App that is killed at a request of a merge and started again", () => {
  it.each(moments)("comes to the same end, with one transaction: $end $request ($index)", async (moment) => {
    const project = projectAt(play, moment.project);
    const pull = await openApproved(play, project, `stop-${moment.project}-${moment.index}-${moment.end}`);
    await play.stage.github.idle();
    const kill = killAt(moment);
    fragile.watch(kill.watcher);
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    // Requests run side by side, so that a late one may not come at all.
    await until("the kill, or the end", async () => kill.hit() || (await isTold(pull.number)), { timeout: 20_000 });
    await play.bot.stop("SIGKILL");
    fragile.watch(undefined);
    await play.start();
    await assertOneEnd(play, project, { pull, version: nextVersion(moment.project) });
  });

  async function isTold(number: number): Promise<boolean> {
    const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: number });
    return data.some(({ body = "" }) => body.includes("Finalized on chain"));
  }
});
