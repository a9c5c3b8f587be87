import { events, measureRequests, type RequestFigures } from "../test/stage/requests.ts";
import { type Row, toRow } from "./row.ts";

/** Requests that one event costs: GitHub allows an installation 5,000 an hour, and counts no 304. */
export async function measure(): Promise<readonly Row[]> {
  const { figures } = await measureRequests();
  const names = Object.keys(events) as (keyof RequestFigures)[];
  return names.flatMap((name) => {
    const { api, unchanged, git } = figures[name];
    const [words, most] = events[name];
    return [
      toRow({ name: words, unit: "API requests", ours: api.length, reference: most, referenceName: "at most" }),
      // Counted apart: GitHub does not, and there is no aim.
      toRow({ name: words, unit: "unchanged (304)", ours: unchanged.length, reference: null, referenceName: "none" }),
      toRow({ name: words, unit: "git requests", ours: git, reference: null, referenceName: "none" }),
    ];
  });
}
