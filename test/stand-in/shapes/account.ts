import type { Account } from "../state.ts";
import type { World } from "../world.ts";

const links = {
  followers_url: "/followers",
  following_url: "/following{/other_user}",
  gists_url: "/gists{/gist_id}",
  starred_url: "/starred{/owner}{/repo}",
  subscriptions_url: "/subscriptions",
  organizations_url: "/orgs",
  repos_url: "/repos",
  events_url: "/events{/privacy}",
  received_events_url: "/received_events",
};

export function toUser(world: World, account: Account): object {
  const url = `${world.origin}/api/v3/users/${encodeURIComponent(account.login)}`;
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("User", account.id),
    avatar_url: `${world.origin}/avatars/u/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${world.origin}/${account.type === "Bot" ? `apps/${account.login.replace("[bot]", "")}` : account.login}`,
    ...Object.fromEntries(Object.entries(links).map(([key, path]) => [key, url + path])),
    type: account.type,
    site_admin: false,
    user_view_type: "public",
    ...counts,
    created_at: account.createdAt,
    updated_at: account.createdAt,
  };
}

/** As webhooks from an organization's repositories have it, beside the repository. */
export function toOrganization(world: World, { login, id }: Account): object {
  const url = `${world.origin}/api/v3/orgs/${login}`;
  const links = { repos_url: "/repos", events_url: "/events", hooks_url: "/hooks", issues_url: "/issues" };
  return {
    ...{ login, id, url, node_id: nodeId("Organization", id), description: null },
    ...Object.fromEntries(Object.entries(links).map(([key, path]) => [key, url + path])),
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.origin}/avatars/u/${id}`,
  };
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}${id}`).toString("base64url");
}
