import { generateKeyPairSync, randomBytes } from "node:crypto";
import { created, type Endpoints, listed, ok } from "../endpoint.ts";
import { found } from "../refusal.ts";
import { toApp } from "../shapes/app.ts";
import type { App } from "../state.ts";
import type { Delivery } from "../webhooks.ts";
import { clientIdOf, type World } from "../world.ts";
import { signedIn } from "./apps.ts";

type Ids =
  | "apps/get-webhook-config-for-app"
  | "apps/update-webhook-config-for-app"
  | "apps/list-webhook-deliveries"
  | "apps/get-webhook-delivery"
  | "apps/redeliver-webhook-delivery"
  | "apps/create-from-manifest"
  | "rate-limit/get";

export const hooks: Pick<Endpoints, Ids> = {
  "apps/get-webhook-config-for-app": {
    answer: (_, { actor }) => ok(toConfig(signedIn(actor))),
  },
  "apps/update-webhook-config-for-app": {
    answer: ({ url, secret }, { actor }) => {
      const app = signedIn(actor);
      app.webhook = { url: url ?? app.webhook?.url ?? "", secret: secret ?? app.webhook?.secret ?? "" };
      return ok(toConfig(app));
    },
  },
  "apps/list-webhook-deliveries": {
    answer: (_, { actor, webhooks }) => {
      const app = signedIn(actor);
      return listed(webhooks.log.filter((one) => one.app === app).reverse(), toDelivery);
    },
  },
  "apps/get-webhook-delivery": {
    answer: ({ delivery_id }, { webhooks }) => {
      const delivery = found(webhooks.log.find(({ id }) => id === Number(delivery_id)));
      const response = { headers: {}, payload: "" };
      return ok({
        ...toDelivery(delivery),
        url: delivery.app.webhook?.url,
        request: { headers: {}, payload: delivery.payload },
        response,
      });
    },
  },
  "apps/redeliver-webhook-delivery": {
    answer: ({ delivery_id }, { webhooks }) => {
      webhooks.redeliver(found(webhooks.log.find(({ id }) => id === Number(delivery_id))).guid);
      return { status: 202, data: {} };
    },
  },
  "apps/create-from-manifest": {
    answer: ({ code }, { world, manifests }) => {
      const begin = found(manifests.get(code));
      manifests.delete(code);
      return created(createFromManifest(world, begin));
    },
  },
  "rate-limit/get": {
    answer: (_, { world, rates, headers }) => {
      const used = rates.used(headers.authorization);
      const limit = world.limits.requestsPerHour;
      const core = { limit, used, remaining: Math.max(0, limit - used), reset: rates.reset };
      return ok({ resources: { core, search: core }, rate: core });
    },
  },
};

function toConfig({ webhook }: App): object {
  return { content_type: "json", insecure_ssl: "0", secret: "********", ...(webhook && { url: webhook.url }) };
}

function toDelivery(delivery: Delivery): object {
  const {
    id,
    guid,
    event,
    action = null,
    redelivery,
    deliveredAt,
    status,
    installation = null,
    repository = null,
  } = delivery;
  const outcome = { status: status >= 200 && status < 300 ? "OK" : "Failed", status_code: status, duration: 0.1 };
  return {
    id,
    guid,
    event,
    action,
    redelivery,
    delivered_at: deliveredAt,
    ...outcome,
    installation_id: installation,
    repository_id: repository,
  };
}

/** The App that a manifest describes, with the secrets that GitHub tells once. */
function createFromManifest(world: World, app: Omit<App, "publicKey">): object {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = randomBytes(20).toString("hex");
  const whole: App = { ...app, publicKey, webhook: app.webhook && { ...app.webhook, secret } };
  world.apps.set(app.id, whole);
  const pem = privateKey.export({ type: "pkcs1", format: "pem" });
  return {
    ...toApp(world, whole),
    client_id: clientIdOf(whole),
    client_secret: randomBytes(20).toString("hex"),
    webhook_secret: secret,
    pem,
  };
}
