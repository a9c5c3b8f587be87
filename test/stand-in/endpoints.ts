import type { Endpoints } from "./endpoint.ts";
import { apps } from "./endpoints/apps.ts";
import { branches } from "./endpoints/branches.ts";
import { checks } from "./endpoints/checks.ts";
import { comments } from "./endpoints/comments.ts";
import { commits } from "./endpoints/commits.ts";
import { contents } from "./endpoints/contents.ts";
import { deployments } from "./endpoints/deployments.ts";
import { gitData } from "./endpoints/git-data.ts";
import { hooks } from "./endpoints/hooks.ts";
import { merges } from "./endpoints/merges.ts";
import { pulls } from "./endpoints/pulls.ts";
import { repositories } from "./endpoints/repositories.ts";
import { reviews } from "./endpoints/reviews.ts";
import { rulesets } from "./endpoints/rulesets.ts";
import { statuses } from "./endpoints/statuses.ts";
import { users } from "./endpoints/users.ts";

/** Every operation that is answered. One that openapi/used.ts names and nobody answers does not compile. */
export const endpoints: Endpoints = {
  ...apps,
  ...branches,
  ...checks,
  ...comments,
  ...commits,
  ...contents,
  ...deployments,
  ...gitData,
  ...hooks,
  ...merges,
  ...pulls,
  ...repositories,
  ...reviews,
  ...rulesets,
  ...statuses,
  ...users,
};
