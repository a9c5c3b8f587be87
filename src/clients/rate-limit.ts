import { z } from "zod";

/** Where GitHub names no time, its documentation has one wait a minute. No limit of GitHub's is longer than an hour. */
const unnamed = 60;
const longest = 3600;

const seconds = z.coerce.number().nonnegative();
const refusal = z.object({
  status: z.literal([403, 429]),
  message: z.string(),
  response: z.object({
    headers: z.object({
      "retry-after": seconds.optional().catch(undefined),
      "x-ratelimit-remaining": z.coerce.string().optional(),
      "x-ratelimit-reset": seconds.optional().catch(undefined),
    }),
  }),
});

/**
 * When GitHub may be asked again, where it refused for having been asked too much: the hourly limit or a secondary one.
 * Undefined where it refused for another reason, or did not.
 *
 * @param now Unix milliseconds, as the answer
 */
export function parseLimitEnd(error: unknown, now: number): number | undefined {
  const found = refusal.safeParse(error);
  if (!found.success) return undefined;
  const { status, message, response } = found.data;
  const wait = toWait(response.headers, now);
  const isLimit = wait !== undefined || status === 429 || /\bsecondary rate\b/i.test(message);
  // A second more than said: GitHub's clock is not ours.
  return isLimit ? now + (Math.min(wait ?? unnamed, longest) + 1) * 1000 : undefined;
}

function toWait(headers: z.infer<typeof refusal>["response"]["headers"], now: number): number | undefined {
  if (headers["retry-after"] !== undefined) return headers["retry-after"];
  if (headers["x-ratelimit-remaining"] !== "0") return undefined;
  const reset = headers["x-ratelimit-reset"];
  return reset === undefined ? undefined : Math.max(0, Math.ceil(reset - now / 1000));
}
