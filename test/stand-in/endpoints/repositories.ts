import { rm } from "node:fs/promises";
import { join } from "node:path";
import { accountOf } from "../actor.ts";
import { type Context, created, done, type Endpoints, ok } from "../endpoint.ts";
import { createBare } from "../git/bare.ts";
import { found, invalid } from "../refusal.ts";
import { toRepository } from "../shapes/repository.ts";
import type { Account, Repository, Role } from "../state.ts";
import { findAccount, findRepository, fullName, timestamp, type World } from "../world.ts";

type Ids =
  | "repos/get"
  | "repos/update"
  | "repos/delete"
  | "repos/transfer"
  | "repos/create-fork"
  | "repos/create-for-authenticated-user"
  | "repos/add-collaborator"
  | "repos/remove-collaborator";

const roles: Record<string, Role> = {
  pull: "read",
  triage: "triage",
  push: "write",
  maintain: "maintain",
  admin: "admin",
};

export const repositories: Pick<Endpoints, Ids> = {
  "repos/get": {
    app: "metadata:read",
    answer: (_, { world, repository }) => ok(toRepository(world, repository)),
  },
  "repos/update": {
    app: "administration:write",
    role: "admin",
    answer: async ({ name, description, default_branch, private: hidden }, { world, repository, events, sender }) => {
      const before = repository.name;
      if (name !== undefined && name !== before) rename(world, repository, { name });
      if (description !== undefined) repository.description = description;
      if (hidden !== undefined) repository.private = hidden;
      if (default_branch !== undefined) await changeDefaultBranch(repository, default_branch);
      repository.updatedAt = timestamp(world);
      const changes = { repository: { name: { from: before } } };
      if (repository.name !== before) events.emit("repository/renamed", { repository, sender, payload: { changes } });
      return ok(toRepository(world, repository));
    },
  },
  "repos/delete": {
    app: "administration:write",
    role: "admin",
    answer: async (_, { world, repository }) => {
      await removeRepository(world, repository);
      return done();
    },
  },
  "repos/transfer": {
    app: "administration:write",
    role: "admin",
    answer: ({ new_owner, new_name }, { world, repository, events, sender }) => {
      const owner = findAccount(world, new_owner);
      if (owner === undefined) throw invalid("Repository", "new_owner");
      const { owner: before } = repository;
      rename(world, repository, { owner, name: new_name ?? repository.name });
      // GitHub: the original owner is added as a collaborator.
      if (before.type === "User") repository.collaborators.set(before.id, "write");
      const from = before.type === "Organization" ? { organization: before } : { user: before };
      events.emit("repository/transferred", { repository, sender, payload: { changes: { owner: { from } } } });
      return { status: 202, data: toRepository(world, repository) };
    },
  },
  "repos/create-fork": {
    role: "read",
    answer: async ({ name }, context) => {
      const { repository, sender, world } = context;
      const fork = await addRepository(context, { owner: sender, name: name ?? repository.name, parent: repository });
      await fork.git.run([
        "fetch",
        "--quiet",
        repository.git.path,
        "+refs/heads/*:refs/heads/*",
        "+refs/tags/*:refs/tags/*",
      ]);
      return { status: 202, data: toRepository(world, fork) };
    },
  },
  "repos/create-for-authenticated-user": {
    answer: async ({ name, description, private: hidden }, context) => {
      const owner = accountOf(context.actor);
      if (findRepository(context.world, owner.login, name)) {
        throw invalid("Repository", "name", { code: "custom", message: "name already exists on this account" });
      }
      const repository = await addRepository(context, {
        owner,
        name,
        private: hidden ?? false,
        description: description ?? null,
      });
      return created(toRepository(context.world, repository));
    },
  },
  "repos/add-collaborator": {
    app: "administration:write",
    role: "admin",
    answer: ({ username, permission = "push" }, { world, repository }) => {
      repository.collaborators.set(found(findAccount(world, username)).id, roles[permission] ?? "write");
      return done();
    },
  },
  "repos/remove-collaborator": {
    app: "administration:write",
    role: "admin",
    answer: ({ username }, { world, repository }) => {
      repository.collaborators.delete(found(findAccount(world, username)).id);
      return done();
    },
  },
};

interface Beginning {
  readonly owner: Account;
  readonly name: string;
  readonly parent?: Repository;
  readonly private?: boolean;
  readonly description?: string | null;
  readonly defaultBranch?: string;
}

export async function addRepository({ world }: Pick<Context, "world">, begin: Beginning): Promise<Repository> {
  const id = world.nextId();
  const time = timestamp(world);
  const defaultBranch = begin.defaultBranch ?? begin.parent?.defaultBranch ?? "main";
  const repository: Repository = {
    ...{ id, owner: begin.owner, name: begin.name, parent: begin.parent, defaultBranch },
    git: await createBare(join(world.directory, `${id}.git`), defaultBranch),
    private: begin.private ?? begin.parent?.private ?? false,
    description: begin.description ?? null,
    ...{ createdAt: time, updatedAt: time, pushedAt: time },
    ...{ collaborators: new Map(), pulls: new Map(), comments: new Map(), suites: new Map(), runs: new Map() },
    ...{ statuses: [], deployments: new Map(), protections: new Map(), rulesets: new Map() },
  };
  world.repositories.set(id, repository);
  world.formerNames.delete(fullName(repository).toLowerCase());
  return repository;
}

/** Pull requests from it stay, without their head repository. */
async function removeRepository(world: World, repository: Repository): Promise<void> {
  world.repositories.delete(repository.id);
  for (const pull of [...world.repositories.values()].flatMap(({ pulls }) => [...pulls.values()])) {
    if (pull.head.repository === repository) pull.head = { ...pull.head, repository: undefined };
  }
  await rm(repository.git.path, { recursive: true, force: true });
}

function rename(
  world: World,
  repository: Repository,
  { owner = repository.owner, name }: { owner?: Account; name: string },
): void {
  world.formerNames.set(fullName(repository).toLowerCase(), repository.id);
  repository.owner = owner;
  repository.name = name;
  world.formerNames.delete(fullName(repository).toLowerCase());
}

async function changeDefaultBranch(repository: Repository, branch: string): Promise<void> {
  const target = await repository.git.try(["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
  if (target === undefined) throw invalid("Repository", "default_branch");
  await repository.git.run(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  repository.defaultBranch = branch;
}
