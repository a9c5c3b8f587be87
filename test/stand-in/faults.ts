import type { OperationId } from "./openapi/used.ts";

/** What goes wrong with a request instead of, or before, its answer. */
export interface Fault {
  /** The operation hit, or `git-upload-pack` and `git-receive-pack`; without it: any. */
  readonly on?: OperationId | "git-upload-pack" | "git-receive-pack";
  /** How many requests are hit; one by default. */
  readonly times?: number;
  /** Milliseconds before anything happens. */
  readonly delay?: number;
  /** `request`: the connection drops before anything is done; `response`: after it was done. */
  readonly drop?: "request" | "response";
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface Faults {
  add(fault: Fault): void;
  /** Takes the fault that the next request to this operation meets, if any. */
  take(on: string): Fault | undefined;
  clear(): void;
}

/** GitHub's answer to too many requests in a short time. */
export const secondaryRateLimit = {
  status: 403,
  headers: { "retry-after": "1" },
  body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
} as const satisfies Fault;

export function createFaults(): Faults {
  const pending: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void pending.push({ fault, left: fault.times ?? 1 }),
    take(on) {
      const hit = pending.find(({ fault, left }) => left > 0 && (fault.on ?? on) === on);
      if (hit) hit.left -= 1;
      return hit?.fault;
    },
    clear: () => void pending.splice(0),
  };
}
