import type { RequestCount } from "../test/stage/count.ts";
import { measureRequests } from "../test/stage/requests.ts";
import { type Row, toRow } from "./row.ts";

const referenceName = "what an installation should pay at most";

/** Requests that one event costs: GitHub allows an installation 5,000 an hour. */
export async function measure(): Promise<readonly Row[]> {
  const { figures } = await measureRequests();
  const { opened, openedCold, review, push, strayPush } = figures;
  return [
    toApiRow("pull_request.opened", opened, 12),
    toApiRow("pull_request.opened, just started", openedCold, 12),
    toApiRow("pull_request_review.submitted", review, 8),
    toApiRow("push that changes nothing in the directory", push, 5),
    toApiRow("push to a branch that nothing is proposed against", strayPush, 2),
    toGitRow("pull_request.opened", opened),
    toGitRow("pull_request_review.submitted", review),
    toGitRow("push that changes nothing in the directory", push),
  ];
}

function toApiRow(name: string, { api }: RequestCount, reference: number): Row {
  return toRow({ name, unit: "API requests", ours: api.length, reference, referenceName });
}

/** Counted apart: GitHub does not, and there is no aim. */
function toGitRow(name: string, { git }: RequestCount): Row {
  return toRow({ name, unit: "git requests", ours: git, reference: null, referenceName: "none" });
}
