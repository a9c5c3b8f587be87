import { type Call, created, done, type Endpoints, ok, type Reply } from "../endpoint.ts";
import { isAncestor, lines, tipOf } from "../git/bare.ts";
import { readTree } from "../git/reading.ts";
import { moveReference } from "../pushes.ts";
import { found, Refusal } from "../refusal.ts";
import { nodeId } from "../shapes/account.ts";
import { toPlainCommit } from "../shapes/commit.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import type { Repository } from "../state.ts";
import type { World } from "../world.ts";

type Ids =
  | "git/get-commit"
  | "git/get-tree"
  | "git/get-blob"
  | "git/get-ref"
  | "git/list-matching-refs"
  | "git/create-ref"
  | "git/update-ref"
  | "git/delete-ref";

export const gitData: Pick<Endpoints, Ids> = {
  "git/get-commit": {
    app: "contents:read",
    answer: async ({ commit_sha }, { world, repository }) =>
      ok(await toPlainCommit(world, repository, await objectId(repository, `${commit_sha}^{commit}`))),
  },
  "git/get-tree": {
    app: "contents:read",
    answer: async ({ tree_sha, recursive }, { world, repository }) => {
      const sha = await objectId(repository, `${tree_sha}^{tree}`);
      const all = await readTree(repository.git, sha, { recursive: recursive !== undefined });
      const url = `${repositoryUrl(world, repository)}/git`;
      const tree = all.slice(0, world.limits.treeEntries).map(({ path, mode, type, sha: id, size }) => ({
        ...{ path, mode, type, sha: id, size },
        ...(type !== "commit" && { url: `${url}/${type}s/${id}` }),
      }));
      return ok({ sha, url: `${url}/trees/${sha}`, tree, truncated: tree.length < all.length });
    },
  },
  "git/get-blob": {
    app: "contents:read",
    answer: async ({ file_sha }, { world, repository, headers }) => {
      const sha = await objectId(repository, `${file_sha}^{blob}`);
      const bytes = await repository.git.bytes(["cat-file", "blob", sha]);
      if (/raw/.test(headers.accept ?? "")) return { status: 200, raw: bytes };
      const url = `${repositoryUrl(world, repository)}/git/blobs/${sha}`;
      return ok({
        sha,
        url,
        node_id: nodeId("Blob", sha),
        size: bytes.length,
        encoding: "base64",
        content: bytes.toString("base64"),
      });
    },
  },
  "git/get-ref": {
    app: "contents:read",
    answer: async ({ ref }, { world, repository }) => ok(await toReference(world, repository, `refs/${ref}`)),
  },
  "git/list-matching-refs": {
    app: "contents:read",
    answer: async ({ ref }, { world, repository }) => {
      const names = lines(
        await repository.git.run(["for-each-ref", "--format=%(refname)", `refs/${ref}*`, `refs/${ref}*/**`]),
      );
      return ok(await Promise.all(names.map((name) => toReference(world, repository, name))));
    },
  },
  "git/create-ref": {
    app: "contents:write",
    role: "write",
    answer: async ({ ref, sha }, call) => {
      if (await tipOf(call.repository.git, ref)) throw new Refusal(422, "Reference already exists");
      return created(await move(call, ref, await objectId(call.repository, sha)));
    },
  },
  "git/update-ref": {
    app: "contents:write",
    role: "write",
    answer: async ({ ref, sha, force }, call) => {
      const before = await tipOf(call.repository.git, `refs/${ref}`);
      if (before === undefined) throw new Refusal(422, "Reference does not exist");
      const after = await objectId(call.repository, sha);
      if (!force && !(await isAncestor(call.repository.git, before, after)))
        throw new Refusal(422, "Update is not a fast forward");
      return ok(await move(call, `refs/${ref}`, after));
    },
  },
  "git/delete-ref": {
    app: "contents:write",
    role: "write",
    answer: async ({ ref }, call): Promise<Reply> => {
      const before = await tipOf(call.repository.git, `refs/${ref}`);
      if (before === undefined) throw new Refusal(422, "Reference does not exist");
      await moveReference(call, call.repository, { ref: `refs/${ref}`, before, after: undefined, sender: call.sender });
      return done();
    },
  },
};

async function objectId({ git }: Repository, name: string): Promise<string> {
  return found(await git.try(["rev-parse", "--verify", "--quiet", "--end-of-options", name]));
}

async function move(call: Call, ref: string, after: string): Promise<object> {
  const before = await tipOf(call.repository.git, ref);
  await moveReference(call, call.repository, { ref, before, after, sender: call.sender });
  return toReference(call.world, call.repository, ref);
}

async function toReference(world: World, repository: Repository, ref: string): Promise<object> {
  const sha = await objectId(repository, ref);
  const type = await repository.git.ask(["cat-file", "-t", sha]);
  const url = `${repositoryUrl(world, repository)}/git`;
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${url}/${ref}`,
    object: { type, sha, url: `${url}/${type}s/${sha}` },
  };
}
