import type { StandIn } from "../stand-in/start.ts";
import { until } from "./wait.ts";

/** API requests that an installation pays for, by template; git is counted apart. */
export interface RequestCount {
  readonly api: readonly string[];
  /** Answered 304, which GitHub does not count: none of `api`. */
  readonly unchanged: readonly string[];
  readonly git: number;
}

/** What the App asks of GitHub because of an act, from then until it has been quiet for a while (milliseconds). */
export async function countRequests(
  github: StandIn,
  act: () => Promise<unknown>,
  { people, quiet = 3_000 }: { people: readonly string[]; quiet?: number },
): Promise<RequestCount> {
  await settled(github, people, quiet);
  const start = github.requests.length;
  await act();
  await settled(github, people, quiet);
  const own = ofApp(github, people).filter((request) => github.requests.indexOf(request) >= start);
  const asked = own.filter(({ kind, route }) => kind === "api" && !isOfTheApp(route));
  const routes = (isFree: boolean) =>
    asked.filter(({ status }) => (status === 304) === isFree).map(({ route }) => route);
  return { api: routes(false), unchanged: routes(true), git: own.filter(({ kind }) => kind === "git").length };
}

/** Who it is, and its tokens of an hour: GitHub counts them for the App itself. */
function isOfTheApp(route: string): boolean {
  return /^[A-Z]+ \/app(\/|$)/.test(route);
}

function ofApp({ requests }: StandIn, people: readonly string[]) {
  return requests.filter(({ authorization = "" }) => !people.some((token) => isOf(authorization, token)));
}

/** A token in a header, or in git's basic one. */
function isOf(authorization: string, token: string): boolean {
  const [, basic] = /^Basic (.+)$/.exec(authorization) ?? [];
  return (basic === undefined ? authorization : Buffer.from(basic, "base64").toString()).includes(token);
}

async function settled(github: StandIn, people: readonly string[], quiet: number): Promise<void> {
  await github.idle();
  let count = ofApp(github, people).length;
  let since = Date.now();
  await until("the App to be quiet", async () => {
    const now = ofApp(github, people).length;
    if (now !== count) [count, since] = [now, Date.now()];
    return Date.now() - since >= quiet;
  });
}
