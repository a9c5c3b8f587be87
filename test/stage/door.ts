import { createHmac, randomUUID } from "node:crypto";
import type { Bot } from "./bot.ts";

/** One request at the App's webhook door, as a stranger or GitHub itself may send it. */
export async function knock(
  { url }: Pick<Bot, "url">,
  {
    body,
    secret,
    event = "pull_request",
    headers = {},
  }: { body: string; secret?: string; event?: string; headers?: Record<string, string> },
): Promise<number> {
  const signature = secret === undefined ? {} : { "x-hub-signature-256": sign(body, secret) };
  const response = await fetch(`${url}/api/github/webhooks`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-delivery": randomUUID(),
      "x-github-event": event,
      ...signature,
      ...headers,
    },
  });
  await response.arrayBuffer();
  return response.status;
}

export function sign(body: string | Buffer, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
