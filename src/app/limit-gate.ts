import type { Octokit } from "@octokit/rest";
import { toGithubFailure, toLimited } from "../clients/github.ts";

/** Whose limit a request counts towards: an installation's, or that of the App itself. */
export type Payer = number | "app";

type Request = (options: object) => Promise<unknown>;

export interface LimitGate {
  /** The Octokit plugin of all clients of a payer. It goes before others: what waited in them meets it last. */
  toPlugin(payer: Payer): (octokit: Pick<Octokit, "hook">) => void;
}

/**
 * Who asks on while limited loses its standing with GitHub. So when one job meets a limit, every other of that
 * installation is stopped here, before it asks, until the limit ends.
 */
export function createLimitGate(): LimitGate {
  const ends = new Map<Payer, number>();

  function assertOpen(payer: Payer): void {
    const until = ends.get(payer) ?? 0;
    if (until > Date.now()) throw toLimited(until);
    ends.delete(payer);
  }

  /** What was asked meanwhile may tell of an earlier end. */
  function close(payer: Payer, until: number): void {
    ends.set(payer, Math.max(until, ends.get(payer) ?? 0));
  }

  return {
    toPlugin: (payer) => (octokit) => {
      octokit.hook.wrap("request", async (request, options) => {
        assertOpen(payer);
        return (request as Request)(options).catch((error: unknown) => {
          const { until } = toGithubFailure(error);
          if (until === undefined) throw error;
          close(payer, until);
          throw toLimited(until, error);
        }) as ReturnType<typeof request>;
      });
    },
  };
}
