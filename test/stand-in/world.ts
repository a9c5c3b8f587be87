import type { Account, App, Installation, Protection, Repository, Ruleset } from "./state.ts";

/** Sizes at which GitHub cuts its answers; tests lower them. */
export interface Limits {
  treeEntries: number;
  pullFiles: number;
  pullCommits: number;
  compareFiles: number;
  requestsPerHour: number;
}

/** All that the stand-in remembers; the git objects are on disk. */
export interface World {
  readonly directory: string;
  readonly origin: string;
  readonly accounts: Map<number, Account>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  readonly repositories: Map<number, Repository>;
  /** Names that repositories had before, lower case. */
  readonly formerNames: Map<string, number>;
  readonly limits: Limits;
  now(): Date;
  nextId(): number;
}

export function createWorld(options: { directory: string; origin: string; now: () => Date }): World {
  let id = 1000;
  return {
    ...options,
    accounts: new Map(),
    apps: new Map(),
    installations: new Map(),
    repositories: new Map(),
    formerNames: new Map(),
    limits: { treeEntries: 100_000, pullFiles: 3000, pullCommits: 250, compareFiles: 300, requestsPerHour: 15_000 },
    nextId: () => ++id,
  };
}

/** The time as GitHub writes it: in UTC, without fractions of a second. */
export function timestamp(world: World): string {
  return world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function clientIdOf({ id }: App): string {
  return `Iv1.${id}`;
}

export function findAccount(world: World, login: string): Account | undefined {
  return [...world.accounts.values()].find((account) => isSame(account.login, login));
}

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  return [...world.repositories.values()].find((one) => isSame(one.owner.login, owner) && isSame(one.name, name));
}

/** All that holds for a branch: its own protection and the rulesets that name it. */
export function protectionsOf(repository: Repository, branch: string): readonly Protection[] {
  const own = repository.protections.get(branch);
  return [...(own ? [own] : []), ...rulesetsOf(repository, branch).map(({ protection }) => protection)];
}

export function rulesetsOf({ rulesets, defaultBranch }: Repository, branch: string): readonly Ruleset[] {
  const names = ["~ALL", `refs/heads/${branch}`, ...(branch === defaultBranch ? ["~DEFAULT_BRANCH"] : [])];
  return [...rulesets.values()].filter(
    ({ isActive, patterns }) => isActive && patterns.some((one) => names.includes(one)),
  );
}

/** The repository that had this name and has another now. */
export function findRenamed(world: World, owner: string, name: string): Repository | undefined {
  const id = world.formerNames.get(`${owner}/${name}`.toLowerCase());
  return id === undefined ? undefined : world.repositories.get(id);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
