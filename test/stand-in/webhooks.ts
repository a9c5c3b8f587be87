import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "./state.ts";
import type { World } from "./world.ts";

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly app: App;
  readonly event: string;
  readonly action: string | undefined;
  readonly installation: number | undefined;
  readonly repository: number | undefined;
  readonly payload: object;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  /** 0 until it was answered, and where nobody answered. */
  status: number;
  /** What was done to it on the way. */
  fate: "sent" | Misfortune;
}

/** What the network does to a webhook. Tampered: the body is changed after it was signed. */
export type Misfortune = "lost" | "repeated" | "tampered" | "delayed";

export interface Webhooks {
  /** All that were due, the oldest first, also the lost ones. */
  readonly log: readonly Delivery[];
  /** Decides on each delivery before it leaves; without it, or when it says nothing, it is sent as it is. */
  misfortune: ((delivery: Delivery) => Misfortune | undefined) | undefined;
  queue(delivery: Pick<Delivery, "app" | "event" | "action" | "installation" | "repository" | "payload">): Delivery;
  redeliver(guid: string): Delivery;
  /** Keeps what comes until `release`. */
  hold(): void;
  /** Sends what was held, in the order that `arrange` gives it. */
  release(arrange?: (held: readonly Delivery[]) => readonly Delivery[]): void;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

/** Webhooks of the Apps: signed, one after the other, each tried once (as GitHub does). */
export function createWebhooks(world: World): Webhooks {
  const log: Delivery[] = [];
  let held: Delivery[] | undefined;
  let last: Promise<void> = Promise.resolve();
  const send = (delivery: Delivery) => {
    if (held) held.push(delivery);
    else last = last.then(() => dispatch(delivery, webhooks.misfortune?.(delivery)));
  };
  const record = (delivery: Omit<Delivery, "id" | "deliveredAt" | "status" | "fate">): Delivery => {
    const deliveredAt = world.now().toISOString();
    const entry: Delivery = { ...delivery, id: world.nextId(), deliveredAt, status: 0, fate: "sent" };
    log.push(entry);
    send(entry);
    return entry;
  };
  const webhooks: Webhooks = {
    log,
    misfortune: undefined,
    queue: (delivery) => record({ ...delivery, guid: randomUUID(), redelivery: false }),
    redeliver(guid) {
      const original = log.find((delivery) => delivery.guid === guid);
      if (original === undefined) throw new Error(`no delivery ${guid}`);
      return record({ ...original, redelivery: true });
    },
    hold() {
      held ??= [];
    },
    release(arrange = (all) => all) {
      const waiting = held ?? [];
      held = undefined;
      arrange(waiting).forEach(send);
    },
    async idle() {
      for (let seen: Promise<void> | undefined; seen !== last; ) {
        seen = last;
        await seen;
      }
    },
  };
  return webhooks;
}

async function dispatch(delivery: Delivery, misfortune: Misfortune | undefined): Promise<void> {
  delivery.fate = misfortune ?? "sent";
  if (misfortune === "lost") return;
  if (misfortune === "delayed") await sleep(200);
  if (misfortune === "repeated") await post(delivery, { tampered: false });
  await post(delivery, { tampered: misfortune === "tampered" });
}

async function post(delivery: Delivery, { tampered }: { tampered: boolean }): Promise<void> {
  const { webhook, id } = delivery.app;
  if (webhook === undefined) return;
  const body = JSON.stringify(delivery.payload);
  const headers = {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/stand-in",
    "x-github-delivery": delivery.guid,
    "x-github-event": delivery.event,
    "x-github-hook-id": "1",
    "x-github-hook-installation-target-id": String(id),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature-256": `sha256=${createHmac("sha256", webhook.secret).update(body).digest("hex")}`,
  };
  try {
    const sent = tampered ? body.replace("{", '{"tampered":true,') : body;
    const response = await fetch(webhook.url, {
      method: "POST",
      headers,
      body: sent,
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    delivery.status = response.status;
  } catch {
    delivery.status = 0;
  }
}
