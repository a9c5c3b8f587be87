import { accountOf, roleOf } from "../actor.ts";
import { type Endpoints, ok } from "../endpoint.ts";
import { found, notForApps } from "../refusal.ts";
import { toUser } from "../shapes/account.ts";
import { findAccount } from "../world.ts";

type Ids =
  | "users/get-authenticated"
  | "users/get-by-username"
  | "users/get-by-id"
  | "repos/get-collaborator-permission-level"
  | "meta/get";

/** GitHub knows five roles and four permissions. */
const permissions = {
  none: "none",
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
} as const;

export const users: Pick<Endpoints, Ids> = {
  "users/get-authenticated": {
    answer: (_, { world, actor }) => {
      const account = accountOf(actor);
      if (actor.kind === "installation") throw notForApps();
      return ok(toUser(world, account));
    },
  },
  "users/get-by-username": {
    answer: ({ username }, { world }) => ok(toUser(world, found(findAccount(world, username)))),
  },
  "users/get-by-id": {
    answer: ({ account_id }, { world }) => ok(toUser(world, found(world.accounts.get(account_id)))),
  },
  "repos/get-collaborator-permission-level": {
    app: "metadata:read",
    role: "read",
    answer: ({ username }, { world, repository }) => {
      const account = found(findAccount(world, username));
      const role = roleOf(account, repository);
      return ok({
        permission: permissions[role],
        role_name: role,
        user: { ...toUser(world, account), role_name: role },
      });
    },
  },
  "meta/get": {
    answer: () => ok({ verifiable_password_authentication: true, installed_version: "3.19.0" }),
  },
};
