import { randomBytes } from "node:crypto";
import type { Context } from "./endpoint.ts";
import { addAccount } from "./people.ts";
import { notFound } from "./refusal.ts";
import type { App } from "./state.ts";
import { timestamp } from "./world.ts";

interface Manifest {
  readonly name: string;
  readonly redirect_url: string;
  readonly default_permissions?: Record<string, string>;
  readonly default_events?: readonly string[];
  readonly hook_attributes?: { readonly url: string };
}

/**
 * `POST /settings/apps/new`: the form that makes an App out of a manifest, confirmed at once. Returns where GitHub sends the browser,
 * with the code that the API turns into the App.
 */
export function describeApp(
  { world, manifests }: Context,
  { form, state }: { form: URLSearchParams; state: string | null },
): URL {
  const manifest = parseManifest(form.get("manifest"));
  const slug = manifest.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const app: Omit<App, "publicKey"> = {
    ...{ id: world.nextId(), slug, createdAt: timestamp(world) },
    owner: [...world.accounts.values()][0] ?? addAccount(world, { login: "owner", type: "User" }),
    bot: addAccount(world, { login: `${slug}[bot]`, type: "Bot" }),
    permissions: { metadata: "read", ...manifest.default_permissions },
    events: manifest.default_events ?? [],
    webhook: manifest.hook_attributes && { url: manifest.hook_attributes.url, secret: "" },
  };
  const code = randomBytes(20).toString("hex");
  manifests.set(code, app);
  const target = new URL(manifest.redirect_url);
  target.searchParams.set("code", code);
  if (state !== null) target.searchParams.set("state", state);
  return target;
}

function parseManifest(text: string | null): Manifest {
  if (text === null) throw notFound();
  return JSON.parse(text);
}
