import type { Context } from "./endpoint.ts";
import { addRepository } from "./endpoints/repositories.ts";
import type { Repository } from "./state.ts";
import { findAccount } from "./world.ts";

export interface Landing {
  /** A git directory, work tree or bundle whose branches and tags are copied. */
  readonly from?: string;
  readonly private?: boolean;
  readonly defaultBranch?: string;
}

/** As if the repository had always been there: no webhook tells of it. */
export async function openRepository(
  context: Context,
  fullName: string,
  { from, ...begin }: Landing = {},
): Promise<Repository> {
  const [login = "", name = ""] = fullName.split("/");
  const owner = findAccount(context.world, login);
  if (owner === undefined) throw new Error(`no account ${login}`);
  const repository = await addRepository(context, { ...begin, owner, name });
  if (from !== undefined)
    await repository.git.run(["fetch", "--quiet", from, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
  return repository;
}
