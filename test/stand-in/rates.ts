import type { Tokens } from "./actor.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "./world.ts";

/** Requests of each installation and person in the running hour: an installation's tokens share its limit. */
export interface Rates {
  /** Counts one request and returns the headers that tell of it; throws 403 where none is left. */
  count(authorization: string | undefined): Record<string, string>;
  /** Takes a request back: an answer 304 costs nothing. */
  refund(authorization: string | undefined): void;
  used(authorization: string | undefined): number;
  readonly reset: number;
}

export function createRates(world: World, tokens: Tokens): Rates {
  const used = new Map<string, number>();
  const reset = Math.floor(Date.now() / 1000) + 3600;
  const get = (authorization: string) => used.get(toPayer(authorization, tokens)) ?? 0;
  const add = (authorization: string, count: number) =>
    used.set(toPayer(authorization, tokens), Math.max(0, get(authorization) + count));
  return {
    reset,
    count(authorization = "") {
      add(authorization, 1);
      const remaining = world.limits.requestsPerHour - get(authorization);
      const headers = toHeaders(world.limits.requestsPerHour, { remaining: Math.max(0, remaining), reset });
      if (remaining < 0) throw new Refusal(403, "API rate limit exceeded for installation.", { headers });
      return headers;
    },
    refund: (authorization = "") => void add(authorization, -1),
    used: (authorization = "") => get(authorization),
  };
}

function toPayer(authorization: string, { installations }: Tokens): string {
  const grant = installations.get(authorization.replace(/^\w+ /, ""));
  return grant ? `installation ${grant.installation.id}` : authorization;
}

function toHeaders(limit: number, { remaining, reset }: { remaining: number; reset: number }): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-used": String(limit - remaining),
    "x-ratelimit-reset": String(reset),
    "x-ratelimit-resource": "core",
  };
}
