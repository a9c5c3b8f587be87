import type { Signature } from "./git/bare.ts";
import type { Account } from "./state.ts";
import { timestamp, type World } from "./world.ts";

/** GitHub itself, which commits what is merged on its pages. */
export function hub(world: World): Signature {
  return { name: "GitHub", email: "noreply@github.com", date: timestamp(world) };
}

export function signatureOf(world: World, account: Account): Signature {
  return {
    name: account.login,
    email: `${account.id}+${account.login}@users.noreply.github.com`,
    date: timestamp(world),
  };
}
